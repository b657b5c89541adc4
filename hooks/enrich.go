package hooks

import (
	"slices"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/trace"
)

// Message enrichment: the propagating attributes of a thing's type
//
//   - they are user properties of each PUBLISH of the connection that is the thing, of
//     any version of MQTT; also on $aws/rules/… and of retained messages [B-696]
//   - they come after the publisher's own, and replace none of them; they do not count
//     for its limit [B-696, guess]
//   - wills, HTTPS publishes, direct messages and AWS's own events get none [B-697,
//     guess]
//   - what a change of thing, type or attachment makes of them counts from the next
//     PUBLISH [B-698, guess]
//
// They are found when the connection is granted something, so that a message costs
// a look at an empty list.

// enrich adds to a message of c what its thing propagates.
func (c *client) enrich(m *session.Message) {
	properties := c.grant.Load().UserProperties
	if len(properties) == 0 {
		return
	}
	if m.Properties == nil {
		m.Properties = &packets.Properties{}
	}
	user := slices.Grow(slices.Clip(m.Properties.User), len(properties))
	for _, p := range properties {
		if p.Val == "" {
			p.Val = c.id
		}
		user = append(user, packets.UserProperty(p))
	}
	m.Properties.User = user
}

// noteLeftOut tells what next leaves out of the messages of c that old did not; nil
// left nothing out.
func (h *Hook) noteLeftOut(c *client, operation trace.Operation, old, next *authn.Grant) {
	for _, note := range next.LeftOut {
		if old == nil || !slices.Contains(old.LeftOut, note) {
			h.opts.Trace.Record(c.event(operation, trace.Event{Outcome: trace.Note, Cause: note.Cause()}))
		}
	}
}
