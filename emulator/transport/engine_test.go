package transport

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"

	"github.com/suback/suback/emulator/pki"
)

// engine runs the bare engine over all four listeners.
func engine(t *testing.T) (map[string]*stand, *mqtt.Server) {
	t.Helper()
	ca, err := pki.Open("")
	if err != nil {
		t.Fatal(err)
	}
	server := mqtt.New(&mqtt.Options{Logger: slog.New(slog.DiscardHandler)})
	if err := server.AddHook(new(auth.AllowHook), nil); err != nil {
		t.Fatal(err)
	}
	stands := map[string]*stand{}
	for _, name := range []string{"mqtt", "mqtts", "https", "http"} {
		s := &stand{t: t, ca: ca, problems: make(chan Problem, 100), ended: make(chan ending, 100)}
		s.Listener, err = New(Options{
			Name: name, Address: "127.0.0.1:0", CA: ca,
			Problem: func(p Problem) { s.problems <- p },
			Broker:  always(Broker{Ended: func(c *Conn, err error) { s.ended <- ending{c, err} }}),
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := server.AddListener(s); err != nil {
			t.Fatal(err)
		}
		stands[name] = s
	}
	if err := server.Serve(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return stands, server
}

// wsConn is a WebSocket client that reads and writes a stream.
type wsConn struct {
	*websocket.Conn
	rest []byte
}

func (w *wsConn) Read(p []byte) (int, error) {
	for len(w.rest) == 0 {
		_, b, err := w.ReadMessage()
		if err != nil {
			return 0, err
		}
		w.rest = b
	}
	n := copy(p, w.rest)
	w.rest = w.rest[n:]
	return n, nil
}

func (w *wsConn) Write(p []byte) (int, error) {
	return len(p), w.WriteMessage(websocket.BinaryMessage, p)
}

func (w *wsConn) SetDeadline(t time.Time) error {
	return errors.Join(w.SetReadDeadline(t), w.SetWriteDeadline(t))
}

func (s *stand) gorilla(url string) *client {
	s.t.Helper()
	d := websocket.Dialer{TLSClientConfig: s.config(nil), Subprotocols: []string{"mqtt"}}
	conn, _, err := d.Dial(url, http.Header{"Origin": {"https://elsewhere.test"}})
	if err != nil {
		s.t.Fatal(err)
	}
	return s.client(&wsConn{Conn: conn})
}

// Ways to the engine, all with one outcome.
func TestEngineOverEveryWay(t *testing.T) {
	stands, _ := engine(t)
	alpn := func(names ...string) *tls.Config { return &tls.Config{NextProtos: names} }
	ways := []struct {
		name string
		dial func() *client
	}{
		{"tcp", func() *client { return stands["mqtt"].tcp() }},
		{"tls", func() *client { return stands["mqtts"].dial(nil) }},
		{"tls 8883 with ALPN", func() *client { return stands["mqtts"].dial(alpn(alpnMQTTCert)) }},
		{"tls 443 ALPN mqtt", func() *client { return stands["https"].dial(alpn(alpnMQTT)) }},
		{"tls 443 ALPN x-amzn-mqtt-ca", func() *client { return stands["https"].dial(alpn(alpnMQTTCert)) }},
		{"ws", func() *client { return stands["http"].gorilla("ws://" + stands["http"].Address() + "/mqtt") }},
		{"wss", func() *client { return stands["https"].gorilla("wss://" + stands["https"].Address() + "/?a=b") }},
	}
	for i, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			c := way.dial()
			c.send(connect(fmt.Sprintf("c%d", i)))
			if got := c.receive(4); got != "\x20\x02\x00\x00" {
				t.Fatalf("CONNACK: got %x", got)
			}
			topic := fmt.Sprintf("t/%d", i)
			c.send("\x82\x08\x00\x01\x00\x03" + topic + "\x01")
			if got := c.receive(5); got != "\x90\x03\x00\x01\x01" {
				t.Fatalf("SUBACK: got %x", got)
			}
			c.send("\x30\x07\x00\x03" + topic + "hi")
			if got, want := c.receive(9), "\x30\x07\x00\x03"+topic+"hi"; got != want {
				t.Fatalf("PUBLISH: got %x, want %x", got, want)
			}
			c.send("\xe0\x00")
			c.rest()
		})
	}
	for _, s := range stands {
		s.noProblem()
	}
}

// [M-1] A version 5 SUBSCRIBE without its last options byte panics inside the
// engine. The connection ends; the process and the others go on.
func TestEnginePanicEndsOneConnection(t *testing.T) {
	stands, _ := engine(t)
	s := stands["mqtt"]
	other := s.tcp()
	other.send(connect("other"))
	other.receive(4)

	c := s.tcp()
	c.send("\x10\x0e\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x01a")
	c.receive(2)
	c.send("\x82\x06\x00\x01\x00\x00\x01a")
	c.rest()
	var p *PanicError
	if e := s.end(); !errors.As(e.err, &p) || len(p.Stack) == 0 {
		t.Errorf("Ended got %v, want a *PanicError with its stack (M-1)", e.err)
	}

	other.send("\xc0\x00")
	if got := other.receive(2); got != "\xd0\x00" {
		t.Errorf("PINGRESP of the other client: got %x", got)
	}
}

// [M-10] What the engine writes before it closes arrives, though it closes with
// bytes unread.
func TestLastBytesArrive(t *testing.T) {
	for _, name := range []string{"mqtt", "mqtts"} {
		s := start(t, Options{Name: name}, func(c *Conn) error {
			buf := make([]byte, 1)
			_, _ = c.Read(buf)
			_, _ = c.Write([]byte("bye"))
			return c.Close()
		})
		c := s.open()
		c.send(connect("a") + string(make([]byte, 100_000)))
		if got := c.rest(); got != "bye" {
			t.Errorf("%s: got %q, want %q (M-10)", name, got, "bye")
		}
	}
}
