package why

import (
	"fmt"
	"slices"
)

// lately tells what became of the latest messages. What failed counts before what
// arrived on another topic, unless that was long ago or is in the nature of things.
func lately(s *Situation) (f Finding, ok bool) {
	all := s.gathered()
	arrived := slices.IndexFunc(all, func(e evidence) bool { return e.found == Arrives })
	for i, e := range all {
		switch {
		case e.found == Arrives:
			continue
		case arrived < 0 || i < arrived, lasting(e.found) && s.Now.Sub(e.at) < 10*recently:
			f = s.tell(e)
			if arrived >= 0 {
				f = f.say("Others arrive: the latest was on %s, at %s", quoted(all[arrived].topic),
					clock(all[arrived].at))
			}
			return f, true
		}
	}
	if arrived < 0 {
		return f, false
	}
	e := all[arrived]
	f = Finding{Found: Arrives, Message: e.message}
	return f.say("messages arrive at %s: the latest, on %s from %s, was sent to it at %s", quoted(s.Client),
		quoted(e.topic), e.by, clock(e.at)), true
}

// lasting: it will go the same way again.
func lasting(f Found) bool {
	switch f {
	case NoMatch, RetainedOnly, OtherMember, OfflineQoS0, PublishedBefore, Waiting:
		return false
	}
	return true
}

// tell says what became of a message that did not arrive.
func (s *Situation) tell(e evidence) Finding {
	if e.found == Withheld {
		d := e.decision
		if d == nil || s.Policy != nil {
			now := s.Policy.Explain("iot:Receive", e.topic, nil)
			d = &now
		}
		filter := e.filter
		if held := s.holding(e.topic); filter == "" && len(held) > 0 {
			filter = held[0]
		}
		f := withheld(s, filter, e.topic, d)
		f.Event, f.Message = max(f.Event, e.event), e.message
		return f
	}
	f := Finding{Found: e.found, Event: e.event, Message: e.message}
	client, name, at := quoted(s.Client), quoted(e.topic), clock(e.at)
	switch e.found {
	case PublishRefused:
		f = f.say("the publish of %s to %s was refused at %s, so that nothing came to %s: %s", orSomebody(e.by), name,
			at, client, e.cause.Detail).decided(e.decision)
	case RuleFailed:
		f = f.say("nothing came to %s on %s at %s, since a rule that saw the message on %s did not republish it: %s",
			client, name, at, e.by, e.cause.Detail)
	case NoMatch:
		f = s.tellSlip(f, e)
	case RetainedOnly:
		f = f.say("the retained message is not sent to %s, since its filter %s has a wildcard or is shared: it goes to a "+
			"filter that is exactly its topic", client, quoted(e.topic)).say("%s", e.cause.Detail)
	case PublishedBefore:
		f = f.say("the latest message on %s was published at %s, before %s had subscribed to %s, and that does not "+
			"bring it", name, at, client, quoted(e.filter))
		f.Hint = "subscribe first, or publish it with RETAIN, which a filter gets that is exactly the topic"
	case OtherMember:
		f = f.say("another member of the shared group got the message on %s: each goes to one of them, and %s is one "+
			"of several", name, client)
	case OfflineQoS0:
		f = f.say("%s was offline when the message on %s came at %s, and it was not kept: only QoS 1 is, for a "+
			"subscription with QoS 1", client, name, at)
	default:
		f = f.say("%s", sentences[e.found](client, name, at))
		if e.found == TooLarge || e.found == Lost {
			f = f.say("%s", e.cause.Detail)
		}
	}
	return f.because(e.cause)
}

func orSomebody(by string) string {
	if by == "" {
		return "somebody"
	}
	return by
}

// tellSlip names the filter that came near.
func (s *Situation) tellSlip(f Finding, e evidence) Finding {
	_, what, why := Nearest(e.topic, []string{e.filter})
	if len(why.Rules) == 0 || e.topic == e.filter { // the note knows better
		return f.say("no message can match %s, which %s holds: %s", quoted(e.filter), quoted(s.Client),
			e.cause.Detail)
	}
	return f.say("a message on %s came at %s, and no subscription of %s matches it: the nearest is %s (%s)",
		quoted(e.topic), clock(e.at), quoted(s.Client), quoted(e.filter), what).because(why)
}

// sentences name what happened to a message on its way.
var sentences = map[Found]func(client, name, at string) string{
	Expired: func(client, name, at string) string {
		return fmt.Sprintf("the message on %s expired at %s while it waited for %s", name, at, client)
	},
	WindowFull: func(client, name, at string) string {
		return fmt.Sprintf("%s does not acknowledge: as many messages are unacknowledged as may be, and since %s others "+
			"wait, such as one on %s", client, at, name)
	},
	QueueFull: func(client, name, at string) string {
		return fmt.Sprintf("a message on %s was dropped at %s: as many waited for %s as may", name, at, client)
	},
	TooLarge: func(client, name, at string) string {
		return fmt.Sprintf("a message on %s at %s is larger than %s takes by its Maximum Packet Size", name, at, client)
	},
	Throttled: func(client, name, at string) string {
		return fmt.Sprintf("a message on %s was dropped at %s: %s is sent as many per second as may be", name, at,
			client)
	},
	Waiting: func(client, name, at string) string {
		return fmt.Sprintf("a message on %s of %s waits for %s behind others", name, at, client)
	},
	Lost: func(client, name, at string) string {
		return fmt.Sprintf("a message on %s of %s was lost for %s", name, at, client)
	},
}
