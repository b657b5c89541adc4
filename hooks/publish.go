package hooks

import (
	"cmp"
	"fmt"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/trace"
)

// PUBLISH, from a device
//
//   - what its thing's type propagates is added to it [B-696], see enrich.go
//   - limits come before policy [B-416, guess]
//   - QoS 2 does not exist: MQTT 5 gets DISCONNECT 0x9B, MQTT 3.1.1 is closed
//     [B-641, B-642]
//   - a payload over 128 KiB ends the connection [B-680], a topic over its limits
//     is refused [B-650, B-653 guess]; an empty one or one with wildcards ends the
//     connection [B-654, guess]
//   - iot:Publish is asked about the topic behind a topic alias [B-212]
//   - RETAIN=1 needs iot:RetainPublish as well, or nothing is published [B-213]
//   - refused by policy: MQTT 5 QoS 1 gets PUBACK 0x87 and lives on [B-409]; MQTT 5
//     QoS 0 gets DISCONNECT 0x87; MQTT 3.1.1 is closed without a word [B-410]
//   - the PUBACK says that the broker has the message, not that anybody got it
//     [B-688], and would have it after a crash too; it is 0x00 also when nobody subscribes [B-431]
//   - never do more than 100 wait for theirs [B-683]: line.go reads no further then;
//     disorder.go holds some back if a test wishes it [B-699]

// readPublish decides about one PUBLISH.
func (h *Hook) readPublish(c *client, pk *packets.Packet) error {
	if err := h.resolveAlias(c, pk); err != nil {
		return err
	}
	p, topic := c.policy.Load(), pk.TopicName
	refused := func() bool { return !mayPublish(p.Policy, topic, pk.FixedHeader.Retain) }
	if problem := h.checkPublish(pk); problem != nil {
		return h.endPublish(c, pk, problem.before(refused))
	}
	if problem := cmp.Or(h.quotas.checkTopic(topic), h.quotas.checkProperties(&pk.Properties)); problem != nil {
		return h.refusePublish(c, pk, c.overLimit(trace.PublishIn, problem.before(refused)))
	}
	if !h.allowsPublish(c, p, topic, pk.FixedHeader.Retain) {
		explain := func() policy.Decision { return whyNotPublish(p.Policy, topic) }
		return h.refusePublish(c, pk, c.forbidden(trace.PublishIn, p, explain))
	}
	// after the policy [B-237, guess]
	if problem := checkReservedTopic(topic, pk.FixedHeader.Retain); problem != nil {
		return h.refusePublish(c, pk, c.overLimit(trace.PublishIn, problem))
	}
	if taken, err := h.faultPublish(c, pk); taken {
		return err
	}
	return h.takePublish(c, pk)
}

// checkPublish returns the limit that ends the connection, or nil.
func (h *Hook) checkPublish(pk *packets.Packet) *refusal {
	malformed := cmp.Or(checkTopicForm(pk.TopicName), checkResponseTopic(&pk.Properties))
	switch {
	case malformed != nil:
		return malformed // [B-654, guess]
	case pk.FixedHeader.Qos == 2:
		return unsupportedQoS.breaks("QoS 2 is not supported", "B-640", "B-641", "B-642")
	case len(pk.Payload) > h.quotas.payload: // closed without a packet in either version [B-680]
		detail := fmt.Sprintf("the payload has %d bytes, at most %d are allowed", len(pk.Payload), maxPayload)
		return unanswered.breaks(detail, "B-680")
	}
	return nil
}

// takePublish publishes what may be published, if its client keeps to its rate,
// and acknowledges it.
func (h *Hook) takePublish(c *client, pk *packets.Packet) error {
	m := inbound(c.id, pk)
	c.enrich(m)
	m.Story = h.tell(c, pk)
	if problem := h.throttled(c, m); problem != nil {
		h.discard(c, pk, m, problem)
		return nil
	}
	h.published(c, m) // before it is told who got it
	from := c.origin(FromDevice)
	w, written := h.route(m, &from)
	if w.noRule {
		h.ruleNotFound(m, from)
	}
	id, confirmed := pk.PacketID, int64(0)
	if written == nil && m.Story.Kept() { // at once: a look at the clock would cost more than the story
		confirmed = c.came.UnixNano()
	}
	if written == nil && c.line == nil { // its turn is now
		h.taken(c, m, id, confirmed, w)
		return nil
	}
	return c.inTurn(turn{wait: written, id: id, size: pk.FixedHeader.Remaining, do: func(err error) {
		if err != nil { // it has been published, and is not acknowledged
			_ = h.notStored(c, trace.Disconnect, m.Topic, err)
			return
		}
		h.taken(c, m, id, confirmed, w)
	}})
}

// taken acknowledges a message that has an id, which was confirmed at a time, and has a
// service answer it.
func (h *Hook) taken(c *client, m *session.Message, id uint16, confirmed int64, w way) {
	if m.QoS == 1 {
		m.Story.Confirmed(confirmed)
		h.acknowledge(c, id, m.Topic)
	}
	h.handOver(w) // the answer comes after the PUBACK [B-1004]
}

// puback acknowledges a PUBLISH, or says no to it.
func (h *Hook) puback(c *client, id uint16, f fault, traceID string) {
	p := []byte{packets.Puback << 4, 2, byte(id >> 8), byte(id)}
	if f.code != 0 {
		p = c.negativePuback(id, f, traceID)
	}
	if !c.late.behind(p) && !h.holdBack(c, p) {
		_, _ = c.conn.Write(h.tellSent(c, p))
		c.behind.release()
	}
}

