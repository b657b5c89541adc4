package hooks

import (
	"github.com/google/uuid"

	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// RefuseUpgrade records a WebSocket upgrade that gets 403 for its signature, or
// for want of one.
func (h *Hook) RefuseUpgrade(f *transport.Facts, err error) {
	id := uuid.NewString()
	ev := trace.Event{Operation: trace.AuthNError, Outcome: trace.Refused, ConnectionID: id, TraceID: id,
		Protocol: "MQTT",
		Listener: f.Listener, Source: f.Remote.String(), ServerName: f.ServerName,
		Saw: "403 Forbidden instead of the WebSocket", Details: Attempt(f, err)}
	fill(&ev, err)
	h.opts.Trace.Record(ev)
}
