package hooks

import (
	"fmt"
	"strings"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/session"
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
//   - a message with RETAIN is a message like any other there [guess], and not
//     retained [B-239, B-725]
//
// Whether a service answers on a topic is not decided here.

// An access is what clients may do with a topic.
type access byte

const (
	publishes access = 1 << iota
	subscribes
)

// reservedTopics is the table [B-236a]. In a pattern "+" is one level that is not
// empty, "a|b" a level that is one of these, "#" whatever follows.
var reservedTopics = []struct {
	pattern string
	clients access
}{
	{"$aws/things/+/shadow/get|update|delete", publishes | subscribes},
	{"$aws/things/+/shadow/get|update|delete/accepted|rejected", subscribes},
	{"$aws/things/+/shadow/update/delta|documents", subscribes},
	{"$aws/things/+/shadow/name/+/get|update|delete", publishes | subscribes},
	{"$aws/things/+/shadow/name/+/get|update|delete/accepted|rejected", subscribes},
	{"$aws/things/+/shadow/name/+/update/delta|documents", subscribes},

	{"$aws/things/+/jobs/get|start-next", publishes},
	{"$aws/things/+/jobs/get|start-next/accepted|rejected", subscribes},
	{"$aws/things/+/jobs/+/get|update", publishes},
	{"$aws/things/+/jobs/+/get|update/accepted|rejected", subscribes},
	{"$aws/things/+/jobs/notify|notify-next", subscribes},

	{"$aws/events/#", subscribes},
	{"$aws/rules/+", publishes},
	{"$aws/rules/+/#", publishes},

	{"$aws/things/+/defender/metrics/json|cbor", publishes},
	{"$aws/things/+/defender/metrics/json|cbor/accepted|rejected", subscribes},
	{"$aws/things/+/streams/+/get|describe/json|cbor", publishes},
	{"$aws/things/+/streams/+/data|description|rejected/json|cbor", subscribes},

	{"$aws/certificates/create|create-from-csr/json|cbor", publishes},
	{"$aws/certificates/create|create-from-csr/json|cbor/accepted|rejected", subscribes},
	{"$aws/provisioning-templates/+/provision/json|cbor", publishes},
	{"$aws/provisioning-templates/+/provision/json|cbor/accepted|rejected", subscribes},
}

// clientsMay returns what clients may do with some topic that a filter matches.
// A topic name is a filter that matches itself.
func clientsMay(filter string) (all access) {
	for _, r := range reservedTopics {
		if meets(r.pattern, filter) {
			all |= r.clients
		}
	}
	return all
}

// meets reports whether there is a topic that both a pattern and a filter match.
func meets(pattern, filter string) bool {
	want, pattern, more := strings.Cut(pattern, "/")
	got, filter, longer := strings.Cut(filter, "/")
	switch {
	case want == "#" || got == "#":
		return true
	case !levelMeets(want, got):
		return false
	case !more || !longer:
		return more == longer
	}
	return meets(pattern, filter)
}

func levelMeets(want, got string) bool {
	if got == "+" || want == "+" {
		return got != ""
	}
	for one := range strings.SplitSeq(want, "|") {
		if one == got {
			return true
		}
	}
	return false
}

// checkReservedTopic returns the limit that a PUBLISH to a topic breaks, or nil.
func checkReservedTopic(topic string) *limit {
	detail, rule := notReserved(topic, publishes)
	if detail == "" {
		return nil
	}
	return &limit{0x90, "Topic name is not valid", detail, []string{rule, "B-237"}}
}

// checkReservedFilter returns the limit that a SUBSCRIBE for a filter breaks, or
// nil.
func checkReservedFilter(filter string) *limit {
	_, rest, _ := session.Shared(filter)
	detail, rule := notReserved(rest, subscribes)
	if detail == "" {
		return nil
	}
	return &limit{packets.ErrTopicFilterInvalid.Code, "Topic filter is not valid", detail, []string{rule, "B-237"}}
}

// notReserved says why clients may not use a topic or filter so, and by which
// rule; "" means that they may.
func notReserved(name string, use access) (detail, rule string) {
	if !strings.HasPrefix(name, "$") {
		return "", ""
	}
	switch may := clientsMay(name); {
	case may&use != 0:
		return "", ""
	case may == publishes:
		return fmt.Sprintf("clients may publish to %q, but not subscribe to it", name), "B-236a"
	case may == subscribes:
		return fmt.Sprintf("clients may subscribe to %q, but not publish to it", name), "B-236a"
	case strings.HasPrefix(name+"/", "$SYS/"):
		return fmt.Sprintf("%q: there is no $SYS", name), "B-238"
	}
	return fmt.Sprintf("%q begins with $ and is none of the reserved topics that AWS lists", name), "B-236"
}

// notRetained notes a message with RETAIN if that asks in vain; event says who
// sent it.
func (h *Hook) notRetained(key trace.Key, event func() trace.Event) {
	if !strings.HasPrefix(key.Topic, "$") {
		return
	}
	h.opts.Trace.Note(key, "B-239", func() trace.Event {
		ev := event()
		ev.Topic, ev.Rules = key.Topic, []string{"B-239", "B-725"}
		ev.Detail = "RETAIN is set, and reserved topics have no retained messages: only who is subscribed now gets it"
		return advise(ev)
	})
}

// checkReservedWill refuses a CONNECT whose will nobody may publish, or returns
// nil. Its policy has been asked.
func (h *Hook) checkReservedWill(c *client) error {
	if c.will == nil {
		return nil
	}
	problem := checkReservedTopic(c.will.Topic)
	if problem == nil {
		return nil
	}
	return h.refuseConnect(c, problem.code, problem.text, c.event(trace.Connect, trace.Event{
		Reason: "CLIENT_ERROR", Topic: c.will.Topic, Detail: "will: " + problem.detail, Rules: append(problem.rules, "B-228")}))
}
