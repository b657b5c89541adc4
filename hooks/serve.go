package hooks

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/faults"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// A connection from its CONNECT to its last packet
//
//   - the loop is ours, because the engine's own holds 5 KB of packets on its stack while
//     it waits for the next one, and starts a goroutine per connection to write what it
//     never has to write
//   - the engine's client reads a packet, through this hook, but for the three that make
//     up traffic: PUBLISH, PUBACK and PINGREQ are taken here, without a second copy
//   - a packet that needs a deep stack and is rare is dealt with on another goroutine, so
//     that the reader of an idle connection keeps a small one
//   - the deadline of the keep alive counts from when the last packet has been dealt
//     with [B-621]

// Broker is what takes connections with the parts of an engine that this hook was
// added to.
func (h *Hook) Broker(engine *mqtt.Server) transport.Broker {
	return transport.Broker{
		Establish: func(listener string, conn net.Conn) error {
			return h.serve(engine, listener, conn.(*transport.Conn))
		},
		Reader: h.Reader,
		Ended:  h.Ended,
	}
}

// serve reads what a client sends until it ends. The error is why it did, nil if the
// client has said so.
func (h *Hook) serve(engine *mqtt.Server, listener string, conn *transport.Conn) error {
	in := &incoming{Conn: conn, engine: engine, listener: listener}
	if err := h.aside(func() error { return h.greet(in) }); err != nil {
		return err
	}
	c := conn.Value.(*client)
	defer c.panicAgain()
	for alive, now := (deadline{conn: conn, keepAlive: c.keepAlive}), time.Now(); ; now = h.dealt(c, in) {
		alive.extend(now)
		if err := h.next(in, c); err != nil {
			if err == errDisconnected {
				return nil
			}
			return err
		}
	}
}

// dealt is when the last packet has been dealt with: where nothing is waited for, when it
// came, if that is known.
func (h *Hook) dealt(c *client, in *incoming) time.Time {
	kind := in.header.Type
	if kind == packets.Puback || kind == packets.Publish && c.line == nil && h.opts.Stories != nil {
		return c.came
	}
	return time.Now()
}

var errDisconnected = errors.New("DISCONNECT")

// greet takes the first packet, which must be a CONNECT, and answers it.
func (h *Hook) greet(in *incoming) error {
	if err := in.readHeader(); err != nil {
		return err
	}
	if in.header.Type != packets.Connect {
		return packets.ErrProtocolViolationRequireFirstConnect
	}
	if _, err := in.readPacket(); err != nil {
		return err
	}
	c := in.Value.(*client)
	in.version = c.version
	if _, err := in.Write(h.tellSent(c, h.connack(c))); err != nil {
		return err
	}
	h.established(c)
	return nil
}

// next reads one packet and deals with it.
func (h *Hook) next(in *incoming, c *client) error {
	if err := in.readHeader(); err != nil {
		return err
	}
	switch kind := in.header.Type; {
	case kind == packets.Publish:
		return h.nextPublish(in, c)
	case kind == packets.Puback && !c.isEarly():
		return h.nextPuback(in, c)
	case kind == packets.Pingreq && !c.isEarly():
		c.settle()
		h.heardShort(c, packets.Pingreq, 0)
		return h.answerPing(c)
	}
	c.settle()
	err := h.aside(func() error {
		_, err := in.readPacket()
		return err
	})
	if err == nil && in.header.Type == packets.Disconnect {
		return errDisconnected
	}
	return err
}

var pingresp = []byte{packets.Pingresp << 4, 0}

// answerPing answers a PINGREQ, if no fault has it go unanswered.
func (h *Hook) answerPing(c *client) error {
	h.pinged(c)
	if h.faultAnswer(faults.Ping, trace.Ping, c) {
		return nil
	}
	_, err := c.conn.Write(h.tellSent(c, pingresp))
	return err
}

// nextPublish takes a PUBLISH whose header has been read. The message keeps the
// packet's bytes.
func (h *Hook) nextPublish(in *incoming, c *client) error {
	body := make([]byte, in.header.Remaining)
	if _, err := io.ReadFull(in.Conn, body); err != nil {
		return err
	}
	var pk packets.Packet // no literal, which would be on the stack twice
	pk.FixedHeader, pk.ProtocolVersion = in.header, c.version
	if err := pk.PublishDecode(body); err != nil {
		return err
	}
	ownNames(&pk)
	h.heard(c, &pk)
	if c.isEarly() {
		c.early = max(0, c.early-1)
		if err := h.hasty(c, &pk); err != nil {
			return err
		}
	}
	return h.readPublish(c, &pk)
}

