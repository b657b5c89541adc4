package hooks

import (
	"errors"
	"fmt"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/faults"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// Faults that somebody asked for, of connections and messages
//
//   - they strike what is in order otherwise: a CONNECT that the gateway can read, a PUBLISH
//     that may be published, a delivery that may be received
//   - on the wire each looks as it would on AWS; the record says that it is a fault

// faultWords are what is said of a fault that is no refusal.
var faultWords = map[faults.On]map[faults.Do]string{
	faults.Client: {faults.Close: "the connection was ended", faults.Cut: "nothing comes through for %s",
		faults.Replace: "the connection was ended as when another client takes its id"},
	faults.Ping:    {faults.Drop: "the PINGRESP was not sent"},
	faults.Suback:  {faults.Drop: "the SUBACK was not sent"},
	faults.Connect: {faults.Delay: "the CONNECT is late by %s"},
	faults.Publish: {faults.Close: "the connection was ended, and its message is lost",
		faults.Throttle: "the message is discarded, as one over a rate", faults.Delay: "the PUBLISH is late by %s"},
	faults.Puback: {faults.Drop: "the PUBACK was not sent", faults.Delay: "the PUBACK is late by %s",
		faults.Reorder: "the PUBACK comes after a later one"},
	faults.Deliver: {faults.Drop: "the message was not sent", faults.Delay: "the message is late by %s",
		faults.Close: "the connection was ended in the middle of the message"},
}

// faulty is why something happens that a fault did.
func faulty(f *faults.Fault, reason string) cause.Cause {
	said := faultWords[f.On][f.Do]
	if d := max(f.Delay, f.For); d > 0 {
		said = fmt.Sprintf(said, time.Duration(d))
	}
	if said != "" {
		said = ": " + said
	}
	return cause.Cause{Reason: reason, Detail: f.Said() + said, Hint: f.TakeBack()}
}

// strike is the fault that strikes a client's message, or its CONNECT; nil: none.
func (h *Hook) strike(on faults.On, c *client, topic string) *faults.Fault {
	return h.opts.Faults.Strike(on, faults.At{Client: c.id, Topic: topic})
}

// noteFault records a fault that refuses nothing. What comes again is counted.
func (h *Hook) noteFault(c *client, operation trace.Operation, f *faults.Fault, topic, saw string) {
	key := trace.Key{ConnectionID: c.connID, Topic: topic}
	h.opts.Trace.Note(key, fmt.Sprint("fault ", f.ID, " ", operation), func() trace.Event {
		return c.event(operation, trace.Event{Topic: topic, Saw: saw, Fault: f.ID, Cause: faulty(f, "")})
	})
}

// refusals are what a CONNECT that is refused by a fault is answered with.
var refusals = map[string]fault{
	"AUTHORIZATION_FAILURE": unauthorized, "THROTTLED": overRate, "CLIENT_ID_INVALID": badClientID,
	"MALFORMED_PACKET": malformedConnect,
}

// faultConnect has a CONNECT come late, or refused; its error ends the connection.
func (h *Hook) faultConnect(c *client) error {
	if f, rest := h.opts.Faults.Cut(c.id); rest > 0 {
		if err := h.lateConnect(c, &f, rest); err != nil {
			return err
		}
	}
	f := h.strike(faults.Connect, c, "")
	switch {
	case f == nil:
		return nil
	case f.Do == faults.Delay:
		return h.lateConnect(c, f, time.Duration(f.Delay))
	}
	wire, ok := refusals[f.Reason]
	if !ok {
		wire = unanswered
	}
	return h.refuseConnect(c, wire, c.event(trace.Connect, trace.Event{Fault: f.ID, Cause: faulty(f, f.Reason)}))
}

// lateConnect has a CONNECT wait. The next one of its client id ends it: who gave up and came
// again must not be thrown out by what it has left behind.
func (h *Hook) lateConnect(c *client, f *faults.Fault, d time.Duration) (err error) {
	h.noteFault(c, trace.Connect, f, "", "")
	h.mu.Lock()
	before := h.late[c.id]
	h.late[c.id] = c
	h.mu.Unlock()
	if before != nil {
		before.conn.End(nil, errGaveUp)
	}
	c.conn.Meanwhile(func() {
		if !c.conn.Pause(d) {
			err = packets.ErrRejectPacket
		}
	})
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.late[c.id] == c {
		delete(h.late, c.id)
	}
	return err
}

// errGaveUp is why a CONNECT ends that was late.
var errGaveUp = errors.New("its client has come again")

// endLate ends the CONNECTs that are late.
func (h *Hook) endLate() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, c := range h.late {
		c.conn.End(nil, errGaveUp)
	}
}

// faultPublish strikes a PUBLISH that may be published; taken is true if there is nothing
// more to do for it, and the error ends the connection.
func (h *Hook) faultPublish(c *client, pk *packets.Packet) (taken bool, err error) {
	f := h.strike(faults.Publish, c, pk.TopicName)
	if f == nil {
		return false, nil
	}
	return h.strikePublish(c, pk, f)
}

func (h *Hook) strikePublish(c *client, pk *packets.Packet, f *faults.Fault) (taken bool, err error) {
	if f.Do == faults.Delay {
		h.noteFault(c, trace.PublishIn, f, pk.TopicName, "")
		c.conn.Pause(time.Duration(f.Delay))
		return false, nil
	}
	told := h.tell(c, pk)
	if f.Do == faults.Throttle {
		h.throttleByFault(c, pk, told, f)
		return true, nil
	}
	c.settle()
	told.Refused(story.Refusal{Cause: faulty(f, "CONNECTION_LOST"),
		Saw: c.answer(packets.Disconnect, 0, unanswered).saw})
	ev := c.event(trace.PublishIn, trace.Event{Fault: f.ID, Cause: faulty(f, "CONNECTION_LOST")})
	ev.Topic = pk.TopicName
	return true, h.endFor(c, ev, unanswered)
}

