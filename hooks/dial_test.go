package hooks_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/suback/suback/emulator"
)

// A way is how MQTT bytes get to the emulator.
type way struct {
	name, listener string
	dial           func(*emulator.Emulator) (net.Conn, error)
}

func ways() []way {
	return []way{
		{"tcp", emulator.MQTT, dialTCP},
		{"tls", emulator.HTTPS, dialTLS},
		{"ws", emulator.HTTP, func(e *emulator.Emulator) (net.Conn, error) { return dialWebSocket("ws", e.Addr(emulator.HTTP), e) }},
		{"wss", emulator.HTTPS, func(e *emulator.Emulator) (net.Conn, error) { return dialWebSocket("wss", e.Addr(emulator.HTTPS), e) }},
	}
}

func dialTCP(e *emulator.Emulator) (net.Conn, error) { return net.Dial("tcp", e.Addr(emulator.MQTT)) }

func dialTLS(e *emulator.Emulator) (net.Conn, error) {
	config := e.ClientTLS()
	config.NextProtos = []string{"mqtt"}
	return tls.Dial("tcp", e.Addr(emulator.HTTPS), config)
}

func dialWebSocket(scheme, addr string, e *emulator.Emulator) (net.Conn, error) {
	d := websocket.Dialer{TLSClientConfig: e.ClientTLS(), Subprotocols: []string{"mqtt"}}
	ws, _, err := d.Dial(scheme+"://"+addr+"/mqtt", nil)
	if err != nil {
		return nil, err
	}
	return &webSocket{Conn: ws}, nil
}

// A webSocket is read and written as the stream it carries.
type webSocket struct {
	*websocket.Conn
	rest []byte
}

func (w *webSocket) Read(p []byte) (int, error) {
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

func (w *webSocket) Write(p []byte) (int, error) {
	return len(p), w.WriteMessage(websocket.BinaryMessage, p)
}

func (w *webSocket) SetDeadline(t time.Time) error {
	return errors.Join(w.SetReadDeadline(t), w.SetWriteDeadline(t))
}

// open dials by a way; the zero way is TCP.
func open(t testing.TB, e *emulator.Emulator, by way, version byte) *device {
	t.Helper()
	if by.dial == nil {
		by.dial = dialTCP
	}
	conn, err := by.dial(e)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	return over(t, conn, version)
}

// over is a device with a connection.
func over(t testing.TB, conn net.Conn, version byte) *device {
	t.Cleanup(func() { conn.Close() })
	return &device{TB: t, conn: conn, r: bufio.NewReader(conn), version: version}
}

func dialBare(t testing.TB, addr string, version byte) *device {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return over(t, conn, version)
}
