package advise

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/suback/suback/emulator/tap"
)

// What a device says of its state, and of the time

// judgeShadow wants a message on a topic of the thing's shadow after CONNECT; reported tells
// that it must have a reported state.
func judgeShadow(name, topic string, reported map[string]any, h history) Verdict {
	if p, ok := h.onShadow(topic, reported); ok {
		return passed("%s sent %s", name, said(p))
	}
	return notSeen("if it has a shadow, have it publish to "+topic+" after each CONNECT; --thing and "+
		"--shadow say which",
		"%s published nothing of that kind to %q after it had connected", name, topic)
}

// judgeUpdate wants the state that was desired to be reported.
func judgeUpdate(name, topic string, desired map[string]any, h history) Verdict {
	if p, ok := h.onShadow(topic, desired); ok {
		return passed("%s sent %s", name, said(p))
	}
	delta := topic + "/delta"
	if _, ok := h.find(func(p tap.Packet) bool { return p.From == "gateway" && p.Topic == delta }); !ok {
		return failed("have it subscribe to "+delta+", again if no SUBACK came: a session that is present may "+
			"lack the subscription",
			"%s has not reported %s on %q: no delta was sent to it", name, compact(desired), topic)
	}
	return failed("when a delta comes, do what it asks for and publish an update with the new state as reported",
		"%s got a delta, and has not reported %s on %q", name, compact(desired), topic)
}

// onShadow returns the device's first message on a topic, with a reported state if that is not nil.
func (h history) onShadow(topic string, reported map[string]any) (tap.Packet, bool) {
	return h.find(func(p tap.Packet) bool {
		return p.From == "client" && p.Type == "PUBLISH" && p.Topic == topic &&
			(reported == nil || hasReported(p.Payload, reported))
	})
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
		if at.Before(firstTime) {
			return warned("have it set its clock by NTP before it connects; if that member is no time but counts "+
				"since it was switched on, all is well", "%q of %s says %s: the clock of %s was never set", key,
				said(p), at.UTC().Format(time.RFC3339), name)
		}
		skew := at.Sub(p.Time)
		if skew.Abs() > mostSkew {
			return failed("set its clock by NTP before it connects: with a wrong one signatures of SigV4 and "+
				"tokens are refused, and good certificates are taken for expired",
				"the clock of %s is %s: %q of %s is %s", name,
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
