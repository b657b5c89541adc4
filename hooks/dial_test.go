package hooks_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
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
	c, err := mqtttest.Dial(context.Background(), scheme+"://"+addr+"/mqtt", e.ClientTLS())
	if err != nil {
		return nil, err
	}
	return c.Conn(), nil
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
