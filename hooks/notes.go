package hooks

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/topic"
	"github.com/suback/suback/emulator/trace"
)

// What nobody refuses and somebody will wonder about: "SUBACK arrives, no
// message does", section 5 of docs/behaviour/broker.md
//
//   - each is a NOTE about the client that did not get a message; one for a client,
//     a topic and a rule, however often it happens
//   - filters are searched when a message reached nobody, stored messages at
//     SUBSCRIBE, subscribers when a PUBLISH was refused: never for a message that
//     arrives
//   - Basic Ingest, which goes past the broker, is noted in traffic.go [B-511]

// rivalTime is how soon a connection must be taken over to count as one of two
// that fight for a client id [B-517].
const rivalTime = 10 * time.Second

// note records something about a client id that somebody may wonder about. Of
// all with the same about, rule and operation, explain is called for the first.
func (h *Hook) note(clientID, about, rule string, operation trace.Operation, explain func() trace.Event) {
	h.mu.Lock()
	c := h.clients[clientID]
	h.mu.Unlock()
	key := trace.Key{ConnectionID: "offline " + clientID, Topic: about}
	if c != nil {
		key.ConnectionID = c.connID
	}
	h.opts.Trace.Note(key, rule+" "+string(operation), func() trace.Event {
		ev := explain()
		ev.Rules = append([]string{rule}, ev.Rules...)
		if c != nil {
			return c.event(operation, ev)
		}
		ev.Operation, ev.Client = operation, clientID
		return advise(ev)
	})
}

// noteWidenings tells of a client whose own name lets it subscribe to what is
// others' [B-337].
func (h *Hook) noteWidenings(c *client) {
	for _, w := range c.policy.Load().Widenings() {
		h.opts.Trace.Record(c.event(trace.Connect, trace.Event{Outcome: trace.Note, Cause: cause.Cause{
			Rules: []string{"B-337"},
			Detail: fmt.Sprintf("%s has %s, and ${%s} is %q here: a wildcard, so it may subscribe to what is others'",
				w.Place, w.Resource, w.Variable, w.Value),
			Hint: "AWS is not known to stop it: have the authorizer refuse client ids with + or #"}}))
	}
}

// unheard looks for those who may have expected a message that reached nobody.
func (h *Hook) unheard(m *session.Message, from *Origin) {
	for _, n := range h.sessions.Near(m.Topic) {
		if n.Rule == "B-509" && from.Kind == FromService && from.Depth > 0 {
			continue // it is told of the request, once for all its answers
		}
		h.note(n.ClientID, m.Topic, n.Rule, trace.PublishOut, func() trace.Event {
			return trace.Event{Topic: m.Topic, Filter: n.Filter, Cause: cause.Cause{
				Hint:   nearHint(n, m.Topic),
				Detail: fmt.Sprintf("a message on %q went to nobody; this client holds %q", m.Topic, n.Filter)}}
		})
	}
}

func nearHint(n session.Near, name string) string {
	switch n.Rule {
	case "B-508":
		return fmt.Sprintf("a filter that ends in /# gets what is below, not the level above it: subscribe to %q "+
			"too", name)
	case "B-509":
		return "a filter that begins with a wildcard gets no topic that begins with $: spell out the first level"
	}
	const all = "topics count with their case, each slash and each blank"
	if miss, ok := topic.Missed(n.Filter, name); ok {
		return all + ": " + miss.Why
	}
	return all
}

