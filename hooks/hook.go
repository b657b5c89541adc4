package hooks

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/aside"
	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/faults"
	"github.com/suback/suback/emulator/learn"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/tap"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/emulator/wire"
)

// Options are what a [Hook] needs. Authenticate and Trace are required.
type Options struct {
	// Partition, Region and Account appear in every ARN a policy is matched
	// against. Partition defaults to "aws".
	Partition, Region, Account string

	// Authenticate says who a connection is. A refusal is an *authn.Error.
	Authenticate func(context.Context, authn.Request) (*authn.Grant, error)

	// Review says what a connection may do after the account has changed, without
	// calling an authorizer. A refusal is an *authn.Error. Nil: what is granted
	// stays.
	Review func(authn.Request, *authn.Grant) (*authn.Grant, error)

	// Trace records every decision.
	Trace *trace.Recorder

	// Sessions are what is there already. Default none, and kept in memory.
	Sessions *session.Sessions

	// Stories keeps what became of each message. Nil keeps nothing.
	Stories *story.Book

	// Faults are failures that somebody asks for. Nil: none.
	Faults *faults.Set

	// Tap is who reads the packets of clients. Nil: nobody.
	Tap *tap.Set

	// Tells says whether events of a type of the registry's are switched on. Nil: all
	// are, as far as anybody knows.
	Tells func(eventType string) bool

	// Now is the account's clock, by which clients are told when something happened. Default the
	// machine's. It is called from many goroutines.
	Now func() time.Time

	// SessionExpiry is the account's limit for sessions that outlive their
	// connection: all of MQTT 3.1.1, the maximum of MQTT 5. Default 1 hour [B-700].
	SessionExpiry time.Duration

	// LiftProtocolLimits lifts the quotas on sizes, lengths and numbers, but not
	// what MQTT forbids. RateLimits holds to those per second. By default the
	// former hold and the latter do not [B-1202].
	LiftProtocolLimits, RateLimits bool
}

// A Hook decides about every packet of one broker.
type Hook struct {
	mqtt.HookBase
	opts     Options
	sessions *session.Sessions
	quotas   quotas
	rates    *rates
	disorder atomic.Pointer[Disorder]    // nil if everything is in order
	asked    atomic.Pointer[learn.Asked] // nil: what a policy refuses is refused
	rules    Rules                       // nil: none
	services []*Service                  // in the order they were registered
	lanes    *lanes
	authors  authors // of stories
	buffers  wire.Buffers
	crew     *aside.Crew
	ctx      context.Context // ends with the hook
	cancel   context.CancelFunc

	mu      sync.Mutex
	clients map[string]*client // by client id: who is connected, or is about to be
	gone    versions           // of those that were
	late    map[string]*client // by client id: whose CONNECT a fault delays
}

// A client is one connection whose CONNECT has been read.
type client struct {
	conn      *transport.Conn
	connID    string    // a UUID, also the trace id of its CONNECT
	id        string    // the client id
	assigned  bool      // the client sent none
	version   byte      // 4 (MQTT 3.1.1) or 5
	mqtt31    bool      // MQTT 3.1, treated as 3.1.1 [B-602]
	clean     bool      // Clean Session, Clean Start
	since     time.Time // by the account's clock
	asked     uint16    // keep alive that the client specified, in seconds
	keepAlive uint16    // effective [B-620]
	noProblem bool      // Request Problem Information 0: no reason string on acks [B-406]
	window    int       // unacknowledged messages it takes [B-684]
	maxPacket uint32
	published rate           // inbound, touched only by the connection's goroutine
	sent      rate           // outbound, guarded by the session
	author    *policy.Policy // whose messages are told as told; nil before the first, touched as published is
	told      story.ID
	came      time.Time     // when what was read last came, and
	reads     uint32        // which reading of the connection that was; see arrived
	early     int           // packets to come that began together with the CONNECT [B-608]
	takeovers int           // in quick succession, this one included [B-517]
	expiry    time.Duration // of the session, after the connection
	aliases   map[uint16]string
	acks      atomic.Pointer[acks] // nil unless they are sent out of order [B-699]
	torn      *faults.Fault        // what ends the connection within the next message; guarded by the session
	behind    *acks                // PUBACKs that a fault lets later ones overtake; nil: none ever
	late      *late                // PUBACKs that a fault delays; nil: none ever
	line      *line                // nil before a publish has to wait for its PUBACK

	request  authn.Request // what it showed at CONNECT, asked about again at each refresh
	grant    atomic.Pointer[authn.Grant]
	granting sync.Mutex // for who replaces grant and policy
	life     lifetime
	policy   atomic.Pointer[granted]
	asking   policy.Values // the condition keys of its CONNECT alone
	session  *session.Session
	present  bool             // the session was there before
	number   uint64           // of the connection among those of its client id [B-826]
	will     *session.Message // nil once it is not to be sent
	delay    uint32           // seconds that the will is to wait, which it does not [B-695]

	attached atomic.Pointer[session.Session] // session, once the CONNACK is out
	settled  chan struct{}                   // closed then, or when it will never be
	reason   atomic.Pointer[ending]          // why the connection ends; the first cause counts
}