func (c *client) negativePuback(id uint16, f fault, traceID string) []byte {
	ack := c.reply(packets.Puback, f.code, f.text, traceID)
	ack.PacketID = id
	return encode(c.version, ack)
}

// resolveAlias replaces an MQTT 5 topic alias by its topic [B-690, M-13].
func (h *Hook) resolveAlias(c *client, pk *packets.Packet) error {
	alias := pk.Properties.TopicAlias
	if !pk.Properties.TopicAliasFlag {
		return nil
	}
	if alias > maxAliases {
		return h.endPublish(c, pk,
			badAlias.breaks(fmt.Sprintf("topic alias %d, want 1 to %d", alias, maxAliases), "B-690"))
	}
	if pk.TopicName != "" {
		if c.aliases == nil {
			c.aliases = make(map[uint16]string)
		}
		c.aliases[alias] = pk.TopicName
		return nil
	}
	topic, known := c.aliases[alias]
	if !known {
		return h.violation(c, fmt.Sprintf("topic alias %d has not been set on this connection", alias))
	}
	pk.TopicName = topic
	return nil
}

// whyNotPublish gives the reasons of a policy that refuses a message.
func whyNotPublish(p *policy.Policy, topic string) policy.Decision {
	if !p.Allows(policy.Publish, topic) {
		return p.Explain(policy.Publish, topic, nil)
	}
	return p.Explain(policy.RetainPublish, topic, nil)
}

// refusePublish tells the publisher no, in the shape of its version and QoS.
func (h *Hook) refusePublish(c *client, pk *packets.Packet, d denial) error {
	c.settle()
	told := h.tell(c, pk)
	traceID, topic, retain := traceIDFor(told), pk.TopicName, pk.FixedHeader.Retain
	event := func() trace.Event {
		ev := d.why()
		ev.TraceID = traceID
		ev.Topic, ev.Retain = topic, retain
		return ev
	}
	a := c.answer(packets.Publish, pk.FixedHeader.Qos, d.fault)
	why := story.Refusal{Cause: d.Cause, Saw: a.saw}
	if a.ends {
		told.Refused(why)
		return h.endFor(c, event(), d.fault)
	}
	key := trace.Key{ConnectionID: c.connID, Topic: topic, Policy: d.generation}
	what := d.what(trace.PublishIn)
	if retain { // it is counted in another metric, too
		what += " to retain"
	}
	seq := h.opts.Trace.Refused(key, what, func() trace.Event { // before the client notices
		ev := event()
		ev.Saw = a.saw
		return bridgeAdvice(ev)
	})
	why.Event = seq
	told.Refused(why)
	h.tellHolders(c.id, topic, d.Reason, seq)
	h.puback(c, pk.PacketID, d.fault, traceID)
	return nil
}

// notStored ends the connection of a client that cannot be promised what it
// asked for: the file of the sessions cannot be written.
func (h *Hook) notStored(c *client, operation trace.Operation, topic string, err error) error {
	ev := c.event(operation,
		trace.Event{Cause: cause.Cause{Reason: "SERVER_ERROR", Detail: notKept(err), Rules: []string{"B-440"}}})
	ev.Topic = topic
	return h.endFor(c, ev, unanswered)
}

func notKept(err error) string { return "the state cannot be kept: " + err.Error() }

// inbound returns the message of a PUBLISH.
func inbound(origin string, pk *packets.Packet) *session.Message {
	p := propertiesOf(&pk.Properties)
	return &session.Message{
		Topic:      pk.TopicName,
		Payload:    pk.Payload,
		QoS:        pk.FixedHeader.Qos,
		Retain:     pk.FixedHeader.Retain,
		Origin:     origin,
		Properties: p,
		Expires:    expires(p),
	}
}

// propertiesOf are the properties of a message that has some, nil if not: they are larger than
// all the rest of it.
func propertiesOf(p *packets.Properties) *packets.Properties {
	if !p.PayloadFormatFlag && p.ContentType == "" && p.ResponseTopic == "" && len(p.CorrelationData) == 0 &&
		len(p.User) == 0 && p.MessageExpiryInterval == 0 {
		return nil
	}
	kept := *p
	return &kept
}

// expires returns when a message published now vanishes, by its properties.
func expires(p *packets.Properties) time.Time {
	if p == nil || p.MessageExpiryInterval == 0 {
		return time.Time{}
	}
	return ExpiresIn(int64(p.MessageExpiryInterval))
}

// ExpiresIn returns when a message published now vanishes that may wait for so many seconds:
// 0 counts as 1, and more than 604800 as that [B-694].
func ExpiresIn(seconds int64) time.Time {
	return time.Now().Add(time.Duration(min(max(seconds, 1), maxMessageExpiry)) * time.Second)
}

// willMessage returns the will of a CONNECT. Its expiry counts from the moment
// it is sent [B-695].
func willMessage(pk packets.Packet) *session.Message {
	return &session.Message{
		Topic:      pk.Connect.WillTopic,
		Payload:    pk.Connect.WillPayload,
		QoS:        pk.Connect.WillQos,
		Retain:     pk.Connect.WillRetain,
		Origin:     pk.Connect.ClientIdentifier,
		Properties: propertiesOf(&pk.Connect.WillProperties),
	}
}
