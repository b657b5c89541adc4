package advise

import (
	"slices"
	"time"

	"github.com/suback/suback/emulator/tap"
)

// What a device does with messages, subscriptions and silence

// judgePublish wants a message, of any QoS.
func judgePublish(name string, h history, _ Settings) Verdict {
	if p := h.of("client", "PUBLISH"); len(p) > 0 {
		return passed("%s publishes: %s", name, said(p[0]))
	}
	return notSeen("have it publish while this case runs, or give it more time with --timeout",
		"%s has published nothing", name)
}

// judgeResend wants a message of QoS 1 again that was not acknowledged, with its identifier.
func judgeResend(name string, h history, s Settings) Verdict {
	first, ok := h.unanswered("PUBLISH", "PUBACK")
	if !ok {
		return notSeen("have it publish with QoS 1 while this case runs, or give it more time with --timeout",
			"%s has published nothing with QoS 1%s", name, where(slices.ContainsFunc(h, isQoS1),
				" that was left without a PUBACK"))
	}
	again, ok := h.find(func(p tap.Packet) bool {
		return isQoS1(p) && p.Time.After(first.Time) && repeats(first, p)
	})
	const keep = "keep a message of QoS 1 until its PUBACK comes, over the end of the connection too, and " +
		"send it again with the same packet identifier and DUP set"
	switch after := again.Time.Sub(first.Time); {
	case !ok:
		return failed(keep, "%s did not send %s again: nobody acknowledged it, and it is lost", name, said(first))
	case again.ConnectionID == first.ConnectionID:
		return passed("%s sent %s again after %s", name, said(first), seconds(after))
	case !again.Dup:
		return warned("set DUP in what is sent again: without, the receiver takes it for the next message",
			"%s sent %s again after %s on the next connection, without DUP", name, said(first), seconds(after))
	case again.ID != first.ID:
		return warned("the receiver cannot know that it is the same message: "+keep,
			"%s sent %s again after %s on the next connection, with another identifier, %d", name, said(first),
			seconds(after), again.ID)
	default:
		return warned("Device Advisor wants it on the same connection, where MQTT 5 has no place for it: what "+
			"counts is that nothing is lost", "%s sent %s again after %s, on the next connection", name, said(first),
			seconds(after))
	}
}

func isQoS1(p tap.Packet) bool { return p.Type == "PUBLISH" && p.From == "client" && p.QoS == 1 }

// repeats reports whether p is the first message again: on its connection with its identifier,
// on another one with DUP or that. Else it is the next message that says the same.
func repeats(first, p tap.Packet) bool {
	if p.Topic != first.Topic || p.Size != first.Size || string(p.Payload) != string(first.Payload) {
		return false
	}
	if p.ConnectionID == first.ConnectionID {
		return p.ID == first.ID
	}
	return p.Dup || p.ID == first.ID
}

// judgeAcknowledged wants a PUBACK for the message of QoS 1 on a topic.
func judgeAcknowledged(name, topic string, h history) Verdict {
	m, ok := h.find(func(p tap.Packet) bool {
		return p.Type == "PUBLISH" && p.From == "gateway" && p.Topic == topic
	})
	switch {
	case !ok:
		return notSeen("see suback why --client "+name+" --topic "+topic, "%s was not sent the message on "+
			"%q", name, topic)
	case m.QoS == 0:
		return notSeen("have it subscribe with QoS 1", "%s has subscribed to %q with QoS 0: nothing is to be "+
			"acknowledged",
			name, topic)
	}
	ack, ok := h.find(func(p tap.Packet) bool {
		return p.Type == "PUBACK" && p.From == "client" && p.ConnectionID == m.ConnectionID && p.ID == m.ID
	})
	if !ok {
		return failed("answer each PUBLISH of QoS 1 with a PUBACK of its identifier: after 100 of them without "+
			"one nothing more is sent", "%s did not acknowledge %s", name, said(m))
	}
	return passed("%s acknowledged %s after %s", name, said(m), seconds(ack.Time.Sub(m.Time)))
}

// judgeResubscribe wants a SUBSCRIBE again that got no SUBACK.
func judgeResubscribe(name string, h history, _ Settings) Verdict {
	all := h.of("client", "SUBSCRIBE")
	first, ok := h.unanswered("SUBSCRIBE", "SUBACK")
	if !ok {
		return notSeen("let it subscribe after each CONNECT while this case runs, as with a clean session",
			"%s sent no SUBSCRIBE%s", name, where(len(all) > 0, " that was left without a SUBACK"))
	}
	again, ok := all.find(func(p tap.Packet) bool {
		return p.Time.After(first.Time) && slices.Equal(p.Filters, first.Filters)
	})
	if !ok {
		return failed("wait for the SUBACK of each SUBSCRIBE, and try again if it does not come: until then "+
			"nothing says that messages will come",
			"%s sent %s, got no SUBACK, and did not try again", name, said(first))
	}
	after := seconds(again.Time.Sub(first.Time))
	if again.ConnectionID == first.ConnectionID && again.ID == first.ID {
		return passed("%s sent %s again after %s", name, said(first), after)
	}
	return warned("Device Advisor wants the same packet identifier on the same connection; what counts is "+
		"that the subscription is made",
		"%s sent %s again after %s, as %s%s", name, said(first), after, said(again),
		where(again.ConnectionID != first.ConnectionID, " on the next connection"))
}

