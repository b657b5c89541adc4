package hooks

import (
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/trace"
)

// Why a policy kept a message from somebody, or would have kept it on AWS, where enforce: log
// let it through
//
//   - the trace knows, as long as it has the record; else the policy is asked again: that of
//     the publisher then, that of a receiver now
//   - a will is asked about at the CONNECT, which AWS refuses because of it [B-211]

// whyWithheld is about a delivery that was withheld.
func (h *Hook) whyWithheld(d *story.Delivery, r *story.Record) {
	found := h.recordOf(trace.Filter{Client: d.Client, Outcome: trace.Withheld}, r, "")
	if found.Seq == 0 {
		if now, connected := h.Decide(d.Client, policy.Receive, r.Topic); connected && !now.Allowed {
			d.Cause, d.Detail = now.Cause(), story.Said(&now)
		}
		return
	}
	d.Event, d.Cause = found.Seq, found.Cause
	if dec := found.Decision; dec != nil && d.Detail == "" {
		d.Detail = story.Said(dec)
	}
}

// withheldOnAWS is about a delivery that policies could not keep back.
func (h *Hook) withheldOnAWS(d *story.Delivery, r *story.Record) {
	found := h.recordOf(trace.Filter{Client: d.Client, Outcome: trace.Note}, r, policy.Receive)
	why := found.Decision
	if why == nil {
		now, connected := h.Decide(d.Client, policy.Receive, r.Topic)
		if !connected || now.Allowed {
			return
		}
		why = &now
	}
	d.OnAWS, d.Event = story.Withheld.String(), found.Seq
	d.Cause, d.Detail = why.Cause(), story.Said(why)
}

// refusedOnAWS is about a message that policies could not refuse.
func (h *Hook) refusedOnAWS(v *story.Verdict, r *story.Record) {
	if !r.Unenforced || v.Decision == nil || v.Decision.Allowed {
		return
	}
	v.Cause = v.Decision.Cause()
	v.Event = h.recordOf(trace.Filter{Client: r.By.Client, Outcome: trace.Note}, r, v.Decision.Action).Seq
	switch r.By.Kind {
	case story.Device:
		c := client{version: 4}
		if r.By.Protocol == "MQTT 5" {
			c.version = 5
		}
		v.OnAWS = "refused, the client gets " + c.answer(packets.Publish, r.QoS, unauthorized).saw
	case story.Will:
		v.OnAWS = "refused, and the CONNECT with it"
	default:
		v.OnAWS = "refused"
	}
}

// recordOf is the first record about the topic of a message that lasted until that came, or
// the latest before; with an action only those of a decision about that. Seq is 0 if there
// is none.
func (h *Hook) recordOf(q trace.Filter, r *story.Record, a policy.Action) (found trace.Event) {
	for _, ev := range h.opts.Trace.Events(q) {
		if ev.Topic != r.Topic || a != "" && (ev.Decision == nil || ev.Decision.Action != a) {
			continue
		}
		last := ev.Time
		if ev.Last.After(last) {
			last = ev.Last
		}
		if found = ev; !last.Before(r.Time) {
			break
		}
	}
	return found
}
