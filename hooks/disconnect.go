package hooks

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/google/uuid"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/emulator/wire"
)

// The end of a connection
//
//   - the will is sent unless the client disconnected itself, by DISCONNECT or by
//     a WebSocket Close frame [B-440, B-442]; DISCONNECT 0x04 sends it
//     [B-441], like every code but 0x00 [B-441, guess]
//   - MQTT 5 gets a DISCONNECT with the reason before the close, from AWS's table
//     alone [B-450]; MQTT 3.1.1 is closed [B-454]
//   - a packet that is malformed: DISCONNECT 0x81 or 0x82, before the session
//     exists CONNACK 0x80 [B-740]; package wire finds it [B-741]
//   - silence for 1.5 times the keep alive: DISCONNECT 0x8D [B-621]
//   - DISCONNECT may change the session's expiry, unless it was 0 [B-701]

// An ending is why a connection ends.
type ending struct {
	refusal        // Reason is the disconnectReason [B-440]; Detail is empty if there is nothing to tell
	traceID string // of its record; if it is empty, the reason string has one of its own

	clean, noWill bool // the session ends too, the will is not sent [B-813]
}

// end closes an established connection for cause, from any goroutine. The first
// cause counts.
func (h *Hook) end(c *client, e ending) {
	if c.reason.CompareAndSwap(nil, &e) {
		h.close(c, e)
	}
}

// close ends a connection; what the client has still to get goes before the last.
func (h *Hook) close(c *client, e ending) {
	c.conn.End(append(c.acks.Load().close(), h.tellSent(c, c.last(e))...), errors.New(e.Reason))
}

// endOnRecord is end with a record, which is there before the client notices.
func (h *Hook) endOnRecord(c *client, e ending, ev trace.Event) {
	e.traceID = ev.TraceID
	if c.reason.CompareAndSwap(nil, &e) {
		ev.Outcome, ev.Saw = trace.Refused, c.sawEnd(e.fault)
		h.opts.Trace.Record(ev)
		h.close(c, e)
	}
}

// last returns the DISCONNECT of an ending, if there is one.
func (c *client) last(e ending) []byte {
	if c.attached.Load() == nil {
		return nil // in MQTT 5 none without a CONNACK before it
	}
	traceID := e.traceID
	if traceID == "" {
		traceID = uuid.NewString()
	}
	return c.bytes(c.answer(packets.Disconnect, 0, e.fault), e.fault, traceID)
}

// endFor ends the connection because of one packet, which ev is about. It
// returns the error that makes serve stop reading.
func (h *Hook) endFor(c *client, ev trace.Event, f fault) error {
	ev.Outcome, ev.Saw = trace.Refused, c.sawEnd(f)
	ev = bridgeAdvice(ev)
	h.refused(ev)
	why := cause.Cause{Reason: disconnectReason(ev.Cause), Detail: ev.Detail, Rules: ev.Rules}
	h.end(c, ending{refusal: refusal{f, why}, traceID: ev.TraceID})
	return packets.ErrRejectPacket
}

// clientError ends the connection for a packet that breaks a limit.
func (h *Hook) clientError(c *client, operation trace.Operation, r *refusal, topic string) error {
	c.settle()
	ev := c.event(operation, trace.Event{Cause: r.Cause})
	ev.Topic = topic
	return h.endFor(c, ev, r.fault)
}

// violation ends the connection for a packet that MQTT does not allow here.
func (h *Hook) violation(c *client, detail string) error {
	return h.clientError(c, trace.Disconnect, protocolError.breaks(detail, "B-609", "B-740"), "")
}

// DisconnectAll ends every connection, as an operator's stop does, and returns
// when serve has finished with each.
func (h *Hook) DisconnectAll() {
	h.endLate()
	all := h.connected()
	for _, c := range all {
		<-c.settled
		h.end(c, ending{refusal: refusal{stopping, cause.Cause{Reason: "SERVER_INITIATED_DISCONNECT"}}})
	}
	for _, c := range all {
		<-c.conn.Done()
	}
}

// readDisconnect takes the client's own DISCONNECT.
func (h *Hook) readDisconnect(c *client, pk packets.Packet) error {
	if p := pk.Properties; p.SessionExpiryIntervalFlag {
		if c.expiry == 0 && p.SessionExpiryInterval > 0 {
			return h.violation(c, "DISCONNECT gives a session an expiry that CONNECT set to 0")
		}
		c.expiry = min(seconds(p.SessionExpiryInterval), h.opts.SessionExpiry)
	}
	if c.version == 5 && pk.FixedHeader.Remaining == 1 {
		pk.ReasonCode = c.conn.Last() // the engine leaves out a code without properties [M-18]
	}
	if pk.ReasonCode == packets.CodeDisconnect.Code {
		c.will = nil
	}
	c.acks.Load().release()
	c.behind.release()
	c.reason.CompareAndSwap(nil, &ending{refusal: *wanted()})
	return nil
}

