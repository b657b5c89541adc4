package advise

import (
	"encoding/json"
	"slices"
	"strings"
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
	first, ok := h.find(isQoS1)
	if !ok {
		return notSeen("have it publish with QoS 1 while this case runs, or give it more time with --timeout",
			"%s has published nothing with QoS 1", name)
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
	case again.ID != first.ID:
		return warned("the receiver cannot know that it is the same message: "+keep,
			"%s sent %s again after %s on the next connection, with another identifier, %d", name, said(first),
			seconds(after), again.ID)
	default:
		return warned("Device Advisor wants it on the same connection, where MQTT 5 has no place for it: what "+
			"counts is "+
			"that nothing is lost", "%s sent %s again after %s, on the next connection", name, said(first),
			seconds(after))
	}
}

func isQoS1(p tap.Packet) bool { return p.Type == "PUBLISH" && p.From == "client" && p.QoS == 1 }

// repeats reports whether p is the first message again: on its connection with its identifier,
// on another one with DUP. Without, it is the next message that says the same.
func repeats(first, p tap.Packet) bool {
	if p.Topic != first.Topic || p.Size != first.Size || string(p.Payload) != string(first.Payload) {
		return false
	}
	if p.ConnectionID == first.ConnectionID {
		return p.ID == first.ID
	}
	return p.Dup
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
			"one "+
			"nothing more is sent", "%s did not acknowledge %s", name, said(m))
	}
	return passed("%s acknowledged %s after %s", name, said(m), seconds(ack.Time.Sub(m.Time)))
}

// judgeResubscribe wants a SUBSCRIBE again that got no SUBACK.
func judgeResubscribe(name string, h history, _ Settings) Verdict {
	all := h.of("client", "SUBSCRIBE")
	if len(all) == 0 {
		return notSeen("let it subscribe after each CONNECT while this case runs, as with a clean session",
			"%s sent no SUBSCRIBE", name)
	}
	first := all[0]
	i := slices.IndexFunc(all[1:], func(p tap.Packet) bool { return slices.Equal(p.Filters, first.Filters) })
	if i < 0 {
		return failed("wait for the SUBACK of each SUBSCRIBE, and try again if it does not come: until then "+
			"nothing "+
			"says that messages will come", "%s sent %s, got no SUBACK, and did not try again", name, said(first))
	}
	again := all[1+i]
	after := seconds(again.Time.Sub(first.Time))
	if again.ConnectionID == first.ConnectionID && again.ID == first.ID {
		return passed("%s sent %s again after %s", name, said(first), after)
	}
	return warned("Device Advisor wants the same packet identifier on the same connection; what counts is "+
		"that the "+
		"subscription is made", "%s sent %s again after %s, as %s%s", name, said(first), after, said(again),
		where(again.ConnectionID != first.ConnectionID, " on the next connection"))
}

