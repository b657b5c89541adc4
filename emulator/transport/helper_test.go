package transport

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/listeners"

	"github.com/suback/suback/emulator/pki"
)

// patience bounds every wait of the tests.
const patience = 10 * time.Second

// A stand is one running listener and what it reported.
type stand struct {
	*Listener
	t        *testing.T
	ca       *pki.CA
	problems chan Problem
	ended    chan ending
}

type ending struct {
	c   *Conn
	err error
}

// always is a broker for every connection.
func always(b Broker) func(*Facts) Broker { return func(*Facts) Broker { return b } }

// start runs a listener with an engine of the test's own; nil echoes.
func start(t *testing.T, o Options, engine func(*Conn) error) *stand {
	t.Helper()
	ca, err := pki.Open("")
	if err != nil {
		t.Fatal(err)
	}
	s := &stand{t: t, ca: ca, problems: make(chan Problem, 100), ended: make(chan ending, 100)}
	o.Address, o.CA = "127.0.0.1:0", ca
	o.Problem = func(p Problem) {
		select {
		case s.problems <- p:
		default: // nobody looks at so many
		}
	}
	var reader Broker
	if o.Broker != nil {
		reader = o.Broker(nil)
	}
	o.Broker = always(Broker{Reader: reader.Reader, Ended: func(c *Conn, err error) { s.ended <- ending{c, err} }})
	s.Listener, err = New(o)
	if err != nil {
		t.Fatal(err)
	}
	if engine == nil {
		engine = echo
	}
	s.serve(func(_ string, c net.Conn) error { return engine(c.(*Conn)) })
	return s
}

func (s *stand) serve(establish listeners.EstablishFn) {
	s.t.Helper()
	if err := s.Init(slog.New(slog.DiscardHandler)); err != nil {
		s.t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() { s.Serve(establish) })
	s.t.Cleanup(func() {
		s.Close(func(string) {})
		wg.Wait()
	})
}

func echo(c *Conn) error {
	buf := make([]byte, 1024)
	for {
		n, err := c.Read(buf)
		if err != nil {
			return err
		}
		if _, err := c.Write(buf[:n]); err != nil {
			return err
		}
	}
}

func (s *stand) problem() Problem {
	s.t.Helper()
	select {
	case p := <-s.problems:
		return p
	case <-time.After(patience):
		s.t.Fatal("no problem was reported")
		return Problem{}
	}
}

func (s *stand) noProblem() {
	s.t.Helper()
	select {
	case p := <-s.problems:
		s.t.Errorf("got problem %s %q, want none", p.Reason, p.Detail)
	default:
	}
}

func (s *stand) end() ending {
	s.t.Helper()
	select {
	case e := <-s.ended:
		return e
	case <-time.After(patience):
		s.t.Fatal("no connection has ended")
		return ending{}
	}
}

// tcp dials without TLS.
func (s *stand) tcp() *client {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.Address())
	if err != nil {
		s.t.Fatal(err)
	}
	return s.client(conn)
}

// dial dials with TLS; c may be nil.
func (s *stand) dial(c *tls.Config) *client {
	s.t.Helper()
	conn, err := tls.Dial("tcp", s.Address(), s.config(c))
	if err != nil {
		s.t.Fatal(err)
	}
	return s.client(conn)
}

// open dials as the listener wants it.
func (s *stand) open() *client {
	s.t.Helper()
	if s.tls == nil {
		return s.tcp()
	}
	return s.dial(nil)
}

func (s *stand) config(c *tls.Config) *tls.Config {
	if c == nil {
		c = &tls.Config{}
	}
	if c.RootCAs == nil {
		c.RootCAs = s.ca.Pool()
	}
	if c.ServerName == "" {
		c.ServerName = "localhost"
	}
	return c
}

func (s *stand) client(conn net.Conn) *client {
	s.t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return &client{Conn: conn, t: s.t, r: bufio.NewReader(conn)}
}

// A client is a raw socket whose failures end the test.
type client struct {
	net.Conn
	t *testing.T
	r *bufio.Reader
}

func (c *client) send(b string) {
	c.t.Helper()
	if _, err := io.WriteString(c.Conn, b); err != nil {
		c.t.Fatalf("send: %v", err)
	}
}

func (c *client) receive(n int) string {
	c.t.Helper()
	b := make([]byte, n)
	if _, err := io.ReadFull(c.r, b); err != nil {
		c.t.Fatalf("receive %d bytes: got %q, %v", n, b, err)
	}
	return string(b)
}

// rest is everything until the connection ends, in whatever way.
func (c *client) rest() string {
	c.t.Helper()
	b, err := io.ReadAll(c.r)
	if e, ok := err.(net.Error); ok && e.Timeout() {
		c.t.Fatalf("the connection did not end; got %q", b)
	}
	return string(b)
}

// response reads one HTTP response.
func (c *client) response() (*http.Response, string) {
	c.t.Helper()
	r, err := http.ReadResponse(c.r, nil)
	if err != nil {
		c.t.Fatalf("response: %v", err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		c.t.Fatalf("response body: %v", err)
	}
	return r, string(text)
}

// upgrade asks for a WebSocket with key and more header lines, and returns the
// head of the answer.
func (c *client) upgrade(target string, lines ...string) string {
	c.t.Helper()
	c.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\n" + strings.Join(lines, "\r\n") + "\r\n\r\n")
	var head strings.Builder
	for !strings.HasSuffix(head.String(), "\r\n\r\n") {
		head.WriteString(c.receive(1))
	}
	return head.String()
}

const someKey = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="

// websocket is upgrade for those who expect 101.
func (c *client) websocket(target string) {
	c.t.Helper()
	head := c.upgrade(target, someKey, "Sec-WebSocket-Protocol: mqtt")
	if !strings.HasPrefix(head, "HTTP/1.1 101 ") {
		c.t.Fatalf("got %q, want 101", head)
	}
}

// masked is a client's frame; first holds FIN, RSV and opcode.
func masked(first byte, payload string) string {
	key := []byte{1, 2, 3, 4}
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n < 1<<16:
		b = append(b, 0x80|126, byte(n>>8), byte(n))
	default:
		b = append(b, 0x80|127, 0, 0, 0, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	b = append(b, key...)
	for i := range len(payload) {
		b = append(b, payload[i]^key[i%4])
	}
	return string(b)
}

// frame reads one frame of the server: first byte and payload.
func (c *client) frame() (byte, string) {
	c.t.Helper()
	head := c.receive(2)
	n := int(head[1])
	switch n {
	case 126:
		b := c.receive(2)
		n = int(b[0])<<8 | int(b[1])
	case 127:
		n = 0
		for _, b := range []byte(c.receive(8)) {
			n = n<<8 | int(b)
		}
	}
	return head[0], c.receive(n)
}

// connect is a CONNECT packet of MQTT 3.1.1 for client id.
func connect(id string) string {
	var b bytes.Buffer
	fmt.Fprintf(&b, "\x10%c\x00\x04MQTT\x04\x02\x00\x3c\x00%c%s", 12+len(id), len(id), id)
	return b.String()
}
