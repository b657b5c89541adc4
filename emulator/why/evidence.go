package why

import (
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/topic"
	"github.com/suback/suback/emulator/trace"
)

// What became of messages for one client, as the trace and the messages that are kept
// show it. Of one topic the latest counts: what went before has been mended since.

// evidence is one message, or one of many that went the same way.
type evidence struct {
	at            time.Time
	topic, filter string
	found         Found
	cause         cause.Cause
	decision      *policy.Decision
	event         uint64
	message       string
	by            string
	slip          string // of a filter that came near
}

// gathered is the latest for each topic, the newest first.
func (s *Situation) gathered() []evidence {
	var all []evidence
	for i := range s.Events {
		if e, ok := s.fromEvent(&s.Events[i]); ok {
			all = append(all, e)
		}
	}
	for i := range s.Rules {
		if e, ok := s.fromRule(&s.Rules[i]); ok {
			all = append(all, e)
		}
	}
	for _, m := range s.Messages {
		if e, ok := s.fromMessage(m); ok {
			all = append(all, e)
		}
	}
	all = slices.DeleteFunc(all, func(e evidence) bool { return !s.about(e.topic) })
	slices.SortStableFunc(all, func(a, b evidence) int { return b.at.Compare(a.at) })
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(e evidence) bool {
		known := seen[e.topic]
		seen[e.topic] = true
		return known
	})
}

// noted are the rules of notes about messages that a client did not get [section 5 of
// docs/behaviour/broker.md].
var noted = map[string]Found{
	"B-508": NoMatch, "B-509": NoMatch, "B-518": NoMatch, "B-521": NoMatch,
	"B-510": RetainedOnly, "B-514": OtherMember, "B-519": OfflineQoS0, "B-520": PublishRefused, "B-513": Expired,
	"B-685": Lost,
}

func (s *Situation) fromEvent(e *trace.Event) (found evidence, ok bool) {
	found = evidence{at: when(e), topic: e.Topic, filter: e.Filter, cause: e.Cause, event: e.Seq}
	switch {
	case e.Outcome == trace.Withheld && e.Decision != nil:
		if s.mayReceive(e.Topic) { // by now
			return found, false
		}
		found.found, found.decision = Withheld, e.Decision
	case e.Outcome == trace.Withheld && e.Reason == "PACKET_TOO_LARGE":
		found.found = TooLarge
	case e.Outcome == trace.Withheld:
		found.found = Throttled
	case e.Outcome != trace.Note || len(e.Rules) == 0:
		return found, false
	case e.Rules[0] == "B-515" && strings.Contains(e.Detail, "was dropped"):
		found.found = QueueFull
	case e.Rules[0] == "B-515":
		found.found = WindowFull
	case e.Rules[0] == "B-685" && strings.Contains(e.Detail, "sent again"):
		return found, false
	default:
		if found.found, ok = noted[e.Rules[0]]; !ok {
			return found, false
		}
		if found.topic == "" { // of a filter
			found.topic = e.Filter
		}
		s.refusal(e.See, &found)
	}
	return found, true
}

// fromRule is a message that a rule did not republish to what the client holds.
func (s *Situation) fromRule(e *trace.Event) (found evidence, ok bool) {
	found = evidence{at: when(e), topic: e.Resources["RepublishTopic"], found: RuleFailed, cause: e.Cause,
		event: e.Seq, by: quoted(e.Topic)}
	return found, found.topic != "" && len(s.holding(found.topic)) > 0
}

// refusal takes over why a publish was refused, from its own record.
func (s *Situation) refusal(seq uint64, to *evidence) {
	i := slices.IndexFunc(s.Refusals, func(e trace.Event) bool { return e.Seq == seq && seq != 0 })
	if i < 0 {
		return
	}
	e := &s.Refusals[i]
	if to.by == "" {
		to.by = "an HTTPS request"
		if e.Client != "" {
			to.by = quoted(e.Client)
		}
	}
	to.event, to.decision, to.cause = e.Seq, e.Decision, e.Cause
	to.cause.Detail = reasonOf(e)
}

func (s *Situation) fromMessage(m Message) (found evidence, ok bool) {
	found = evidence{at: m.At, topic: m.Topic, filter: m.Filter, found: m.Found, cause: m.Cause, message: m.ID,
		by: m.By}
	filters := s.holding(m.Topic)
	switch {
	case m.Refused != nil && len(filters) > 0:
		found.found, found.cause = PublishRefused, *m.Refused
		if found.cause.Detail == "" {
			found.cause.Detail = found.cause.Reason
		}
		s.refusal(m.Event, &found)
	case m.Refused != nil:
		return found, false
	case m.Found == Arrives:
		found.at = m.At
		if m.Sent.After(m.At) {
			found.at = m.Sent
		}
	case m.Found == Withheld && s.mayReceive(m.Topic):
		return found, false
	case m.Found != "":
		found.event = m.Event
	case len(filters) > 0:
		found.found, found.filter = PublishedBefore, filters[0]
	default:
		return s.missed(m)
	}
	return found, true
}

// missed: a message that a filter would match, but for a slip.
func (s *Situation) missed(m Message) (found evidence, ok bool) {
	for _, sub := range s.Session {
		_, rest, _ := topic.Shared(sub.Filter)
		if slip, rank := slipOf(rest, m.Topic); rank >= certain {
			return evidence{at: m.At, topic: m.Topic, filter: sub.Filter, found: NoMatch, cause: slip.Cause,
				message: m.ID, slip: slip.what}, true
		}
	}
	return found, false
}

// holding are the filters held that match a topic.
func (s *Situation) holding(name string) (filters []string) {
	for _, sub := range s.Session {
		if _, rest, _ := topic.Shared(sub.Filter); topic.Matches(rest, name) {
			filters = append(filters, sub.Filter)
		}
	}
	return filters
}