// New returns a hook with no clients.
func New(o Options) *Hook {
	if o.Partition == "" {
		o.Partition = "aws"
	}
	if o.SessionExpiry == 0 {
		o.SessionExpiry = time.Hour
	}
	if o.Sessions == nil {
		o.Sessions = session.New()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	ctx, cancel := context.WithCancel(context.Background())
	h := &Hook{opts: o, sessions: o.Sessions, ctx: ctx, cancel: cancel, clients: make(map[string]*client),
		gone: make(versions), late: make(map[string]*client),
		quotas: protocolQuotas(), lanes: newLanes(), crew: aside.New(ctx)}
	if o.LiftProtocolLimits {
		h.quotas = liftedQuotas()
	}
	if o.RateLimits {
		h.rates = newRates()
	}
	h.sessions.Tell(o.Stories)
	h.sessions.Lost, h.sessions.Queued, h.sessions.Ended, h.sessions.Now = h.lost, h.queued, h.madeRoom, o.Now
	for id, n := range h.sessions.Numbers() {
		h.gone[id] = departure{number: n.Last, until: n.Until}
	}
	return h
}

// ID names the hook in the engine's log.
func (h *Hook) ID() string { return "suback" }

// Engine returns an engine with the settings that this hook counts on.
func (h *Hook) Engine() (*mqtt.Server, error) {
	engine := mqtt.New(&mqtt.Options{
		Logger:                  slog.New(slog.DiscardHandler), // it logs whole packets
		ClientNetReadBufferSize: 16,                            // what there is to read waits in package wire
		Capabilities:            h.capabilities(),
	})
	return engine, engine.AddHook(h, nil)
}

func (h *Hook) capabilities() *mqtt.Capabilities {
	c := mqtt.NewDefaultServerCapabilities()
	c.MaximumClientWritesPending = 1 // the engine makes room for them, and never has one: delivery is ours
	if h.quotas.packet > 0 {
		c.MaximumPacketSize = h.quotas.packet + 1 // the engine counts a byte of the header in [B-680]
	}
	return c
}

// Reader stands between a client and the engine: it passes on what is well-formed,
// and fails at what is not. This hook and the engine count on it.
func (h *Hook) Reader(from io.Reader) io.Reader {
	return h.buffers.NewReader(from, h.quotas.payload, int(h.quotas.packet)) // [B-680]
}

// Clear forgets offline sessions, retained messages, what waits for services, and how
// often a client id was connected. Clients have been disconnected before. The error says
// that a crash may bring some of it back.
func (h *Hook) Clear() error {
	h.lanes.forget()
	h.mu.Lock()
	for id := range h.gone {
		h.sessions.Forget(id)
	}
	clear(h.gone)
	h.mu.Unlock()
	return h.sessions.Clear()
}

// Provides tells the engine which of its questions are answered here.
func (h *Hook) Provides(b byte) bool { return b == mqtt.OnPacketRead }

// Stop gives up what authorizer functions are still working on.
func (h *Hook) Stop() error {
	h.cancel()
	return nil
}

// OnPacketRead takes every packet that the engine's client has read.
func (h *Hook) OnPacketRead(cl *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	ownNames(&pk)
	conn := cl.Net.Conn.(*incoming).Conn
	c, connected := conn.Value.(*client)
	if !connected {
		return pk, h.readConnect(conn, pk)
	}
	if c.isEarly() {
		c.early = max(0, c.early-1)
		if err := h.hasty(c, &pk); err != nil {
			return pk, err
		}
	}
	return pk, h.take(c, pk)
}

// isEarly reports whether the next packet, or the one that has just been read, came
// before the CONNACK had gone.
func (c *client) isEarly() bool { return c.early > 0 || c.conn.Early() }

// take deals with a packet. Its error ends the connection.
func (h *Hook) take(c *client, pk packets.Packet) error {
	h.heard(c, &pk)
	switch pk.FixedHeader.Type {
	case packets.Puback:
		c.session.AcknowledgeAt(pk.PacketID, c.arrived())
		return nil
	case packets.Subscribe:
		return h.readSubscribe(c, pk)
	case packets.Unsubscribe:
		return h.readUnsubscribe(c, pk)
	case packets.Disconnect:
		return h.readDisconnect(c, pk)
	case packets.Pingreq:
		return h.answerPing(c)
	}
	return h.violation(c, strings.ToUpper(packets.PacketNames[pk.FixedHeader.Type])+": "+
		unexpected(pk.FixedHeader.Type))
}

// unexpected says why a packet is not taken from a client that is connected.
func unexpected(kind byte) string {
	switch kind {
	case packets.Connect: // [B-609]
		return "the second one, want one per connection"
	case packets.Pubrec, packets.Pubrel, packets.Pubcomp: // [B-640]
		return "it belongs to QoS 2, which is not supported, want QoS 0 or 1"
	case packets.Auth: // [B-640]
		return "enhanced authentication is not supported, want none"
	}
	return "only servers send it, want a client's packet" // [B-740]
}

// encode returns a packet as bytes for a client of that version.
func encode(version byte, pk packets.Packet) []byte {
	pk.ProtocolVersion = version
	var buf bytes.Buffer
	var err error
	switch pk.FixedHeader.Type {
	case packets.Connack:
		err = pk.ConnackEncode(&buf)
	case packets.Puback:
		err = pk.PubackEncode(&buf)
	case packets.Suback:
		err = pk.SubackEncode(&buf)
	case packets.Unsuback:
		err = pk.UnsubackEncode(&buf)
	case packets.Disconnect:
		err = pk.DisconnectEncode(&buf)
	}
	if err != nil { // the encoders fail only for identifiers that are 0, and these have been checked
		panic(fmt.Sprintf("encode %s: %v", packets.PacketNames[pk.FixedHeader.Type], err))
	}
	return buf.Bytes()
}

// reply builds the packet of a type with a reason code and, if text is given,
// a reason string in AWS's form, with the trace id of what it is about [B-404].
func (c *client) reply(kind, code byte, text, traceID string) packets.Packet {
	pk := packets.Packet{FixedHeader: packets.FixedHeader{Type: kind}, ReasonCode: code}
	ack := kind != packets.Connack && kind != packets.Disconnect
	if text != "" && !(ack && c.noProblem) { // [B-406]
		pk.Properties.ReasonString = fmt.Sprintf("%s:%s:%s", reasonPrefix[kind], text, traceID)
	}
	return pk
}

// reasonPrefix is the packet's name in a reason string [B-404; acks guess].
var reasonPrefix = map[byte]string{
	packets.Connack: "CONNACK", packets.Disconnect: "DISCONNECT",
	packets.Puback: "PUBACK", packets.Suback: "SUBACK",
}
