package transport

import (
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator/pki"
)

func TestNew(t *testing.T) {
	tests := []struct {
		o    Options
		want string
	}{
		{Options{Name: "mqtt"}, ""},
		{Options{Name: "http"}, ""},
		{Options{Name: "mqtts"}, `listener "mqtts": no CA`},
		{Options{Name: "https"}, `listener "https": no CA`},
		{Options{Name: "ws"}, `listener "ws": want mqtt, mqtts, https or http`},
	}
	for _, tt := range tests {
		_, err := New(tt.o)
		if got := errText(err); got != tt.want {
			t.Errorf("New(%q) = %q, want %q", tt.o.Name, got, tt.want)
		}
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestInitFails(t *testing.T) {
	taken := start(t, Options{Name: "mqtt"}, nil)
	l, err := New(Options{Name: "http", Address: taken.Address()})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Init(slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), taken.Address()) {
		t.Errorf("got %v, want an error with the address", err)
	}
	l.Close(func(string) {})
}

// Close ends whatever a connection is doing, and waits for it; goleak watches.
func TestClose(t *testing.T) {
	phases := []struct {
		name     string
		listener string
		bring    func(*client)
	}{
		{"nothing sent", "mqtt", func(*client) {}},
		{"with the engine", "mqtt", func(c *client) { c.send("x"); c.receive(1) }},
		{"TLS with the engine", "mqtts", func(c *client) { c.send("x"); c.receive(1) }},
		{"no HTTP sent", "http", func(*client) {}},
		{"half a request", "http", func(c *client) { c.send("GET / HT") }},
		{"between requests", "http", func(c *client) { c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"); c.response() }},
		{"WebSocket", "http", func(c *client) { c.websocket("/mqtt"); c.send(masked(0x82, "x")); c.frame() }},
		{"secure WebSocket", "https", func(c *client) { c.websocket("/mqtt"); c.send(masked(0x82, "x")); c.frame() }},
	}
	for _, tt := range phases {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, Options{Name: tt.listener}, nil)
			c := s.open()
			tt.bring(c)
			told := 0
			s.Close(func(id string) {
				if id == tt.listener {
					told++
				}
			})
			c.rest()
			if told != 1 {
				t.Errorf("the engine was told %d times, want once", told)
			}
			if _, err := net.Dial("tcp", s.Address()); err == nil {
				t.Error("still accepting")
			}
			s.noProblem()
		})
	}
}

// In the middle of a handshake, too.
func TestCloseDuringHandshake(t *testing.T) {
	s := start(t, Options{Name: "https"}, nil)
	c := s.tcp()
	c.send("\x16\x03\x01")
	s.Close(func(string) {})
	c.rest()
}

func TestCloseWhileManyCome(t *testing.T) {
	for _, name := range []string{"mqtt", "http", "https"} {
		s := start(t, Options{Name: name}, nil)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for {
					conn, err := net.Dial("tcp", s.Address())
					if err != nil {
						return
					}
					_, _ = conn.Write([]byte("GET /mqtt HTTP/1.1\r\n"))
					_ = conn.Close()
				}
			})
		}
		<-time.After(20 * time.Millisecond)
		s.Close(func(string) {})
		s.Close(func(string) {}) // again does nothing
		wg.Wait()
	}
}

func TestServeAfterClose(t *testing.T) {
	l, err := New(Options{Name: "http", Address: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Init(slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	l.Close(func(string) {})
	l.Serve(func(string, net.Conn) error { return nil })
}

// The engine's error and its panic reach Ended, once each [M-1].
func TestEnded(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		engine func(*Conn) error
		ok     func(error) bool
	}{
		{"nothing", func(*Conn) error { return nil }, func(err error) bool { return err == nil }},
		{"error", func(*Conn) error { return errTest }, func(err error) bool { return err == errTest }},
		{"panic", func(*Conn) error { panic("oh") }, func(err error) bool {
			var p *PanicError
			return errors.As(err, &p) && p.Value == "oh" && strings.Contains(string(p.Stack), "listener_test.go")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, Options{Name: "mqtt"}, tt.engine)
			c := s.tcp()
			c.send("x")
			c.rest()
			if e := s.end(); !tt.ok(e.err) {
				t.Errorf("got %v", e.err)
			}
			s.Close(func(string) {})
			if len(s.ended) != 0 {
				t.Error("Ended was called twice")
			}
		})
	}
}

// A listener without TLS needs no CA, and ignores one.
func TestPlainIgnoresCA(t *testing.T) {
	ca, err := pki.Open("")
	if err != nil {
		t.Fatal(err)
	}
	l, err := New(Options{Name: "mqtt", CA: ca})
	if err != nil || l.tls != nil {
		t.Errorf("got TLS %v, %v, want none", l.tls, err)
	}
}
