package hooks

import (
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/emulator/wire"
)

// CONNECT
//
//   - limits come first, then the authorizer, then iot:Connect on client/<id>,
//     then iot:Publish on the will's topic, with Will Retain iot:RetainPublish
//     too [B-416 guess, B-210, B-226]
//   - refused, for whatever reason: MQTT 3.1.1 is closed without a CONNACK, MQTT 5
//     gets CONNACK 0x87 and is closed [B-401, B-402, B-407, A-153, A-156]; a
//     certificate that is unknown or not ACTIVE and a misused SNI close MQTT 5, too,
//     without a word
//   - MQTT 3.1 is treated as 3.1.1 [B-602]; an empty client id without Clean Session
//     keeps the return code 0x02 [B-605, guess]
//   - who does not wait for the CONNACK is ended at its SUBSCRIBE; a PUBLISH is noted;
//     early is what has come when the CONNACK is written
//     [B-608]
//   - over WebSocket the upgrade has succeeded before all this [B-403]
//   - an older connection of the same client id is ended, and is gone, before
//     the new one gets its CONNACK [B-606, M-4, M-8]
//   - keep alive is clamped to 30…1200 s, 0 is 1200 [B-620]

// readConnect takes the verdict on a CONNECT.
func (h *Hook) readConnect(conn *transport.Conn, pk packets.Packet) error {
	old := pk.ProtocolVersion == 3 && string(pk.Connect.ProtocolName) == "MQIsdp"
	if old {
		pk.ProtocolVersion, pk.Connect.ProtocolName = 4, []byte("MQTT") // [B-602]
	}
	c := newClient(conn, pk)
	c.since = h.opts.Now()
	c.mqtt31 = old
	if r, ok := conn.Reader().(*wire.Reader); ok {
		c.early = r.Early()
	}
	conn.Value = c
	conn.Arrived()
	h.heard(c, &pk)
	if problem := h.quotas.checkConnect(pk); problem != nil {
		problem = problem.before(func() bool { return problem.code != malformedConnect.code }) // what is no MQTT
		return h.refuseConnect(c, problem.fault, c.event(trace.Connect, trace.Event{Cause: problem.Cause}))
	}
	if err := h.faultConnect(c); err != nil {
		return err
	}
	grant, err := h.authenticate(c, pk)
	if err != nil {
		return err
	}
	if err := h.authorizeConnect(c, pk, grant); err != nil {
		return err
	}
	if !h.rates.connect(c.id) {
		problem := overRate.throttles("the client id has connected less than a second ago", "B-413", "B-607")
		return h.refuseConnect(c, problem.fault, c.event(trace.Connect, trace.Event{Cause: problem.Cause}))
	}
	c.conn.Admitted()
	h.takeOver(c)
	c.expiry = c.sessionExpiry(pk, h.opts.SessionExpiry)
	h.sessions.Remember(c.id, session.Number{Last: c.number, Life: versionLifeOf(c.expiry)})
	c.session, c.present = h.sessions.Open(c.id,
		session.Terms{Version: c.version, Clean: pk.Connect.Clean, Expiry: c.expiry})
	conn.ReadEarly()
	return nil
}

func newClient(conn *transport.Conn, pk packets.Packet) *client {
	c := &client{
		conn:      conn,
		settled:   make(chan struct{}),
		connID:    uuid.NewString(),
		id:        pk.Connect.ClientIdentifier,
		version:   pk.ProtocolVersion,
		clean:     pk.Connect.Clean,
		asked:     pk.Connect.Keepalive,
		keepAlive: effectiveKeepAlive(pk.Connect.Keepalive),
		noProblem: pk.Properties.RequestProblemInfoFlag && pk.Properties.RequestProblemInfo == 0,
		window:    maxUnacknowledged,
		maxPacket: pk.Properties.MaximumPacketSize,
	}
	if n := int(pk.Properties.ReceiveMaximum); n > 0 {
		c.window = min(n, c.window)
	}
	if pk.Connect.WillFlag {
		c.will, c.delay = willMessage(pk), pk.Connect.WillProperties.WillDelayInterval
	}
	return c
}