// judgeSilence wants that a device ends a connection on which nothing is answered; watched is how
// long that was looked at since its PINGREQ.
func judgeSilence(name string, keepAlive, watched time.Duration, h history, s Settings) Verdict {
	const hint = "have it end the connection when a PINGRESP does not come in time, and connect again: a " +
		"gateway that is gone without a word is noticed by nothing else"
	bound := time.Duration(s.KeepAlive * float64(keepAlive))
	pings, ends := h.pings(), h.of("", "END")
	switch {
	case len(ends) > 0 && ends[0].Reason == "MQTT_KEEP_ALIVE_TIMEOUT":
		return failed("send PINGREQ when nothing else was sent for the keep alive that CONNECT promised",
			"%s sent nothing for 1.5 times its keep alive of %s, and the gateway ended the connection", name,
			seconds(keepAlive))
	case len(pings) == 0:
		return judgeUnasked(name, keepAlive, h)
	case len(ends) == 0 && watched < bound:
		return notSeen("give it more time with --timeout, or let it have a shorter keep alive while it is tested",
			"%s has had %s since a PINGREQ without an answer of the %s that it may take to end the connection", name,
			seconds(watched), seconds(bound))
	case len(ends) == 0:
		return failed(hint, "%s sent %d PINGREQ without an answer and kept the connection", name, len(pings))
	}
	after := ends[0].Time.Sub(pings[0].Time)
	if after > bound {
		return failed(hint, "%s ended the connection %s after a PINGREQ without an answer, later than %s, which "+
			"is %.3g times its keep alive", name, seconds(after), seconds(bound), s.KeepAlive)
	}
	return passed("%s ended the connection %s after a PINGREQ without an answer", name, seconds(after))
}

// judgeUnasked is the verdict on a device that has sent no PINGREQ. It may have noticed the silence
// by something else; who says DISCONNECT, or had nothing to be answered, may end for any reason.
func judgeUnasked(name string, keepAlive time.Duration, h history) Verdict {
	_, published := h.unanswered("PUBLISH", "PUBACK")
	_, subscribed := h.unanswered("SUBSCRIBE", "SUBACK")
	ends := h.of("", "END")
	switch {
	case len(ends) == 0:
		return notSeen("give it more time with --timeout, or let it have a shorter keep alive while it is tested",
			"%s has sent no PINGREQ: its keep alive is %s", name, seconds(keepAlive))
	case (published || subscribed) && ends[0].Reason == "CONNECTION_LOST":
		return passed("%s ended a connection on which nothing was answered", name)
	}
	return notSeen("let it keep its connection while this case runs, for longer than its keep alive",
		"%s sent no PINGREQ before its connection ended, with %s", name, ends[0].Reason)
}

// judgeResumed wants that a session is resumed: the message on topic taken, and no SUBSCRIBE.
func judgeResumed(name, topic string, h history) Verdict {
	connects := h.of("client", "CONNECT")
	if len(connects) == 0 {
		return lostDevice(name)
	}
	last := connects[len(connects)-1]
	if last.Clean {
		return notSeen("have it connect without Clean Session, with MQTT 5 without Clean Start and with a "+
			"Session Expiry Interval", "%s asks for a clean session: there is none to resume", name)
	}
	on := h.on(last.ConnectionID)
	if ack, ok := on.find(func(p tap.Packet) bool { return p.Type == "CONNACK" }); !ok || !ack.SessionPresent {
		return notSeen("with MQTT 5, give it a Session Expiry Interval", "%s has no session that outlives its "+
			"connection",
			name)
	}
	if sub := on.of("client", "SUBSCRIBE"); len(sub) > 0 {
		return failed("look at Session Present in the CONNACK: where it is 1 the subscriptions are there, and a "+
			"SUBSCRIBE has retained messages come again",
			"%s subscribed again although its session was present: %s", name,
			said(sub[0]))
	}
	v := judgeAcknowledged(name, topic, on)
	if v.Outcome == Passed {
		v = passed("%s resumed its session: without a SUBSCRIBE it took and acknowledged what had waited on "+
			"%q", name,
			topic)
	}
	return v
}
