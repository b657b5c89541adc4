package hooks

import (
	"fmt"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/trace"
)

// Deliveries
//
//   - iot:Receive is asked about topic/<the message's topic> at every delivery:
//     live, retained, queued, shared; the filter does not matter [B-215, B-216]
//   - refused: nothing is sent, the connection stays, the publisher sees nothing
//     of it [B-217, B-430]; the message is gone for this client [B-433, guess]
//   - a message over the client's Maximum Packet Size is dropped for it [B-513]
//   - what was withheld is counted per client and topic; the reasons are worked out
//     once, not per message

// link is where the session of c delivers to.
func (h *Hook) link(c *client) session.Link {
	return session.Link{
		Window:    c.window,
		MaxPacket: c.maxPacket,
		TooLarge:  func(m *session.Message, bytes int) { h.tooLarge(c, m, bytes) },
		Allowed:   func(m *session.Message) story.Outcome { return h.mayReceive(c, m) },
		Wait:      func() time.Duration { return h.rates.wait(&c.sent) },
		Direct:    func(m *session.Message) error { return h.mayReceiveDirect(c, m.Topic) },
		Write:     func(p []byte) (int, error) { return h.write(c, p) },
		Sent:      func(m *session.Message) { h.delivered(c, m) },
	}
}

// write sends a packet of the session, whole but for a fault.
func (h *Hook) write(c *client, p []byte) (int, error) {
	if c.torn != nil {
		return h.tear(c, p)
	}
	return c.conn.Write(h.tellSent(c, p))
}

func (h *Hook) mayReceive(c *client, m *session.Message) story.Outcome {
	topic := m.Topic
	p := c.policy.Load()
	if h.allows(c, p, trace.PublishOut, ask{policy.Receive, topic, nil}) {
		if h.rates.count(&c.sent) {
			return h.faultDelivery(c, m)
		}
		h.overRate(c, m, p.generation)
		return story.Throttled
	}
	h.opts.Trace.Withheld(trace.Key{ConnectionID: c.connID, Topic: topic, Policy: p.generation},
		func() trace.Event {
			ev := c.denied(trace.PublishOut, p.Explain(policy.Receive, topic, nil))
			ev.Saw, ev.TraceID = unnoticed, traceIDOf(m)
			return ev
		})
	return story.Withheld
}

// tooLarge records a message that is larger than what the client takes.
func (h *Hook) tooLarge(c *client, m *session.Message, bytes int) {
	c.torn = nil
	key := trace.Key{ConnectionID: c.connID, Topic: m.Topic, Policy: c.policy.Load().generation}
	h.opts.Trace.Withheld(key, func() trace.Event {
		return c.event(trace.PublishOut,
			trace.Event{TraceID: traceIDOf(m), Topic: m.Topic, Saw: unnoticed,
				Cause: cause.Cause{Reason: "PACKET_TOO_LARGE", Rules: []string{"B-513"},
					Detail: fmt.Sprintf("the packet has %d bytes, the client's Maximum Packet Size is %d", bytes,
						c.maxPacket)}})
	})
}