// authenticate asks who the client is. It returns after the refusal has been
// sent, with the error that ends the connection.
func (h *Hook) authenticate(c *client, pk packets.Packet) (*authn.Grant, error) {
	c.request = authn.Request{Facts: c.conn.Facts(), ConnectionID: c.connID, ClientID: c.id}
	if pk.Connect.UsernameFlag {
		username := string(pk.Connect.Username)
		c.request.Username = &username
	}
	if pk.Connect.PasswordFlag {
		c.request.Password = append([]byte{}, pk.Connect.Password...)
	}
	var grant *authn.Grant
	var err error
	c.conn.Meanwhile(func() { grant, err = h.opts.Authenticate(h.ctx, c.request) })
	if err == nil {
		return grant, nil
	}
	ev := c.event(trace.AuthNError, trace.Event{Details: Attempt(c.conn.Facts(), err)})
	fill(&ev, err)
	return nil, h.refuseConnect(c, faultOf(ev.Cause), ev)
}

// An ask is a question that is put to a granted policy.
type ask struct {
	action policy.Action
	name   string
	extra  policy.Values
}

// authorizeConnect asks the granted policy about the connection itself.
func (h *Hook) authorizeConnect(c *client, pk packets.Packet, grant *authn.Grant) error {
	if c.id == "" {
		c.id, c.assigned = "$GEN/"+uuid.NewString(), true // [B-604, B-605 guess]; judged under this name [B-210]
	}
	extra := policy.Values{}
	if c.persistent(pk) {
		extra["iot:ConnectAttributes"] = append(extra["iot:ConnectAttributes"], "PersistentConnect")
	}
	if c.will != nil {
		extra["iot:ConnectAttributes"] = append(extra["iot:ConnectAttributes"], "LastWill")
		extra["iot:LastWillTopic"] = []string{h.arn("topic/" + c.will.Topic)}
	}
	c.asking = extra
	c.setGrant(h, grant)
	mayDo := c.policy.Load()
	asks := []ask{{policy.Connect, c.id, extra}}
	if c.will != nil {
		asks = append(asks, ask{policy.Publish, c.will.Topic, nil})
	}
	if c.will != nil && c.will.Retain {
		asks = append(asks, ask{policy.RetainPublish, c.will.Topic, nil})
	}
	for _, q := range asks {
		if !h.allows(c, mayDo, trace.Connect, q) {
			h.announceConnectFailed(c)
			ev := c.denied(trace.Connect, mayDo.Explain(q.action, q.name, q.extra))
			if q.action != policy.Connect {
				ev.Detail = fmt.Sprintf("the client may connect, but not with a will for %q", q.name) // [B-226]
			}
			return h.refuseConnect(c, unauthorized, ev)
		}
	}
	return h.checkReservedWill(c)
}

// refuseConnect answers a CONNECT that is not accepted and records why.
func (h *Hook) refuseConnect(c *client, f fault, ev trace.Event) error {
	c.will = nil // it was never a connection
	a := c.answer(packets.Connect, 0, f)
	last := c.bytes(a, f, c.connID)
	ev.Outcome, ev.Saw = trace.Refused, a.saw
	ev = bridgeAdvice(ev)
	if c.conn.Facts().HTTP != nil {
		ev = overWebSocket(ev)
	}
	h.opts.Trace.Refused(connecting(c), string(ev.Operation)+" "+ev.Reason+" "+ev.Detail,
		func() trace.Event { return ev })
	c.reason.CompareAndSwap(nil, &ending{refusal: refusal{Cause: cause.Cause{Reason: ev.Reason}}})
	if c.version == 5 && last != nil {
		c.conn.SetCloseFrame(transport.NoCloseFrame) // [A-158, B-403]
	}
	c.conn.End(h.tellSent(c, last), errors.New(ev.Reason))
	return packets.ErrRejectPacket
}