// smallPacket is how many bytes a name may keep in memory that is remembered for long, in the
// trace for one: as it is decoded, it is a part of its packet.
const smallPacket = 1 << 10

// ownNames copies the names of a larger packet, so that it can go with its payload.
func ownNames(pk *packets.Packet) {
	if pk.FixedHeader.Remaining <= smallPacket {
		return
	}
	for _, name := range []*string{&pk.TopicName, &pk.Connect.ClientIdentifier, &pk.Connect.WillTopic} {
		*name = strings.Clone(*name)
	}
	for i := range pk.Filters {
		pk.Filters[i].Filter = strings.Clone(pk.Filters[i].Filter)
	}
}

// nextPuback takes a PUBACK whose header has been read; its reason code and its
// properties say nothing that AWS acts on [B-685].
func (h *Hook) nextPuback(in *incoming, c *client) error {
	body := in.raw[:] // nobody reads the header again
	if in.header.Remaining > len(body) {
		body = make([]byte, in.header.Remaining)
	}
	body = body[:in.header.Remaining]
	if _, err := io.ReadFull(in.Conn, body); err != nil {
		return err
	}
	h.heardShort(c, packets.Puback, binary.BigEndian.Uint16(body))
	c.session.AcknowledgeAt(binary.BigEndian.Uint16(body), c.arrived())
	return nil
}

// incoming is what a client sends, as the engine may read it: a packet at a time.
type incoming struct {
	*transport.Conn
	engine   *mqtt.Server
	listener string
	version  byte // of the CONNECT, 0 before
	header   packets.FixedHeader
	raw      [5]byte // the header as it came
	again    []byte  // of raw, to be read by the engine
	left     int     // of the packet, to be read by the engine
}

// readHeader reads the fixed header of the next packet.
func (in *incoming) readHeader() error {
	at := 0
	for ; at < 2 || in.raw[at-1] >= 0x80; at++ { // package wire lets through no length of more than 4 bytes
		if _, err := in.Conn.Read(in.raw[at : at+1]); err != nil {
			return err
		}
	}
	length, _ := binary.Uvarint(in.raw[1:at]) // MQTT's form of a length too
	in.header = packets.FixedHeader{Remaining: int(length)}
	in.again = in.raw[:at]
	return in.header.Decode(in.raw[0])
}

// readPacket has the engine read the packet whose header has been read. The engine's
// client is for this packet alone: it takes 2 KB, and is wanted seldom.
func (in *incoming) readPacket() (packets.Packet, error) {
	in.left = in.header.Remaining
	cl := in.engine.NewClient(in, in.listener, "", false)
	if in.version != 0 {
		cl.Properties.ProtocolVersion = in.version
	}
	var head packets.FixedHeader
	if err := cl.ReadFixedHeader(&head); err != nil {
		return packets.Packet{}, err
	}
	return cl.ReadPacket(&head)
}

// Read is the engine's.
func (in *incoming) Read(p []byte) (int, error) {
	if len(in.again) > 0 {
		n := copy(p, in.again)
		in.again = in.again[n:]
		return n, nil
	}
	n, err := in.Conn.Read(p[:min(len(p), in.left)])
	in.left -= n
	return n, err
}

// aside does something that needs a deep stack, so that whoever waits for it does not
// get one.
func (h *Hook) aside(do func() error) (err error) {
	done := make(chan any)
	h.crew.Go(func() {
		defer func() { done <- withStack(recover()) }()
		err = do()
	})
	if v := <-done; v != nil {
		panic(v)
	}
	return err
}

// A deadline is for the client's next packet [B-621].
type deadline struct {
	conn      *transport.Conn
	keepAlive uint16 // seconds
	set       time.Time
}

// slack is how much later than promised a silent client may be ended, so that not
// each of a thousand packets a second sets the deadline.
const slack = 100 * time.Millisecond

func (d *deadline) extend(now time.Time) {
	if now.Sub(d.set) >= slack {
		d.set = now
		_ = d.conn.SetReadDeadline(now.Add(time.Duration(d.keepAlive)*time.Second*3/2 + slack))
	}
}