// lost hears what a session did not get.
func (h *Hook) lost(clientID string, m *session.Message, why session.Loss) {
	rule, about, operation, ev := "B-513", m.Topic, trace.PublishOut, trace.Event{Topic: m.Topic}
	switch why {
	case session.Offline:
		rule = "B-519"
		ev.Detail = fmt.Sprintf("a message on %q came while the client was offline, and was not kept", m.Topic)
		ev.Hint = "only what is published with QoS 1 for a subscription with QoS 1 waits"
	case session.Expired:
		ev.Detail = fmt.Sprintf("a message on %q expired while it waited", m.Topic)
		ev.Hint = "the publisher set a Message Expiry Interval; a longer one, or none, lets it wait"
	case session.QueueFull:
		rule, about, operation = "B-515", "full", trace.Queued
		ev.Reason, ev.TraceID = "THROTTLED", traceIDOf(m)
		ev.Detail = fmt.Sprintf("a message on %q was dropped: as many wait already as may", m.Topic)
	case session.NoRoom:
		rule, about, operation = "B-515", "no room", trace.Queued
		ev.Reason, ev.TraceID, ev.Rules = "THROTTLED", traceIDOf(m), []string{"B-707"}
		ev.Detail = fmt.Sprintf("a message on %q was dropped: more is kept for clients than there is room for, "+
			"and most of it for this one or a shared group of it", m.Topic)
		ev.Hint = fmt.Sprintf("let %s come for its messages, or forget its session with DeleteConnection, or "+
			"raise --max-stored", cut(clientID))
	case session.Unacknowledged:
		rule, about = "B-515", "waiting"
		ev.Detail = fmt.Sprintf("messages wait, such as one on %q: as many are unacknowledged as may be, and no "+
			"PUBACK comes", m.Topic)
		ev.Hint = "at most 100 are sent ahead, with MQTT 5 no more than its Receive Maximum: acknowledge what " +
			"has come"
	case session.GivenUp:
		rule = "B-685"
		ev.Detail = fmt.Sprintf("a message on %q was given up: it was sent, and no PUBACK came for an hour, with "+
			"MQTT 5 for 16 minutes", m.Topic)
		ev.Hint = "acknowledge what has come"
	case session.SentAgain:
		rule, about = "B-685", "again"
		ev.Detail = fmt.Sprintf("a message on %q was sent again: no PUBACK came for 30 seconds", m.Topic)
		ev.Hint = "acknowledge what has come: until then it comes again every 30 seconds, and DUP is not set"
	case session.OtherMember:
		rule = "B-514"
		ev.Detail = fmt.Sprintf("a message on %q went to another member of the shared group", m.Topic)
		ev.Hint = "each message goes to one member; give those that want all of them a share name of their own, " +
			"or none"
	}
	h.note(clientID, about, rule, operation, func() trace.Event { return ev })
}

// madeRoom hears of an absent session that ended because there are more than limit.
func (h *Hook) madeRoom(clientID string, limit int) {
	h.note(clientID, "no room", "B-703", trace.Disconnect, func() trace.Event {
		return trace.Event{Cause: cause.Cause{Reason: "THROTTLED",
			Detail: fmt.Sprintf("the session of %q has ended before its time: more than %d wait for their client, "+
				"and it did for longest", clientID, limit),
			Hint: "connect with a clean session where nobody comes back under the same client id, or raise " +
				"--max-sessions"}}
	})
}

// noteRetained looks for what a granted filter will not bring.
func (h *Hook) noteRetained(c *client, sub session.Subscription) {
	if sub.Retained == session.Never {
		return
	}
	if topics := h.sessions.Unsent(sub.Filter); len(topics) > 0 {
		h.note(c.id, sub.Filter, "B-510", trace.Subscribe, func() trace.Event {
			return trace.Event{Filter: sub.Filter, Cause: cause.Cause{Rules: []string{"B-721"},
				Detail: fmt.Sprintf("retained messages are not sent for %q: %d, such as that of %q", sub.Filter,
					len(topics), topics[0]),
				Hint: "a retained message is sent to a filter that is exactly its topic"}}
		})
	}
}

// refused records a refusal. Of a PUBLISH those hear who would have got it
// [B-520].
func (h *Hook) refused(ev trace.Event) {
	seq := h.opts.Trace.Record(ev)
	if ev.Operation == trace.PublishIn {
		h.tellHolders(ev.Client, ev.Topic, ev.Reason, seq)
	}
}

