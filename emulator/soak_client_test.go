package emulator_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"time"
)

// A soakClient is one client id over all its connections. It speaks bytes: the
// client libraries hide what they do about lost connections.
type soakClient struct {
	*soak
	number int
	rand   *rand.Rand
	conn   *soakConn // nil while offline
	serial int       // of its publishes
}

func (c *soakClient) id() string       { return fmt.Sprint("soak-", c.number) }
func (c *soakClient) version() byte    { return byte(4 + c.number%2) }
func (c *soakClient) scheme() string   { return []string{"tcp", "tls", "ws", "wss"}[c.number/2%4] }
func (c *soakClient) persistent() bool { return c.number%3 > 0 }

// work does one thing after the other until the soak is over.
func (c *soakClient) work() {
	defer c.drop()
	c.resume()
	c.connected.Done()
	for {
		select {
		case <-c.over:
			return
		case <-time.After(time.Duration(c.rand.Int64N(int64(soakPause)))):
		}
		switch n := c.rand.IntN(10); {
		case c.conn == nil:
			c.resume()
		case n < 5:
			if to := 3*c.rand.IntN(soakClients/3) + 1 + c.rand.IntN(2); c.inboxes[to].open.Load() { // a persistent client
				c.publish(fmt.Sprint("inbox/", to))
			}
		case n < 6:
			c.publish(fmt.Sprint("secret/", c.rand.IntN(10)))
		case n < 7:
			c.publish(fmt.Sprint("news/", c.rand.IntN(50)))
		case n < 8:
			c.conn.subscribe(fmt.Sprint("news/", c.rand.IntN(50)), fmt.Sprintf("secret/%d", c.rand.IntN(10)))
		case n < 9:
			c.drop()
		default: // takes itself over
			c.resume()
		}
	}
}

// drop ends the connection, by DISCONNECT or without a word.
func (c *soakClient) drop() {
	if c.conn == nil {
		return
	}
	if c.rand.IntN(2) == 0 {
		c.conn.write("\xe0\x00")
	}
	c.conn.close()
	c.conn = nil
}

// resume connects, whether or not there is a connection already.
func (c *soakClient) resume() {
	old := c.conn
	conn, err := open(c.e.Addr(schemes[c.scheme()]), c.scheme(), c.e.ClientTLS())
	if err != nil {
		c.Errorf("%s: %v", c.id(), err)
		return
	}
	c.conn = &soakConn{Conn: conn, client: c, r: bufio.NewReader(conn), acks: make(chan struct{}, 1), ended: make(chan struct{})}
	flags, properties := "\x02", "" // Clean Session
	if c.persistent() {
		flags, properties = "\x00", "\x11\x00\x00\x0e\x10"
	}
	c.conn.write(soakPacket(0x10, soakText("MQTT")+string([]byte{c.version()})+flags+"\x00\x3c"+c.properties(properties)+soakText(c.id())))
	first, body, err := c.conn.read()
	if err != nil || first != 0x20 || body[1] != 0 {
		c.Errorf("%s: got %x %x and %v, want CONNACK 0", c.id(), first, body, err)
	}
	go c.conn.receive()
	if old != nil {
		old.close()
	}
	c.resumed.Add(1)
	c.conn.subscribe(fmt.Sprint("inbox/", c.number))
}

func (c *soakClient) properties(p string) string {
	if c.version() == 4 {
		return ""
	}
	return string([]byte{byte(len(p))}) + p
}

// publish publishes with QoS 1 and waits for the PUBACK, or the end.
func (c *soakClient) publish(topic string) {
	c.serial++
	payload := fmt.Sprintf("%s %d", c.id(), c.serial)
	c.conn.write(soakPacket(0x32, soakText(topic)+"\x00\x01"+c.properties("")+payload))
	select {
	case <-c.conn.acks:
		c.acknowledged(topic, payload)
	case <-c.conn.ended:
		c.Errorf("%s: the connection ended while it published", c.id())
		c.conn = nil
	case <-time.After(soakWait):
		c.Errorf("%s: no PUBACK within %v", c.id(), soakWait)
	}
}

// A soakConn is one connection.
type soakConn struct {
	net.Conn
	client *soakClient
	r      *bufio.Reader
	acks   chan struct{}
	ended  chan struct{} // closed when nothing more comes
}

func (k *soakConn) write(p string) { _, _ = io.WriteString(k.Conn, p) } // failing, reading fails too

func (k *soakConn) close() {
	_ = k.Close()
	<-k.ended
}

func (k *soakConn) subscribe(filters ...string) {
	body := "\x00\x01" + k.client.properties("")
	for _, f := range filters {
		body += soakText(f) + "\x01"
	}
	k.write(soakPacket(0x82, body))
}

func (k *soakConn) read() (first byte, body string, err error) {
	if first, err = k.r.ReadByte(); err != nil {
		return first, "", err
	}
	n, err := binary.ReadUvarint(k.r) // MQTT's form of a length too
	if err != nil {
		return first, "", err
	}
	b := make([]byte, n)
	_, err = io.ReadFull(k.r, b)
	return first, string(b), err
}

// receive takes what comes until the connection ends.
func (k *soakConn) receive() {
	defer close(k.ended)
	for {
		first, body, err := k.read()
		if err != nil {
			return
		}
		switch first {
		case 0x40:
			k.acks <- struct{}{}
		case 0x90:
			k.client.inboxes[k.client.number].open.Store(true)
		case 0x30, 0x32:
			k.message(first, body)
		}
	}
}

func (k *soakConn) message(first byte, body string) {
	n := 2 + int(binary.BigEndian.Uint16([]byte(body)))
	topic, rest := body[2:n], body[n:]
	var id string
	if first == 0x32 {
		id, rest = rest[:2], rest[2:]
	}
	if k.client.version() == 5 {
		rest = rest[1+int(rest[0]):]
	}
	k.client.received(k.client, topic, rest)
	if id != "" {
		k.write("\x40\x02" + id)
	}
}

func soakPacket(first byte, body string) string {
	return string(append(binary.AppendUvarint([]byte{first}, uint64(len(body))), body...))
}

func soakText(s string) string {
	return string([]byte{byte(len(s) >> 8), byte(len(s))}) + s
}