// connecting is what the refusals of one client are counted under that tries again and
// again: its id, else where it comes from, since each of its connections is a new one.
func connecting(c *client) trace.Key {
	if c.id == "" || c.assigned {
		return trace.Key{ConnectionID: c.conn.Facts().Remote.Addr().String()}
	}
	return trace.Key{Topic: "client/" + c.id}
}

// takeOver makes c the connection of its client id. It waits until serve
// has finished with an older one [M-4, M-8].
func (h *Hook) takeOver(c *client) {
	for {
		h.mu.Lock()
		old := h.clients[c.id]
		if old == nil {
			h.clients[c.id] = c
			c.number = h.gone.next(c.id)
			h.mu.Unlock()
			return
		}
		h.mu.Unlock()
		<-old.settled // its CONNACK comes before its DISCONNECT
		if old.conn.CatchUp() {
			continue // it had said goodbye, or hung up
		}
		e := ending{refusal: refusal{takenOver, cause.Cause{Reason: "DUPLICATE_CLIENTID",
			Detail: "a new connection was established with the same client ID", Rules: []string{"B-606", "D-37"}}}}
		h.endOnRecord(old, e, old.ended(e))
		h.rival(c, old)
		<-old.conn.Done()
	}
}

// persistent reports whether the session is to outlive the connection [B-310].
func (c *client) persistent(pk packets.Packet) bool {
	if c.version == 5 {
		return pk.Properties.SessionExpiryInterval > 0
	}
	return !pk.Connect.Clean
}

// sessionExpiry returns how long the session lives after the connection, at
// most limit [B-700, B-701].
func (c *client) sessionExpiry(pk packets.Packet, limit time.Duration) time.Duration {
	switch {
	case !c.persistent(pk):
		return 0
	case c.version == 5:
		return min(seconds(pk.Properties.SessionExpiryInterval), limit)
	}
	return limit
}

// connack is the CONNACK of a CONNECT that is accepted.
func (h *Hook) connack(c *client) []byte {
	ack := packets.Packet{
		FixedHeader:    packets.FixedHeader{Type: packets.Connack},
		SessionPresent: c.present, // [B-702]
	}
	if c.version == 5 {
		ack.Properties = h.connackProperties(c)
	}
	return encode(c.version, ack)
}

// connackProperties are AWS's [B-630…B-636].
func (h *Hook) connackProperties(c *client) packets.Properties {
	p := packets.Properties{
		SessionExpiryInterval: uint32(c.expiry / time.Second), SessionExpiryIntervalFlag: true,
		ReceiveMaximum: maxUnacknowledged,
		MaximumQos:     1, MaximumQosFlag: true,
		RetainAvailable: 1, RetainAvailableFlag: true,
		MaximumPacketSize:    h.quotas.packet,
		TopicAliasMaximum:    maxAliases,
		WildcardSubAvailable: 1, WildcardSubAvailableFlag: true,
		SubIDAvailable: 0, SubIDAvailableFlag: true,
		ServerKeepAlive: c.keepAlive, ServerKeepAliveFlag: true, // [B-622]
	}
	if c.assigned {
		p.AssignedClientID = c.id // [B-604]
	}
	return p
}

// established runs after the CONNACK: now the session may deliver.
func (h *Hook) established(c *client) {
	h.opts.Trace.Record(c.event(trace.Connect, trace.Event{Outcome: trace.Allowed, Details: c.agreed()}))
	for _, note := range c.grant.Load().Remarks() {
		h.opts.Trace.Record(c.event(trace.Connect, trace.Event{Outcome: trace.Note, Cause: note.Cause()}))
	}
	h.noteLeftOut(c, trace.Connect, nil, c.grant.Load())
	h.noteWidenings(c)
	h.noteFlaw(c)
	h.startLife(c)
	c.attached.Store(c.session)
	c.session.Attach(h.link(c))
	close(c.settled) // now it is connected for others too
	h.cutEarly(c)
	h.announceConnected(c)
	h.review(c) // the account may have changed since it asked
}