// Ended is called once for each connection, after serve has finished with
// it, whatever made it end.
func (h *Hook) Ended(conn *transport.Conn, err error) {
	c, _ := conn.Value.(*client)
	if c == nil {
		h.neverConnected(conn, err)
		return
	}
	if c.attached.Load() == nil {
		close(c.settled)
	}
	c.settle()
	defer h.leave(c)
	c.life.stop()
	if c.reason.Load() == nil {
		h.explain(c, err)
	}
	h.tellEnd(c)
	defer func() { h.opts.Stories.Leave(c.told) }()
	c.acks.Load().close() // a PUBLISH may have come beside the end
	if c.session == nil {
		return
	}
	e := c.reason.Load()
	if e.clean {
		c.expiry = 0
	}
	c.session.Detach(c.expiry)
	if c.attached.Load() != nil { // else nobody heard that it was connected
		h.disconnected(c)
		h.announceDisconnected(c)
	}
	if c.will != nil && !e.noWill {
		h.sendWill(c)
	}
}

// leave frees the client id. Only now: the next connection must find the session
// detached.
func (h *Hook) leave(c *client) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.clients[c.id] == c {
		delete(h.clients, c.id)
		for _, id := range h.gone.leave(c.id, c.number, h.connection(c, c.expiry)) {
			h.sessions.Forget(id)
		}
		h.sessions.Remember(c.id, session.Number{Last: c.number, Until: h.gone[c.id].until})
	}
}

// explain finds out why a connection ended that nobody here has ended, and
// tells the client as far as there is a packet for it.
func (h *Hook) explain(c *client, err error) {
	e := ending{refusal: *endingOf(c.conn.Cause(), err), traceID: uuid.NewString()}
	c.reason.Store(&e)
	if e.Reason == "CLIENT_INITIATED_DISCONNECT" && c.will != nil {
		h.noteWill(c)
		c.will = nil // [B-442]
	}
	if e.Detail != "" && c.session != nil {
		h.opts.Trace.Record(c.ended(e)) // before the client notices
	}
	h.close(c, e)
}

// ended is the record of an ending that no packet of the client's caused.
func (c *client) ended(e ending) trace.Event {
	ev := c.event(trace.Disconnect,
		trace.Event{Outcome: trace.Refused, TraceID: e.traceID, Cause: e.Cause})
	ev.Saw = c.sawEnd(e.fault)
	return ev
}

// sawEnd is what the client got when its connection was ended for a fault.
func (c *client) sawEnd(f fault) string {
	f.manner = ends
	return c.answer(packets.Disconnect, 0, f).saw
}

// endingOf maps what the transport, the codec and serve say to AWS's reason.
func endingOf(reported, err error) *refusal {
	var panicked *transport.PanicError
	var broken *wire.Error
	var code packets.Code
	switch {
	case errors.As(reported, &broken):
		return malformedEnding(broken)
	case errors.Is(reported, transport.ErrClosedByPeerFrame):
		return wanted() // [B-442]
	case errors.Is(reported, transport.ErrSlowConsumer):
		return slowConsumer(reported)
	case errors.Is(reported, transport.ErrConnectTimeout):
		late := unanswered.breaks("no CONNECT in time", "B-610", "M-15")
		late.Hint = "how long it may take is set by --request-time"
		return late
	case errors.Is(reported, transport.ErrFirstTooLarge):
		return unanswered.breaks("a CONNECT over 1 MiB", "B-609", "B-680")
	case errors.Is(reported, os.ErrDeadlineExceeded):
		return &refusal{idle, cause.Cause{Reason: "MQTT_KEEP_ALIVE_TIMEOUT",
			Detail: "no packet for 1.5 times the keep alive", Rules: []string{"B-621"}}}
	case errors.As(err, &panicked):
		return malformed.breaks("a packet that cannot be read", "B-740", "M-1")
	case errors.Is(err, packets.ErrPacketTooLarge):
		return unanswered.breaks(fmt.Sprintf("a packet over %d bytes", maxPacket), "B-680")
	case errors.As(err, &code) && code.Code == protocolError.code:
		return protocolError.breaks(code.Reason, "B-740")
	case errors.As(err, &code) && code.Code >= packets.ErrUnspecifiedError.Code,
		// what the codec refuses without a code [B-741, guess]
		reported == nil && err != nil && !errors.Is(err, net.ErrClosed):
		return malformed.breaks(err.Error(), "B-740")
	}
	return &refusal{unanswered, cause.Cause{Reason: "CONNECTION_LOST"}}
}

// wanted is the end that the client asked for.
func wanted() *refusal {
	return &refusal{unanswered, cause.Cause{Reason: "CLIENT_INITIATED_DISCONNECT"}}
}

// expulsion is the end of a client that is not authenticated any more.
func expulsion() ending { return ending{refusal: refusal{expelled, cause.Cause{Reason: "AUTH_ERROR"}}} }