// tellHolders tells those that a refused message would have reached; seq is the
// record of the refusal. A publisher without a client id is an HTTPS request.
func (h *Hook) tellHolders(clientID, topic, reason string, seq uint64) {
	for _, holder := range h.sessions.Holders(topic) {
		if holder.ClientID == clientID {
			continue
		}
		h.note(holder.ClientID, topic, "B-520", trace.PublishOut, func() trace.Event {
			publisher := "an HTTPS request"
			if clientID != "" {
				publisher = fmt.Sprintf("client %q", clientID)
			}
			return trace.Event{Topic: topic, Filter: holder.Filter, See: seq, Cause: cause.Cause{
				Detail: fmt.Sprintf("%s was refused to publish to %q: %s", publisher, topic, reason),
				Hint:   fmt.Sprintf("see the %s record of %s", trace.PublishIn, publisher)}}
		})
	}
}

// rival looks for two devices with one client id that throw each other out
// [B-517]: c takes over from old.
func (h *Hook) rival(c, old *client) {
	if time.Since(old.conn.Facts().ConnectedAt) < rivalTime {
		c.takeovers = old.takeovers + 1
	}
	if c.takeovers != 2 { // one may be a device that came back
		return
	}
	h.opts.Trace.Record(c.event(trace.Connect, trace.Event{Outcome: trace.Note, Cause: cause.Cause{
		Rules: []string{"B-517", "D-37"},
		Detail: fmt.Sprintf("connections take the client id %q from each other, now %s from %s", c.id,
			c.conn.Facts().Remote, old.conn.Facts().Remote),
		Hint: "give each device a client id of its own; with clean sessions subscriptions are lost each time"}}))
}

// bridgeAdvice adds to a refusal what a Mosquitto bridge's owner is to write.
func bridgeAdvice(ev trace.Event) trace.Event {
	if strings.HasPrefix(ev.Topic, bridgeState) {
		ev.Hint = fmt.Sprintf("a Mosquitto bridge publishes its state to %q, and AWS has no $SYS: "+
			"write `notifications false` in the bridge's connection", ev.Topic)
		ev.Rules = append(slices.Clip(ev.Rules), "B-238")
	}
	return ev
}

// bridgeState is where a Mosquitto bridge says, with `notifications true`, its
// default, that it is connected; its will there says that it is not.
const bridgeState = "$SYS/broker/connection/"

// hasty ends a client that has sent a SUBSCRIBE without having waited for its CONNACK,
// and notes what else it has sent so.
func (h *Hook) hasty(c *client, pk *packets.Packet) error {
	const hint = "AWS wants clients to wait for the CONNACK: subscribe and publish in the handler of a " +
		"successful connection"
	name := strings.ToUpper(packets.PacketNames[pk.FixedHeader.Type])
	detail := fmt.Sprintf("the %s was sent before the CONNACK had come", name)
	switch pk.FixedHeader.Type {
	case packets.Subscribe:
		ev := c.event(trace.Subscribe,
			trace.Event{Filter: pk.Filters[0].Filter,
				Cause: cause.Cause{Reason: "CLIENT_ERROR", Detail: detail, Hint: hint, Rules: []string{"B-608"}}})
		return h.endFor(c, ev, protocolError)
	case packets.Publish:
		topic := pk.TopicName
		h.note(c.id, name, "B-608", trace.PublishIn, func() trace.Event {
			return trace.Event{Topic: topic,
				Cause: cause.Cause{Detail: detail + "; what AWS does with it is not known", Hint: hint}}
		})
	}
	return nil
}

// noteWill tells of a will that is not sent because the WebSocket was closed in order.
func (h *Hook) noteWill(c *client) {
	topic := c.will.Topic
	h.note(c.id, topic, "B-442", trace.Disconnect, func() trace.Event {
		return trace.Event{Topic: topic, Cause: cause.Cause{
			Detail: fmt.Sprintf("the will on %q is not sent: the client ended its WebSocket with a Close frame and "+
				"no DISCONNECT", topic),
			Hint: "AWS takes a Close frame for the client's own DISCONNECT: to have the will sent, end without one, " +
				"or send DISCONNECT 0x04 with MQTT 5"}}
	})
}

// overWebSocket adds to the record of a refused CONNECT that the WebSocket had
// been accepted [D-19].
func overWebSocket(ev trace.Event) trace.Event {
	ev.Saw = "101 Switching Protocols, " + ev.Saw
	ev.Rules = append(slices.Clip(ev.Rules), "D-19")
	return ev
}
