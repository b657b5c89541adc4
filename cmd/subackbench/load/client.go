package load

import (
	"fmt"
	"io"
	"net"
	"time"
)

// A client is one connection to the broker. Bytes are MQTT, whatever carries them.
type client struct {
	io.ReadWriter
	run     *run
	conn    net.Conn
	buf     []byte // what fill has read
	r, w    int
	connack time.Duration // from the CONNECT to the CONNACK
}

// open connects up to the CONNACK.
func (r *run) open(id string, persistent bool, bufSize int) (*client, error) {
	conn, err := r.dial()
	if err != nil {
		return nil, err
	}
	c := &client{ReadWriter: conn, run: r, conn: conn, buf: make([]byte, bufSize)}
	if err := c.connect(id, persistent); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return c, nil
}

func (c *client) connect(id string, persistent bool) (err error) {
	_ = c.conn.SetDeadline(time.Now().Add(patience))
	if c.run.scheme == "ws" || c.run.scheme == "wss" {
		if c.ReadWriter, err = upgrade(c.conn, c.run.path); err != nil {
			return err
		}
	}
	start := time.Now()
	if _, err := c.Write(c.run.connectPacket(id, persistent)); err != nil {
		return err
	}
	p, err := c.await(typeConnack)
	if err != nil {
		return fmt.Errorf("CONNACK: %w", err)
	}
	c.connack = time.Since(start)
	if p[1] != 0 {
		return fmt.Errorf("CONNACK %#x, want 0", p[1])
	}
	return c.conn.SetDeadline(time.Time{})
}

func (c *client) subscribe(qos int, filters ...string) error {
	_ = c.conn.SetDeadline(time.Now().Add(patience))
	if _, err := c.Write(c.run.subscribePacket(1, byte(qos), filters...)); err != nil {
		return err
	}
	p, err := c.await(typeSuback)
	if err != nil {
		return fmt.Errorf("SUBACK: %w", err)
	}
	if p[len(p)-1] >= 0x80 {
		return fmt.Errorf("SUBACK %#x, want %d", p[len(p)-1], qos)
	}
	return c.conn.SetDeadline(time.Time{})
}

func (c *client) end() {
	_, _ = c.Write(disconnectPacket())
	_ = c.conn.Close()
}

// endAll ends what there is of clients.
func endAll(clients []*client) {
	for _, c := range clients {
		if c != nil {
			c.end()
		}
	}
}

// await returns the body of the next packet of a type and passes over others.
func (c *client) await(kind byte) ([]byte, error) {
	for {
		for {
			whole, body := next(c.buf[c.r:c.w])
			if whole == 0 {
				break
			}
			p := c.buf[c.r : c.r+whole]
			c.r += whole
			if p[0]&0xf0 == kind {
				return p[body:], nil
			}
		}
		if err := c.fill(); err != nil {
			return nil, err
		}
	}
}

// fill reads more, at least a byte.
func (c *client) fill() error {
	if c.r > 0 {
		c.w = copy(c.buf, c.buf[c.r:c.w])
		c.r = 0
	}
	if c.w == len(c.buf) {
		c.buf = append(c.buf, make([]byte, len(c.buf))...)
	}
	n, err := c.Read(c.buf[c.w:])
	c.w += n
	if n > 0 {
		return nil
	}
	return err
}
