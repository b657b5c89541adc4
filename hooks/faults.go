package hooks

import (
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
	faults.Client:  {faults.Close: "the connection was ended", faults.Cut: "nothing comes through for %s"},
	faults.Connect: {faults.Delay: "the CONNECT is late by %s"},
	faults.Publish: {faults.Close: "the connection was ended, and its message is lost",
		faults.Throttle: "the message is discarded, as one over a rate", faults.Delay: "the PUBLISH is late by %s"},
	faults.Puback: {faults.Drop: "the PUBACK was not sent", faults.Delay: "the PUBACK is late by %s",
		faults.Reorder: "the PUBACK comes after a later one"},
	faults.Deliver: {faults.Drop: "the message was not sent", faults.Delay: "the message is late by %s",
		faults.Close: "the connection was ended in the middle of the message"},
}

// faulty is why something happens that a fault did.
func faulty(f faults.Fault, reason string) cause.Cause {
	said := faultWords[f.On][f.Do]
	if d := max(f.Delay, f.For); d > 0 {
		said = fmt.Sprintf(said, time.Duration(d))
	}
	if said != "" {
		said = ": " + said
	}
	return cause.Cause{Reason: reason, Detail: f.Said() + said, Hint: f.TakeBack()}
}

// strike is whether a fault strikes a client's message, or its CONNECT.
func (h *Hook) strike(on faults.On, c *client, topic string) (faults.Fault, bool) {
	return h.opts.Faults.Strike(on, faults.At{Client: c.id, Topic: topic})
}

// noteFault records a fault that refuses nothing. What comes again is counted.
func (h *Hook) noteFault(c *client, operation trace.Operation, f faults.Fault, topic, saw string) {
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
		h.noteFault(c, trace.Connect, f, "", "")
		c.conn.Meanwhile(func() { c.conn.Pause(rest) })
	}
	f, ok := h.strike(faults.Connect, c, "")
	switch {
	case !ok:
		return nil
	case f.Do == faults.Delay:
		h.noteFault(c, trace.Connect, f, "", "")
		c.conn.Meanwhile(func() { c.conn.Pause(time.Duration(f.Delay)) })
		return nil
	}
	wire, ok := refusals[f.Reason]
	if !ok {
		wire = unanswered
	}
	return h.refuseConnect(c, wire, c.event(trace.Connect, trace.Event{Fault: f.ID, Cause: faulty(f, f.Reason)}))
}

// faultPublish strikes a PUBLISH that may be published; taken is true if there is nothing
// more to do for it, and the error ends the connection.
func (h *Hook) faultPublish(c *client, pk *packets.Packet) (taken bool, err error) {
	f, ok := h.strike(faults.Publish, c, pk.TopicName)
	switch {
	case !ok:
		return false, nil
	case f.Do == faults.Delay:
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

func (h *Hook) throttleByFault(c *client, pk *packets.Packet, told story.Ref, f faults.Fault) {
	c.settle()
	a := c.answer(packets.Publish, pk.FixedHeader.Qos, overRate)
	told.Refused(story.Refusal{Cause: faulty(f, "THROTTLED"), Saw: a.saw})
	h.noteFault(c, trace.PublishIn, f, pk.TopicName, a.saw)
	if a.packet != 0 {
		h.puback(c, pk.PacketID, overRate, traceIDFor(told))
	}
}

// faultPuback is what becomes of the PUBACK of a message: drop says that there is none, wait
// what it waits for now, if that is not nil; reorder, that a later one goes before.
func (h *Hook) faultPuback(c *client, topic string, wait func() error) (drop, reorder bool,
	late func() error) {
	f, ok := h.strike(faults.Puback, c, topic)
	if !ok {
		return false, false, wait
	}
	saw := ""
	if f.Do == faults.Drop {
		saw = unnoticed
	}
	h.noteFault(c, trace.PublishIn, f, topic, saw)
	if f.Do != faults.Delay {
		return f.Do == faults.Drop, f.Do == faults.Reorder, wait
	}
	return false, false, func() (err error) {
		if wait != nil {
			err = wait()
		}
		c.conn.Pause(time.Duration(f.Delay))
		return err
	}
}

// reorder has the PUBACK of a message come after the next one, or soon.
func (h *Hook) reorder(c *client, id uint16) {
	if c.behind == nil {
		c.behind = newAcks(c, &Disorder{})
	}
	c.behind.add([]byte{packets.Puback << 4, 2, byte(id >> 8), byte(id)})
}

// faultDelivery is what a fault makes of a message that c may receive. The caller has c's
// session.
func (h *Hook) faultDelivery(c *client, m *session.Message) story.Outcome {
	f, ok := h.strike(faults.Deliver, c, m.Topic)
	if !ok {
		return story.Sent
	}
	switch f.Do {
	case faults.Delay:
		c.conn.Stall(time.Duration(f.Delay))
		h.noteFault(c, trace.PublishOut, f, m.Topic, "")
	case faults.Close:
		c.torn = &f
	case faults.Drop:
		h.noteFault(c, trace.PublishOut, f, m.Topic, unnoticed)
		return story.Faulted
	}
	return story.Sent
}

// tear sends half of a packet and ends the connection. The caller has c's session.
func (h *Hook) tear(c *client, p []byte) (int, error) {
	f := *c.torn
	c.torn = nil
	c.conn.SetCloseFrame(transport.NoCloseFrame)
	n, err := c.conn.Write(p[:len(p)/2])
	h.endByFault(c, f)
	return n, err
}

func (h *Hook) endByFault(c *client, f faults.Fault) {
	e := ending{refusal: refusal{unanswered, faulty(f, "CONNECTION_LOST")}}
	ev := c.ended(e)
	ev.Fault = f.ID
	h.endOnRecord(c, e, ev)
}

// StrikeClients has a fault strike all who are connected and whom it is meant for.
func (h *Hook) StrikeClients(f faults.Fault) {
	for _, c := range h.connected() {
		<-c.settled
		if c.attached.Load() == nil || !f.Means(c.id) {
			continue
		}
		h.opts.Faults.Hit(f.ID)
		if f.Do == faults.Cut {
			h.noteFault(c, trace.Disconnect, f, "", "")
			c.conn.Cut(time.Duration(f.For))
			continue
		}
		c.conn.SetCloseFrame(transport.NoCloseFrame)
		h.endByFault(c, f)
	}
}