func (h *Hook) throttleByFault(c *client, pk *packets.Packet, told story.Ref, f *faults.Fault) {
	c.settle()
	a := c.answer(packets.Publish, pk.FixedHeader.Qos, overRate)
	told.Refused(story.Refusal{Cause: faulty(f, "THROTTLED"), Saw: a.saw})
	h.noteFault(c, trace.PublishIn, f, pk.TopicName, a.saw)
	if a.packet != 0 {
		h.puback(c, pk.PacketID, overRate, traceIDFor(told))
	}
}

// faultAnswer reports whether a fault keeps back what answers a packet.
func (h *Hook) faultAnswer(on faults.On, operation trace.Operation, c *client) bool {
	f := h.strike(on, c, "")
	if f != nil {
		h.noteFault(c, operation, f, "", unnoticed)
	}
	return f != nil
}

// replaceByFault ends a connection as one that another client takes over.
func (h *Hook) replaceByFault(c *client, f *faults.Fault) {
	e := ending{refusal: refusal{takenOver, faulty(f, "DUPLICATE_CLIENTID")}}
	ev := c.ended(e)
	ev.Fault = f.ID
	h.endOnRecord(c, e, ev)
}

// noteFlaw tells of a client that goes on with a certificate that it should have refused.
func (h *Hook) noteFlaw(c *client) {
	if id := c.conn.Facts().Flaw; id != 0 {
		h.opts.Trace.Record(c.event(trace.Connect, trace.Event{Outcome: trace.Note, Fault: id, Cause: cause.Cause{
			Detail: fmt.Sprintf("the client has accepted the gateway's certificate, which fault %d made one that "+
				"nobody should trust", id),
			Hint: "have the client check the certificate's chain, its dates and the host name: whoever is between " +
				"it and AWS could read what it sends"}}))
	}
}

// acknowledge sends the PUBACK of a message that was published, as a fault has it.
func (h *Hook) acknowledge(c *client, id uint16, topic string) {
	f := h.strike(faults.Puback, c, topic)
	if f == nil {
		h.puback(c, id, fault{}, "")
		return
	}
	saw := ""
	if f.Do == faults.Drop {
		saw = unnoticed
	}
	h.noteFault(c, trace.PublishIn, f, topic, saw)
	puback := []byte{packets.Puback << 4, 2, byte(id >> 8), byte(id)}
	switch f.Do {
	case faults.Delay:
		if c.late == nil {
			c.late = newLate(c.conn)
		}
		c.late.add(puback, time.Duration(f.Delay))
	case faults.Reorder:
		if c.behind == nil {
			c.behind = newAcks(c, &Disorder{})
		}
		c.behind.add(puback)
	}
}

// faultDelivery is what a fault makes of a message that c may receive. The caller has c's
// session.
func (h *Hook) faultDelivery(c *client, m *session.Message) story.Outcome {
	f := h.strike(faults.Deliver, c, m.Topic)
	if f == nil {
		return story.Sent
	}
	switch f.Do {
	case faults.Delay:
		c.conn.Stall(time.Duration(f.Delay))
		h.noteFault(c, trace.PublishOut, f, m.Topic, "")
	case faults.Close:
		c.torn = f
	case faults.Drop:
		h.noteFault(c, trace.PublishOut, f, m.Topic, unnoticed)
		return story.Faulted
	}
	return story.Sent
}

// tear sends half of a packet and ends the connection. The caller has c's session.
func (h *Hook) tear(c *client, p []byte) (int, error) {
	f := c.torn
	c.torn = nil
	h.endByFault(c, f, p[:len(p)/2])
	return len(p), nil
}

// endByFault ends a connection without a packet; last are the last bytes.
func (h *Hook) endByFault(c *client, f *faults.Fault, last []byte) {
	e := ending{refusal: refusal{unanswered, faulty(f, "CONNECTION_LOST")}}
	if !c.reason.CompareAndSwap(nil, &e) {
		return
	}
	ev := c.ended(e)
	ev.Fault = f.ID
	h.opts.Trace.Record(ev) // before the client notices
	c.acks.Load().close()   // none of them goes behind a part of a packet
	c.conn.SetCloseFrame(transport.NoCloseFrame)
	c.conn.End(last, errors.New(e.Reason))
}

// cutEarly cuts off who has just been let in, by a fault that was asked for meanwhile.
func (h *Hook) cutEarly(c *client) {
	if f, rest := h.opts.Faults.Cut(c.id); rest > 0 {
		h.noteFault(c, trace.Connect, &f, "", "")
		c.conn.Cut(rest)
	}
}

// StrikeClients has a fault strike all who are connected and whom it is meant for.
func (h *Hook) StrikeClients(f *faults.Fault) {
	for _, c := range h.connected() {
		<-c.settled
		if c.attached.Load() == nil || !f.Means(c.id) {
			continue
		}
		h.opts.Faults.Hit(f.ID)
		switch f.Do {
		case faults.Cut:
			h.noteFault(c, trace.Disconnect, f, "", "")
			c.conn.Cut(time.Duration(f.For))
		case faults.Replace:
			h.replaceByFault(c, f)
		default:
			h.endByFault(c, f, nil)
		}
	}
}