// judgeSilence wants that a device ends a connection on which nothing is answered.
func judgeSilence(name string, keepAlive time.Duration, h history, s Settings) Verdict {
	const hint = "have it end the connection when a PINGRESP does not come in time, and connect again: a " +
		"gateway that is gone without a word is noticed by nothing else"
	bound := time.Duration(s.KeepAlive * float64(keepAlive))
	pings, ends := h.of("client", "PINGREQ"), h.of("", "END")
	switch {
	case len(ends) > 0 && ends[0].Reason == "MQTT_KEEP_ALIVE_TIMEOUT":
		return failed("send PINGREQ when nothing else was sent for the keep alive that CONNECT promised",
			"%s sent nothing for 1.5 times its keep alive of %s, and the gateway ended the connection", name,
			seconds(keepAlive))
	case len(ends) == 0 && len(pings) == 0:
		return notSeen("give it more time with --timeout, or let it have a shorter keep alive while it is tested",
			"%s has sent no PINGREQ: its keep alive is %s", name, seconds(keepAlive))
	case len(ends) == 0:
		return failed(hint, "%s sent %d PINGREQ without an answer and kept the connection", name, len(pings))
	case len(pings) == 0:
		return passed("%s ended a connection on which nothing was answered", name)
	}
	after := ends[0].Time.Sub(pings[0].Time)
	if after > bound {
		return failed(hint, "%s ended the connection %s after a PINGREQ without an answer, later than %s, which "+
			"is %.3g "+
			"times its keep alive", name, seconds(after), seconds(bound), s.KeepAlive)
	}
	return passed("%s ended the connection %s after a PINGREQ without an answer", name, seconds(after))
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
			"Session Expiry "+
			"Interval", "%s asks for a clean session: there is none to resume", name)
	}
	on := h.on(last.ConnectionID)
	if ack, ok := on.find(func(p tap.Packet) bool { return p.Type == "CONNACK" }); !ok || !ack.SessionPresent {
		return notSeen("with MQTT 5, give it a Session Expiry Interval", "%s has no session that outlives its "+
			"connection",
			name)
	}
	if sub := on.of("client", "SUBSCRIBE"); len(sub) > 0 {
		return failed("look at Session Present in the CONNACK: where it is 1 the subscriptions are there, and a "+
			"SUBSCRIBE "+
			"has retained messages come again", "%s subscribed again although its session was present: %s", name,
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

// judgeShadow wants a message on a topic of the thing's shadow after CONNECT; reported tells
// that it must have a reported state.
func judgeShadow(name, topic string, reported map[string]any, h history) Verdict {
	for _, p := range h.of("client", "PUBLISH") {
		if p.Topic == topic && (reported == nil || hasReported(p.Payload, reported)) {
			return passed("%s sent %s", name, said(p))
		}
	}
	if len(reported) > 0 {
		return failed("when a delta comes, do what it asks for and publish an update with the new state as "+
			"reported",
			"%s has not reported %s on %q", name, compact(reported), topic)
	}
	return notSeen("if it has a shadow, have it publish to "+topic+" after each CONNECT; --thing and "+
		"--shadow say which",
		"%s published nothing of that kind to %q after it had connected", name, topic)
}

// hasReported reports whether an update's reported state has all of the members.
func hasReported(payload []byte, members map[string]any) bool {
	var update struct {
		State struct {
			Reported map[string]any `json:"reported"`
		} `json:"state"`
	}
	return json.Unmarshal(payload, &update) == nil && update.State.Reported != nil &&
		contains(update.State.Reported, members)
}

func contains(has, wanted map[string]any) bool {
	for k, v := range wanted {
		below, isMap := v.(map[string]any)
		under, _ := has[k].(map[string]any)
		if isMap && !contains(under, below) || !isMap && compact(has[k]) != compact(v) {
			return false
		}
	}
	return true
}

func compact(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}

// mostSkew is how far a device's clock may be off: a signature that is older is refused.
const mostSkew = 5 * time.Minute

// firstTime is what no clock is before that was ever set [guess].
var firstTime = time.Date(2001, 9, 9, 0, 0, 0, 0, time.UTC)

// judgeClock compares the times that a device writes into its messages with the gateway's.
func judgeClock(name string, h history, _ Settings) Verdict {
	for _, p := range h.of("client", "PUBLISH") {
		key, at, ok := timeIn(p.Payload)
		if !ok {
			continue
		}
		if skew := at.Sub(p.Time); at.Before(firstTime) {
			return warned("have it set its clock by NTP before it connects; if that member is no time but counts "+
				"since "+
				"it was switched on, all is well", "%q of %s says %s, %s: the clock of %s was never set", key, said(p),
				at.UTC().Format(time.RFC3339), offBy(skew), name)
		}
		skew := at.Sub(p.Time)
		if skew.Abs() > mostSkew {
			return failed("set its clock by NTP before it connects: with a wrong one signatures of SigV4 and "+
				"tokens are "+
				"refused, and good certificates are taken for expired", "the clock of %s is %s: %q of %s is %s", name,
				offBy(skew), key, said(p), at.UTC().Format(time.RFC3339))
		}
		return passed("the clock of %s is right: %q of its messages is within %s", name, key, seconds(skew.Abs()))
	}
	return notSeen("what can be seen of a clock is a time in its messages: a member timestamp, ts, time or "+
		"reportedAt of a JSON object, in seconds, milliseconds or as RFC 3339", "%s has published no time", name)
}

// offBy is how far a clock is off, for a person.
func offBy(skew time.Duration) string {
	if skew > 0 {
		return skew.Round(time.Second).String() + " ahead"
	}
	return skew.Abs().Round(time.Second).String() + " behind"
}

// timeIn is the time that a payload says by itself.
func timeIn(payload []byte) (key string, at time.Time, ok bool) {
	var members map[string]any
	if json.Unmarshal(payload, &members) != nil {
		return "", time.Time{}, false
	}
	for _, key := range []string{"timestamp", "ts", "time", "reportedAt"} {
		for name, value := range members {
			if strings.EqualFold(name, key) {
				if at, ok := timeOf(value); ok {
					return name, at, true
				}
			}
		}
	}
	return "", time.Time{}, false
}

// timeOf reads a time, in seconds or milliseconds since 1970 or as RFC 3339. What lies outside
// 1970 to 2100 as both is none.
func timeOf(value any) (time.Time, bool) {
	const most = 4102444800 // 2100, in seconds
	switch v := value.(type) {
	case string:
		at, err := time.Parse(time.RFC3339, v)
		return at, err == nil
	case float64:
		switch {
		case v >= 0 && v < most:
			return time.UnixMilli(int64(v * 1000)), true
		case v >= most && v < most*1000:
			return time.UnixMilli(int64(v)), true
		}
	}
	return time.Time{}, false
}
