package hooks

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/topic"
	"github.com/suback/suback/emulator/trace"
)

// Stories, when somebody asks
//
//   - the statement that let a message through is that of the policy at that moment, its
//     conditions on the time judged now
//   - why one was refused or withheld is in the trace, as long as that has it; else the
//     policy is asked again
//   - who nearly would have got it is found among the subscriptions of now

// Story returns what became of the message with a trace id; ok is false if it is not
// kept, or any more. Of a request to a service its answers are part.
func (h *Hook) Story(id string) (s story.Story, ok bool) {
	all := h.opts.Stories.Find(id)
	if len(all) == 0 {
		return s, false
	}
	s = h.whole(&all[0])
	for i := range all[1:] {
		s.Answers = append(s.Answers, brief(&all[i+1], ""))
	}
	return s, true
}

// A Selection says which messages are wanted. The zero one wants all.
type Selection struct {
	Client string // that published, or was to get it
	Topic  string // or a filter
	Limit  int    // at most; 0 is 100
}

// Messages returns the latest messages, newest first, in the short form of their stories.
func (h *Hook) Messages(q Selection) []story.Story {
	found, limit := []story.Story{}, cmp.Or(q.Limit, 100)
	wants := func(name []byte) bool {
		return q.Topic == "" || q.Topic == string(name) || topic.Matches(q.Topic, string(name))
	}
	for r := range h.opts.Stories.Newest(wants) {
		if q.Client != "" && !concerns(&r, q.Client) {
			continue
		}
		found = append(found, brief(&r, q.Client))
		if len(found) >= limit {
			break
		}
	}
	return found
}

// concerns reports whether a client published a message or was to get it.
func concerns(r *story.Record, client string) bool {
	return r.By.Client == client || slices.ContainsFunc(r.Receivers, func(to story.Receiver) bool {
		is := func(h *story.Holder) bool { return h.Client == client }
		return to.To != nil && (is(to.To) || slices.ContainsFunc(to.To.Members, is))
	})
}

// maxBrief is how many deliveries the short form has.
const maxBrief = 20

// brief is the short form, with what a client got first.
func brief(r *story.Record, client string) story.Story {
	s := outline(r)
	s.Summary = s.Summarize()
	if client != "" {
		isOther := func(d story.Delivery) int {
			if d.Client == client || slices.Contains(d.Members, client) {
				return 0
			}
			return 1
		}
		slices.SortStableFunc(s.Deliveries, func(a, b story.Delivery) int { return isOther(a) - isOther(b) })
	}
	if n := len(s.Deliveries); n > maxBrief {
		s.Deliveries, s.Omitted = s.Deliveries[:maxBrief], s.Omitted+n-maxBrief
	}
	return s
}

// outline is what a record says by itself.
func outline(r *story.Record) story.Story {
	s := story.Story{ID: r.ID, Time: r.Time, Topic: r.Topic, QoS: r.QoS, Retain: r.Retain, Bytes: r.Bytes,
		Publisher: r.By, Verdict: story.Verdict{Allowed: r.Refusal == nil}, Retained: r.Retained.String(),
		Acknowledged: r.Acknowledged, Deliveries: deliveries(r), Omitted: r.Omitted}
	if why := r.Refusal; why != nil {
		s.Verdict.Cause, s.Verdict.Saw, s.Verdict.Event = why.Cause, why.Saw, why.Event
	} else if rule, _, ok := topic.Ingest(r.Topic); ok {
		s.Ingest = rule
	}
	return s
}

// deliveries are the receivers of a record, those of shared groups one by one.
func deliveries(r *story.Record) []story.Delivery {
	all, at := []story.Delivery{}, make(map[string]int) // of clients without a group
	for i, to := range r.Receivers {
		switch {
		case to.To == nil:
		case to.Role == story.AlsoHolds:
			if j, known := at[to.To.Client]; known {
				all[j].Filters = append(all[j].Filters, to.To.Filter)
			}
		case to.Role == story.ToGroup:
			if i+1 < len(r.Receivers) {
				all = append(all, ofGroup(&to, &r.Receivers[i+1])...)
			}
		case to.Role == story.ToMember: // with its group
		default:
			if to.Role == story.ToClient {
				at[to.To.Client] = len(all)
			}
			all = append(all, delivery(&to, to.To))
		}
	}
	return all
}

func delivery(to *story.Receiver, whose *story.Holder) story.Delivery {
	d := story.Delivery{Client: whose.Client, Filters: []string{}, QoS: to.QoS, Outcome: to.Outcome.String(),
		Cause: to.Outcome.Cause(), Retained: to.Role == story.ToRetained, Sent: to.Sent,
		Acknowledged: to.Acknowledged}
	group, filter, _ := topic.Shared(whose.Filter)
	if d.Group = group; filter != "" {
		d.Filters = append(d.Filters, filter)
	}
	return d
}

