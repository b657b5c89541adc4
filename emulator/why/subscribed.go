package why

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/topic"
	"github.com/suback/suback/emulator/trace"
)

// refusedSubscription: it asked for a filter, and was refused.
func refusedSubscription(s *Situation) (f Finding, ok bool) {
	e := newest(s.Events, func(e *trace.Event) bool {
		held := slices.ContainsFunc(s.Session, func(sub Subscription) bool { return sub.Filter == e.Filter })
		return e.Operation == trace.Subscribe && e.Outcome == trace.Refused && !held && s.aboutFilter(e.Filter) &&
			!when(e).Before(s.Self.Since.Add(-recently))
	})
	if e == nil || s.Topic != "" && len(s.matching()) > 0 || s.outlived(e) {
		return f, false
	}
	f = Finding{Found: SubscriptionRefused, Event: e.Seq}
	f = f.say("the subscription of %s to %s was refused at %s: %s", quoted(s.Client), quoted(e.Filter),
		clock(when(e)), reasonOf(e))
	if e.Saw != "" {
		f = f.say("The client saw: %s", e.Saw)
	}
	return f.decided(e.Decision).because(e.Cause), true
}

// outlived: it was long ago, and messages arrive by other filters.
func (s *Situation) outlived(e *trace.Event) bool {
	arrives := func(m Message) bool { return m.Found == Arrives && m.At.After(when(e)) }
	return s.Topic == "" && s.Now.Sub(when(e)) > 10*recently && slices.ContainsFunc(s.Messages, arrives)
}

// unsubscribed: it has no subscription at all.
func unsubscribed(s *Situation) (f Finding, ok bool) {
	if len(s.Session) > 0 {
		return f, false
	}
	f = Finding{Found: NoSubscription, Hint: "subscribe after each CONNACK that says that there is no session"}
	connects := 0
	var last *trace.Event
	for i, e := range s.Events {
		if e.Operation == trace.Connect && e.Outcome == trace.Allowed {
			last, connects = &s.Events[i], connects+1
		}
	}
	if connects > 1 && last.Connection != nil && last.Connection.Clean {
		f.Found, f.Rules = SessionReplaced, []string{"B-702", "B-706"}
		f.Hint = "subscribe after each CONNACK, or connect without Clean Session (Clean Start) and with a session " +
			"that lives on"
		return f.say("%s connected again at %s with a clean session, which forgot all subscriptions of before, and "+
			"has subscribed to nothing since", quoted(s.Client), clock(s.Self.Since)), true
	}
	return f.say("%s has no subscription: it is connected since %s, and has subscribed to nothing, or unsubscribed",
		quoted(s.Client), clock(s.Self.Since)), true
}

// unmatched: none of its subscriptions matches what is asked about, or what comes.
func unmatched(s *Situation) (f Finding, ok bool) {
	if s.Topic != "" && len(s.matching()) == 0 {
		var filters []string
		for _, sub := range s.Session {
			filters = append(filters, sub.Filter)
		}
		f = Finding{Found: NoMatch}.say("no subscription of %s matches %s%s", quoted(s.Client), quoted(s.Topic),
			f.nearest(s.Topic, filters))
		_, _, slip := Nearest(s.Topic, filters)
		return f.say("It holds %s", list(filters)).because(slip), true
	}
	return f, false
}

func (Finding) nearest(name string, filters []string) string {
	if filter, what, _ := Nearest(name, filters); filter != "" {
		return fmt.Sprintf(": the nearest is %s (%s)", quoted(filter), what)
	}
	return ""
}

// mayNotReceive: what it is subscribed to would be withheld, before anything has come.
func mayNotReceive(s *Situation) (f Finding, ok bool) {
	if s.Policy == nil || s.Unenforced {
		return f, false
	}
	for _, filter := range s.matching() {
		_, rest, _ := topic.Shared(filter)
		name := sample(rest)
		certain := !topic.HasWildcard(rest)
		if s.Topic != "" && !topic.HasWildcard(s.Topic) {
			name, certain = s.Topic, true
		}
		if s.Policy.Allows(policy.Receive, name) {
			continue
		}
		d := s.Policy.Explain(policy.Receive, name, nil)
		if !certain && !slices.Contains(d.Hint.Rules, "B-501") { // for no topic at all
			continue
		}
		if certain {
			return withheld(s, filter, name, &d), true
		}
		f = Finding{Found: Withheld}.decided(&d)
		if m := s.latestOn(filter); m != "" {
			d = s.Policy.Explain(policy.Receive, m, nil)
			return withheld(s, filter, m, &d), true
		}
		f.Repair = nil // it would name a topic that nobody has
		return f.say("%s is subscribed to %s, and no statement of its policy allows iot:Receive: all that comes is "+
			"withheld from it", quoted(s.Client), quoted(filter)), true
	}
	return f, false
}

// withheld: subscribed without iot:Receive.
func withheld(s *Situation, filter, name string, d *policy.Decision) Finding {
	f := Finding{Found: Withheld}.decided(d)
	f = f.say("messages on %s are withheld from %s: it is subscribed to %s, and %s", quoted(name), quoted(s.Client),
		quoted(filter), refusalOf(d))
	if e := newest(s.Events, func(e *trace.Event) bool {
		return e.Outcome == trace.Withheld && e.Topic == name && e.Decision != nil
	}); e != nil {
		f.Event = e.Seq
		f = f.say("%d %s withheld, the latest at %s", max(e.Count, 1), times(e.Count), clock(when(e)))
	}
	if i := slices.IndexFunc(s.Messages, func(m Message) bool { return m.Topic == name }); i >= 0 {
		f.Message = s.Messages[i].ID
	}
	return f
}

func times(n uint64) string {
	if n > 1 {
		return "messages were"
	}
	return "message was"
}

// latestOn is the topic of the latest message that a filter matches.
func (s *Situation) latestOn(filter string) string {
	at, name := time.Time{}, ""
	for _, e := range s.Events {
		if e.Outcome == trace.Withheld && Matches(filter, e.Topic) && when(&e).After(at) {
			at, name = when(&e), e.Topic
		}
	}
	for _, m := range s.Messages {
		if m.Refused == nil && Matches(filter, m.Topic) && m.At.After(at) {
			at, name = m.At, m.Topic
		}
	}
	return name
}

// sample is a topic that a filter matches.
func sample(filter string) string {
	return strings.NewReplacer("+", "x", "#", "x").Replace(filter)
}
