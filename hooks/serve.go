package hooks

import (
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/transport"
)

// A connection from its CONNECT to its last packet
//
//   - the client, the reading of its packets and their codec are the engine's; the loop
//     around them is ours, because the engine's own holds 5 KB of packets on its stack
//     while it waits for the next one, and starts a goroutine per connection to write
//     what it never has to write
//   - a packet that needs a deep stack and is rare has one of its own, so that the
//     reader of an idle connection keeps a small one
//   - the deadline of the keep alive counts from when the last packet has been dealt
//     with [B-621]

// Broker is what takes connections with the parts of an engine that this hook was
// added to.
func (h *Hook) Broker(engine *mqtt.Server) transport.Broker {
	return transport.Broker{
		Establish: func(listener string, conn net.Conn) error {
			return h.serve(engine.NewClient(conn, listener, "", false), conn.(*transport.Conn))
		},
		Reader: h.Reader,
		Ended:  h.Ended,
	}
}

// serve reads what a client sends until it ends. The error is why it did, nil if the
// client has said so.
func (h *Hook) serve(cl *mqtt.Client, conn *transport.Conn) error {
	defer cl.Stop(nil)
	if err := aside(func() error { return h.greet(cl, conn) }); err != nil {
		return err
	}
	c := conn.Value.(*client)
	for alive := (deadline{conn: conn, keepAlive: c.keepAlive}); ; {
		alive.extend()
		if err := h.next(cl, c); err != nil {
			if err == errDisconnected {
				return nil
			}
			return err
		}
	}
}

var errDisconnected = errors.New("DISCONNECT")

// greet takes the first packet, which must be a CONNECT, and answers it.
func (h *Hook) greet(cl *mqtt.Client, conn *transport.Conn) error {
	var head packets.FixedHeader
	if err := cl.ReadFixedHeader(&head); err != nil {
		return err
	}
	if head.Type != packets.Connect {
		return packets.ErrProtocolViolationRequireFirstConnect
	}
	pk, err := cl.ReadPacket(&head)
	if err != nil {
		return err
	}
	if code := pk.ConnectValidate(); code != packets.CodeSuccess {
		return code
	}
	cl.Properties.ProtocolVersion = pk.ProtocolVersion
	c := conn.Value.(*client)
	if _, err := conn.Write(h.connack(c)); err != nil {
		return err
	}
	h.established(c)
	return nil
}

// next reads one packet and deals with it.
func (h *Hook) next(cl *mqtt.Client, c *client) error {
	var head packets.FixedHeader
	if err := cl.ReadFixedHeader(&head); err != nil {
		return err
	}
	switch {
	case head.Type == packets.Pingreq && !c.isEarly():
		h.pinged(c)
		_, err := c.conn.Write(pingresp)
		return err
	case head.Type == packets.Publish, head.Type == packets.Puback:
		_, err := cl.ReadPacket(&head)
		return err
	}
	err := aside(func() error {
		_, err := cl.ReadPacket(&head)
		return err
	})
	if err == nil && head.Type == packets.Disconnect {
		return errDisconnected
	}
	return err
}

var pingresp = []byte{packets.Pingresp << 4, 0}

// aside does something that needs a deep stack, so that whoever waits for it does not
// get one.
func aside(do func() error) (err error) {
	done := make(chan any)
	go func() {
		defer func() {
			v := recover()
			if v != nil {
				v = fmt.Sprintf("%v\n\n%s", v, debug.Stack())
			}
			done <- v
		}()
		err = do()
	}()
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

func (d *deadline) extend() {
	if now := time.Now(); now.Sub(d.set) >= slack {
		d.set = now
		_ = d.conn.SetReadDeadline(now.Add(time.Duration(d.keepAlive)*time.Second*3/2 + slack))
	}
}