// ofGroup is what became of a message for the members of a group: one got it, or it is
// the group's.
func ofGroup(group, member *story.Receiver) (all []story.Delivery) {
	if member.To == nil {
		d := delivery(group, group.To)
		d.Sent = time.Time{}
		if group.Outcome.Waits() {
			d.Cause = cause.Cause{Detail: "no member can take it now; the first that can gets it",
				Hint:  "connect a member of the group, or have one acknowledge what has come",
				Rules: []string{"B-669"}}
		}
		for _, other := range group.To.Members {
			d.Members = append(d.Members, other.Client)
		}
		return []story.Delivery{d}
	}
	all = append(all, delivery(member, member.To))
	for _, other := range group.To.Members {
		if other.Client != member.To.Client {
			all = append(all, delivery(&story.Receiver{Outcome: story.Other}, other))
		}
	}
	return all
}

// whole is the story with all that can be found out.
func (h *Hook) whole(r *story.Record) story.Story {
	s := outline(r)
	h.verdict(&s, r)
	for i := range s.Deliveries {
		if d := &s.Deliveries[i]; d.Outcome == story.Withheld.String() || d.Outcome == story.Throttled.String() {
			h.whyWithheld(d, r)
		}
	}
	if s.Ingest == "" && s.Publisher.Kind != story.Direct {
		s.Near = h.nearTo(&s)
	}
	s.Summary = s.Summarize()
	return s
}

// verdict finds the statement that decided, and for a refusal what the trace says.
func (h *Hook) verdict(s *story.Story, r *story.Record) {
	v := &s.Verdict
	if p := r.By.Policy; p != nil {
		d := decisionOn(p, r)
		v.Action, v.Resource, v.Decision, v.Statement = d.Action, d.Resource, &d, decisive(&d)
		if !v.Allowed && v.Detail == "" && !d.Allowed {
			v.Cause = cause.Cause{Reason: cmp.Or(v.Reason, "AUTHORIZATION_FAILURE"), Hint: d.Hint.Text,
				Rules: d.Hint.Rules}
		}
	}
	if v.Allowed {
		return
	}
	for _, ev := range h.opts.Trace.Events(trace.Filter{}) {
		if ev.Seq == v.Event || v.Event == 0 && ev.TraceID == s.ID && ev.Outcome != trace.Withheld {
			v.Event, v.Cause, v.Saw = ev.Seq, ev.Cause, cmp.Or(v.Saw, ev.Saw)
			return
		}
	}
}

// decisionOn asks the policy that a publisher had about its message.
func decisionOn(p *policy.Policy, r *story.Record) policy.Decision {
	switch {
	case r.By.Kind == story.Direct && len(r.Receivers) > 0:
		return p.Explain(policy.SendDirectMessage, r.Receivers[0].To.Client,
			policy.Values{"iot:Topic": {r.Topic}})
	case r.Retain && p.Allows(policy.Publish, r.Topic) && !p.Allows(policy.RetainPublish, r.Topic):
		return p.Explain(policy.RetainPublish, r.Topic, nil)
	}
	return p.Explain(policy.Publish, r.Topic, nil)
}

// decisive names the statement that decided, "" if none did.
func decisive(d *policy.Decision) string {
	effect := "Allow"
	if d.Explicit {
		effect = "Deny"
	}
	for i := range d.Considered {
		if c := &d.Considered[i]; c.Outcome == policy.Matched && c.Effect == effect {
			return fmt.Sprintf("%s.Statement[%d]", c.Document, c.Statement)
		}
	}
	return ""
}

// whyWithheld finds the record of a delivery that was withheld, or asks the policy that
// the client has now.
func (h *Hook) whyWithheld(d *story.Delivery, r *story.Record) {
	found := trace.Event{}
	for _, ev := range h.opts.Trace.Events(trace.Filter{Client: d.Client, Outcome: trace.Withheld}) {
		last := ev.Time
		if ev.Last.After(last) {
			last = ev.Last
		}
		if ev.Topic != r.Topic {
			continue
		}
		if found = ev; !last.Before(r.Time) { // the first that lasted until then
			break
		}
	}
	if found.Seq != 0 {
		d.Event, d.Cause = found.Seq, found.Cause
		if dec := found.Decision; dec != nil {
			d.Detail = cmp.Or(d.Detail, story.Said(dec))
		}
		return
	}
	now, connected := h.Decide(d.Client, policy.Receive, r.Topic)
	if connected && !now.Allowed {
		d.Cause = now.Cause()
		d.Detail = story.Said(&now)
	}
}

// nearTo are who hold a filter that nearly matches, but for those who are in the story.
func (h *Hook) nearTo(s *story.Story) (near []story.Near) {
	for _, n := range h.sessions.Nearly(s.Topic) {
		if _, known := s.To(n.ClientID); !known {
			near = append(near, nearOf(n))
		}
	}
	return near
}

func nearOf(n session.Nearly) story.Near {
	return story.Near{Client: n.ClientID, Filter: n.Filter, Why: n.Why, Rule: n.Rule}
}
