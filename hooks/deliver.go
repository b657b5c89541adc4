package hooks

import (
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/trace"
)

// Deliveries
//
//   - iot:Receive is asked about topic/<the message's topic> at every delivery:
//     live, retained, queued, shared; the filter does not matter [B-215, B-216]
//   - refused: nothing is sent, the connection stays, the publisher sees nothing
//     of it [B-217, B-430]; the message is gone for this client [B-433, guess]
//   - what was withheld is counted per client and topic; the reasons are worked out
//     once, not per message

// link is where the session of c delivers to.
func (h *Hook) link(c *client) session.Link {
	return session.Link{
		Window:    c.window,
		MaxPacket: c.maxPacket,
		Allowed:   func(m *session.Message) bool { return h.mayReceive(c, m.Topic) },
		Write:     c.conn.Write,
	}
}

func (h *Hook) mayReceive(c *client, topic string) bool {
	p := c.policy.Load()
	if p.Allows(policy.Receive, topic) {
		return true
	}
	h.opts.Trace.Withheld(trace.Key{ConnectionID: c.connID, Topic: topic, Policy: p.generation}, func() trace.Event {
		ev := c.denied(trace.PublishOut, p.Explain(policy.Receive, topic, nil))
		ev.Saw = "nothing, connection kept"
		return ev
	})
	return false
}