// malformedEnding is the end for a packet that the codec has not seen.
func malformedEnding(e *wire.Error) *refusal {
	switch e.Code {
	case wire.ProtocolError:
		return protocolError.breaks(e.Detail, "B-740", "B-741")
	case wire.AliasInvalid:
		return badAlias.breaks(e.Detail, "B-690")
	case wire.TooLarge:
		return unanswered.breaks(e.Detail, "B-680")
	}
	return malformed.breaks(e.Detail, "B-740", "B-741")
}

// slowConsumer is the end of a client that does not read what it subscribed to.
func slowConsumer(reported error) *refusal {
	const unread = "the client does not read what it subscribed to"
	r := slow.throttles(unread+": more would wait for it than may for one client, 16 MiB", "M-3")
	r.Hint = "let the client read while it works, or subscribe to less"
	switch {
	case errors.Is(reported, transport.ErrStalled):
		r.Detail = unread + ": for 30 s nothing could be sent to it"
	case errors.Is(reported, transport.ErrMostWaiting):
		r.Detail = unread + ", and when more waited for all clients together than may, most waited for it"
		r.Hint += ", or raise --max-buffered"
	}
	return r
}

// neverConnected records a connection that ended before its CONNECT was read.
// MQTT 5 gets a CONNACK 0x80 if that could not be read [B-740].
func (h *Hook) neverConnected(conn *transport.Conn, err error) {
	r := endingOf(conn.Cause(), err)
	name, level := protocolOf(conn.First())
	if r.fault == malformed && !errors.As(conn.Cause(), new(*wire.Error)) && !isServed(name, level) {
		r = otherProtocol(name, level) // which package wire has let through, unread
	}
	if r.Detail == "" {
		return // a port scan, a health check
	}
	f := conn.Facts()
	ev := trace.Event{Operation: trace.Connect, Outcome: trace.Refused, Saw: "connection closed",
		Cause:    r.Cause,
		Listener: f.Listener, Source: f.Remote.String(), ServerName: f.ServerName}
	if r.code != 0 && level == 5 {
		c := &client{conn: conn, connID: uuid.NewString(), version: 5}
		_ = h.refuseConnect(c, r.unread(), c.event(trace.Connect, ev))
		return
	}
	h.opts.Trace.Refused(trace.Key{ConnectionID: f.Remote.Addr().String()}, ev.Reason+" "+ev.Detail,
		func() trace.Event { return advise(ev) })
}

// protocolOf returns the protocol's name and level in the first bytes of a CONNECT. What they do not show of
// them is missing, or 0.
func protocolOf(first []byte) (name string, level byte) {
	if len(first) == 0 || first[0]>>4 != packets.Connect {
		return "", 0
	}
	_, n := binary.Uvarint(first[1:]) // MQTT's form of a length too
	if n <= 0 || n > 4 || len(first) < 1+n+2 {
		return "", 0
	}
	rest := first[1+n+2:]
	end := min(int(binary.BigEndian.Uint16(first[1+n:])), len(rest))
	if end < len(rest) {
		level = rest[end] &^ 0x80 // a bridge's [B-602]
	}
	return string(rest[:end]), level
}

func isServed(name string, level byte) bool {
	return name == "MQTT" && (level == 4 || level == 5) || name == "MQIsdp" && level == 3
}

// delayedWill says that a will does not wait.
func delayedWill(c *client) trace.Event {
	return trace.Event{Outcome: trace.Note, Topic: c.will.Topic, Cause: cause.Cause{
		Detail: fmt.Sprintf("the will is published at once: its Will Delay Interval of %d s has no effect", c.delay),
		Hint: "AWS does not list it among the properties that it supports: of a device that is back within that " +
			"time the will is sent all the same", Rules: []string{"B-695"}}}
}

// sendWill publishes the will; that it may be was decided at CONNECT [B-229, guess].
func (h *Hook) sendWill(c *client) {
	m := c.will
	m.Origin = c.id
	m.Expires = expires(m.Properties) // counts from now [B-695]
	if c.delay > 0 {
		h.opts.Trace.Record(c.event(trace.PublishIn, delayedWill(c)))
	}
	if x := h.roomToRetain(m); x != nil { // who is subscribed gets it
		m.Retain = false
		h.opts.Trace.Note(trace.Key{ConnectionID: c.connID, Topic: m.Topic}, x.Rules[0]+x.Hint, func() trace.Event {
			why := x.Cause
			why.Detail = "the will is not retained: " + x.Detail
			return c.event(trace.PublishIn, trace.Event{Topic: m.Topic, Cause: why})
		})
	}
	h.tellOf(m, *c.publisher(story.Will))
	from := c.origin(FromWill)
	w, _ := h.route(m, &from) // nobody is left to be told
	if w.noRule {
		h.ruleNotFound(m, from)
	}
}
