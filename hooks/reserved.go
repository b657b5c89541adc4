package hooks

import (
	"fmt"
	"strings"

	"github.com/suback/suback/emulator/topic"
	"github.com/suback/suback/emulator/trace"
)

// Reserved topics, those that begin with "$"
//
//   - AWS lists them, and for each whether clients may publish to it, subscribe to
//     it, or both [B-236a]; there is no $SYS [B-238]
//   - whatever else: MQTT 5 SUBACK 0x8F for that filter, PUBACK 0x90 or, for QoS 0,
//     DISCONNECT 0x90, CONNACK 0x90 for a will; MQTT 3.1.1 is closed [B-228, B-236,
//     B-237 guess]; the policy is asked first [B-237, guess]
//   - wildcards inside a reserved tree are allowed as long as something there may be
//     subscribed to [B-235]; a shared filter is judged by what follows the share
//     name [guess]
//   - events are AWS's to publish [B-833, guess]
//   - a will may go where a PUBLISH may; it reaches subscribers [B-231]
//   - what has RETAIN is refused there likewise, one that would delete included
//     [B-239, B-725]
//
// Whether a service answers on a topic is not decided here.

// checkReservedTopic returns the limit that a PUBLISH to a topic breaks, with RETAIN or
// without, or nil.
func checkReservedTopic(name string, retain bool) *refusal {
	detail, rule := notReserved(name, topic.Publish)
	switch {
	case detail != "":
		return badTopic.breaks(detail, rule, "B-237")
	case retain && topic.IsReserved(name):
		return badTopic.breaks(fmt.Sprintf("RETAIN is set for %q, and a reserved topic takes no retained message",
			name), "B-239", "B-725")
	}
	return nil
}

// checkReservedFilter returns the limit that a SUBSCRIBE for a filter breaks, or
// nil.
func checkReservedFilter(filter string) *refusal {
	_, rest, _ := topic.Shared(filter)
	detail, rule := notReserved(rest, topic.Subscribe)
	if detail == "" {
		return nil
	}
	return badFilter.breaks(detail, rule, "B-237")
}

// notReserved says why clients may not use a topic or filter so, and by which
// rule; "" means that they may.
func notReserved(name string, use topic.Access) (detail, rule string) {
	if !topic.IsReserved(name) {
		return "", ""
	}
	switch may := topic.ClientsMay(name); {
	case may&use != 0:
		return "", ""
	case may == topic.Publish:
		return fmt.Sprintf("clients may publish to %q, but not subscribe to it", name), "B-236a"
	case may == topic.Subscribe:
		return fmt.Sprintf("clients may subscribe to %q, but not publish to it", name), "B-236a"
	case strings.HasPrefix(name+"/", "$SYS/"):
		return fmt.Sprintf("%q: there is no $SYS", name), "B-238"
	}
	return fmt.Sprintf("%q begins with $ and is none of the reserved topics that AWS lists", name), "B-236"
}

// checkReservedWill refuses a CONNECT whose will nobody may publish, or returns
// nil. Its policy has been asked.
func (h *Hook) checkReservedWill(c *client) error {
	if c.will == nil {
		return nil
	}
	problem := checkReservedTopic(c.will.Topic, c.will.Retain)
	if problem == nil {
		return nil
	}
	problem = problem.ofWill()
	return h.refuseConnect(c, problem.fault,
		c.event(trace.Connect, trace.Event{Topic: c.will.Topic, Cause: problem.Cause}))
}
