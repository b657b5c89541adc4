package hooks

import (
	"cmp"
	"fmt"

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

// whole is the story with all that can be found out.
func (h *Hook) whole(r *story.Record) story.Story {
	s := outline(r)
	h.verdict(&s, r)
	for i := range s.Deliveries {
		switch d := &s.Deliveries[i]; {
		case d.Outcome == story.Withheld.String() || d.Outcome == story.Throttled.String():
			h.whyWithheld(d, r)
		case r.Unenforced && d.Arrived():
			h.withheldOnAWS(d, r)
		}
	}
	if s.Ingest == "" && s.Publisher.Kind != story.Direct {
		s.Near = h.nearTo(&s)
	}
	if h.rules != nil {
		s.Rules = h.rules.Told(s.ID)
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
		h.refusedOnAWS(v, r)
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
