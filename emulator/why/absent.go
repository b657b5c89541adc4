package why

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// absent: the client is not connected.
func absent(s *Situation) (f Finding, ok bool) {
	if s.Self != nil {
		return f, false
	}
	refused := newest(s.Events, isRefusedConnect)
	packet := newest(s.Events, func(e *trace.Event) bool {
		return e.Outcome == trace.Refused && !isRefusedConnect(e)
	})
	switch {
	case refused != nil && (s.Last == nil || !when(refused).Before(s.Last.At.Truncate(time.Millisecond))):
		return refusedConnect(s, refused), true
	case s.Last == nil:
		return strange(s), true
	case packet != nil && s.Last.At.Sub(when(packet)) < time.Second && packet.Operation != trace.Disconnect:
		return endedByPacket(s, packet), true
	}
	return ended(s, packet), true
}

func isRefusedConnect(e *trace.Event) bool {
	return e.Outcome == trace.Refused && (e.Operation == trace.Connect || e.Operation == trace.AuthNError)
}

// refusedConnect: it tries, and is not let in.
func refusedConnect(s *Situation, e *trace.Event) Finding {
	f := Finding{Found: RefusedConnect, Event: e.Seq}
	f = f.say("%s is not connected: its CONNECT was refused at %s: %s", quoted(s.Client), clock(when(e)),
		reasonOf(e))
	if e.Saw != "" {
		f = f.say("The client saw: %s", e.Saw)
	}
	if e.Count > 1 {
		f = f.say("That has come %d times", e.Count)
	}
	return f.decided(e.Decision).because(e.Cause)
}

// reasonOf is why something was refused, for a sentence.
func reasonOf(e *trace.Event) string {
	switch d := e.Decision; {
	case d != nil && e.Operation == trace.Connect && d.Action != policy.Connect:
		return "for its will, " + refusalOf(d)
	case d != nil:
		return refusalOf(d)
	case e.Detail != "" && e.Reason != "":
		return e.Reason + ": " + e.Detail
	}
	return cmp.Or(e.Detail, e.Reason, "for reasons that were not recorded")
}

// refusalOf is what a policy does not allow, and what it has instead.
func refusalOf(d *policy.Decision) string {
	if d.Explicit { // it names the statement
		return d.Hint.Text
	}
	text := fmt.Sprintf("its policy does not allow %s", asked(d))
	if d.Hint.Text != "" {
		text += " (" + d.Hint.Text + ")"
	}
	return text
}

// asked is a request: "iot:Publish on topic/a".
func asked(d *policy.Decision) string {
	fields := strings.SplitN(d.Resource, ":", 6)
	return fmt.Sprintf("%s on %s", d.Action, fields[len(fields)-1])
}

// endedByPacket: what it sent last ended its connection.
func endedByPacket(s *Situation, e *trace.Event) Finding {
	f := Finding{Found: Disconnected, Event: e.Seq}
	did := "what it sent"
	switch e.Operation {
	case trace.Subscribe:
		f.Found, did = SubscriptionRefused, fmt.Sprintf("its subscription to %s", quoted(e.Filter))
	case trace.PublishIn:
		f.Found, did = OwnPublish, fmt.Sprintf("its own publish to %s", quoted(e.Topic))
	}
	f = f.say("%s is not connected: %s was refused at %s, which ended the connection: %s", quoted(s.Client), did,
		clock(when(e)), reasonOf(e))
	if e.Saw != "" {
		f = f.say("The client saw: %s", e.Saw)
	}
	return f.decided(e.Decision).because(e.Cause)
}

// endings are AWS's reasons, for a sentence [B-440].
var endings = map[string]string{
	"CLIENT_INITIATED_DISCONNECT": "it ended the connection itself, with a DISCONNECT or a WebSocket Close",
	"CONNECTION_LOST":             "its connection was lost without a DISCONNECT",
	"MQTT_KEEP_ALIVE_TIMEOUT":     "it sent nothing for 1.5 times its keep alive",
	"DUPLICATE_CLIENTID":          "another connection took its client id over",
	"API_INITIATED_DISCONNECT":    "DeleteConnection ended its connection",
	"SERVER_INITIATED_DISCONNECT": "the gateway ended its connection",
	"AUTH_ERROR":                  "it was authenticated no longer",
	"FORBIDDEN_ACCESS":            "it did what its policy does not allow",
	"CLIENT_ERROR":                "it broke MQTT's rules, or a limit",
	"THROTTLED":                   "it was over a rate or a limit",
}

// ended: it was connected, and is no more.
func ended(s *Situation, packet *trace.Event) Finding {
	f := Finding{Found: Disconnected}
	if other := s.sameDevice(); other != nil {
		f.Found = AnotherID
		f = f.say("%s is not connected, and what may be the same device is, as %s: both are %s, from %s",
			quoted(s.Client), quoted(other.ID), other.Principal, other.Source)
		f.Hint = fmt.Sprintf("subscriptions belong to a client id: connect as %s, or ask about %s", quoted(s.Client),
			quoted(other.ID))
	}
	why := cmp.Or(endings[s.Last.Reason], s.Last.Reason)
	f = f.say("%s is not connected: at %s %s", quoted(s.Client), clock(s.Last.At), why)
	if packet != nil && packet.Operation == trace.Disconnect && s.Last.At.Sub(when(packet)) < time.Second {
		f.Event = packet.Seq
		f = f.say("%s", packet.Detail).because(packet.Cause)
	}
	return f.kept(s)
}

// sameDevice is another client id of the same principal and address, that came later.
func (s *Situation) sameDevice() *Client {
	before := newest(s.Events, func(e *trace.Event) bool { return e.Principal != "" && e.Source != "" })
	if before == nil {
		return nil
	}
	for i, c := range s.Others {
		address, _, _ := strings.Cut(before.Source, ":")
		if c.Principal == before.Principal && strings.HasPrefix(c.Source, address) && c.Since.After(s.Last.At) &&
			near.Edits(c.ID[:min(len(c.ID), 64)], s.Client[:min(len(s.Client), 64)]) <= 2+len(s.Client)/3 {
			return &s.Others[i]
		}
	}
	return nil
}

// kept adds what becomes of messages meanwhile.
func (f Finding) kept(s *Situation) Finding {
	lost := newest(s.Events, func(e *trace.Event) bool { return slices.Contains(e.Rules, "B-519") })
	switch {
	case !s.Keeps:
		f = f.say("Its session ended with the connection: nothing is kept for it, and it has to subscribe again")
	case len(s.Session) == 0:
		f = f.say("Its session goes on, without subscriptions")
	default:
		f = f.say("Its session goes on with %d subscriptions, for which only QoS 1 is kept", len(s.Session))
	}
	if lost != nil && s.Last != nil && !when(lost).Before(s.Last.At) {
		f = f.say("%s", lost.Detail).because(lost.Cause)
	}
	if f.Hint == "" {
		f.Hint = "connect as " + quoted(s.Client) + " and ask again"
	}
	return f
}
