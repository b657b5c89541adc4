package hooks

import (
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/trace"
)

// Changes of the account
//
//   - policies that are attached, detached or get another default version count at
//     once for connections with a certificate or a signature; AWS may take minutes
//
//   - who is no longer authenticated, as by a certificate that is inactive now, is
//     ended: AUTH_ERROR, MQTT 5 DISCONNECT 0x87
//   - what a custom authorizer granted stays until its refresh [A-151, guess]

// Review asks again what each connection may do. It calls no authorizer. One that
// is about to be established asks for itself then.
func (h *Hook) Review() {
	for _, c := range h.connected() {
		select {
		case <-c.settled:
			h.review(c)
		default:
		}
	}
}

func (h *Hook) review(c *client) {
	c.granting.Lock()
	defer c.granting.Unlock()
	old := c.grant.Load()
	if h.opts.Review == nil || old == nil || c.reason.Load() != nil {
		return
	}
	request := c.request
	request.ClientID = c.id
	next, err := h.opts.Review(request, old)
	if err != nil {
		ev := c.event(trace.AuthNError, trace.Event{Details: Attempt(c.conn.Facts(), err)})
		fill(&ev, err)
		h.endOnRecord(c, expulsion(), ev)
		return
	}
	if next != old {
		c.setGrant(h, next)
		h.noteLeftOut(c, trace.PublishIn, old, next)
	}
}

// Announce publishes a message of AWS IoT's own, as
// $aws/events/certificates/registered/<id>, to rules and whoever may receive it.
func (h *Hook) Announce(topic string, payload []byte) {
	m := &session.Message{Topic: topic, Payload: payload, QoS: 1}
	h.tellOf(m, story.Publisher{Kind: story.AWS})
	_, _ = h.route(m, &Origin{Kind: FromAWS}) // promised to nobody
}
