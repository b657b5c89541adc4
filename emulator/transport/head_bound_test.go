package transport

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The head of a request is bounded, by what net/http answers, and by what is kept
// of it meanwhile.
func TestHeadBound(t *testing.T) {
	t.Parallel()
	const bound = 16 << 10
	head := func(size int) string {
		const around = "GET / HTTP/1.1\r\nHost: h\r\nx: " + "\r\n\r\n"
		return "GET / HTTP/1.1\r\nHost: h\r\nx: " + strings.Repeat("y", size-len(around)) + "\r\n\r\n"
	}
	tests := []struct {
		name   string
		sent   string
		status int
	}{
		{"short", head(100), http.StatusForbidden},
		{"one byte less than the bound", head(bound - 1), http.StatusForbidden},
		{"one byte more than the bound", head(bound + 1), http.StatusRequestHeaderFieldsTooLarge},
		{"many short lines", "GET / HTTP/1.1\r\nHost: h\r\n" + strings.Repeat("x: y\r\n", bound/6) + "\r\n",
			http.StatusRequestHeaderFieldsTooLarge},
		{"no end", "GET / HTTP/1.1\r\nx: " + strings.Repeat("y", bound), http.StatusRequestHeaderFieldsTooLarge},
		{"no line", "GET /" + strings.Repeat("y", bound), http.StatusRequestHeaderFieldsTooLarge},
		{"a long body", "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 65536\r\n\r\n" + strings.Repeat("z", 1<<16), http.StatusForbidden},
	}
	for _, listener := range []string{"http", "https"} {
		for _, tt := range tests {
			t.Run(listener+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				s := start(t, Options{Name: listener, HeaderBytes: bound}, nil)
				c := s.open()
				c.send(tt.sent)
				r, body := c.response()
				if r.StatusCode != tt.status {
					t.Fatalf("got %s, want %d", r.Status, tt.status)
				}
				if tt.status != http.StatusRequestHeaderFieldsTooLarge {
					s.noProblem()
					return
				}
				p := s.problem()
				wantUnreadable(t, r, body, p)
				if p.Reason != ProblemHeader || !strings.Contains(p.Hint, "--max-header") || !strings.Contains(p.Detail, fmt.Sprint(bound)) {
					t.Errorf("got %s %q, hint %q, want %s with bound and flag", p.Reason, p.Detail, p.Hint, ProblemHeader)
				}
				if got := s.hits(BoundHeader); got != 1 {
					t.Errorf("got %d hits, want 1", got)
				}
			})
		}
	}
}

// A head without an end: no more of it is kept than the bound.
func TestHeadKept(t *testing.T) {
	t.Parallel()
	const bound = 16 << 10
	sent := "GET / HTTP/1.1\r\nx: " + strings.Repeat("y", 1<<20)
	kept := make(chan int, 1)
	s := start(t, Options{Name: "http", HeaderBytes: bound}, nil)
	inner := s.web.ConnState
	s.web.ConnState = func(conn net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			kept <- len(conn.(*httpConn).head)
		}
		inner(conn, state)
	}
	c := s.tcp()
	go func() { _, _ = io.WriteString(c.Conn, sent) }()
	c.response()
	if got := <-kept; got > bound+headSlop {
		t.Errorf("%d bytes of a head are kept, want about %d", got, bound)
	}
}

// Before its CONNECT a client cannot make the engine take memory for a packet
// [B-1202].
func TestFirstPacketBound(t *testing.T) {
	tests := []struct {
		name string
		sent string
		want error
	}{
		{"256 MB", "\x10\xff\xff\xff\x7f", ErrFirstTooLarge},
		{"256 MB, byte by byte", "\x10|\xff|\xff|\xff|\x7f", ErrFirstTooLarge},
		{"one byte more than the bound", "\x10\x81\x80\x40", ErrFirstTooLarge},
		{"the bound", "\x10\x80\x80\x40", nil},
		{"a short one", "\x10\x0c", nil},
	}
	for _, listener := range []string{"mqtt", "http"} {
		for _, tt := range tests {
			t.Run(listener+"/"+tt.name, func(t *testing.T) {
				s := start(t, Options{Name: listener}, nil)
				c := s.open()
				send := c.send
				if listener == "http" {
					c.websocket("/mqtt")
					send = func(b string) { c.send(masked(0x82, b)) }
				}
				for _, part := range strings.Split(tt.sent, "|") {
					send(part)
				}
				if tt.want == nil {
					c.receive(len(tt.sent))
					_ = c.Close()
				}
				if e := s.end(); tt.want != nil && !errors.Is(e.err, tt.want) || tt.want == nil && errors.Is(e.err, ErrFirstTooLarge) {
					t.Errorf("got %v, want %v", e.err, tt.want)
				}
			})
		}
	}
}

// deadlines is a connection that notes its read deadline.
type deadlines struct {
	net.Conn
	read time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error { d.read = t; return nil }

// The time for the first head begins with the connection, whatever came before
// it; that of later heads and of bodies is net/http's.
func TestHeadTime(t *testing.T) {
	const bound = 30 * time.Second
	l, err := New(Options{Name: "http", ConnectTimeout: bound})
	if err != nil {
		t.Fatal(err)
	}
	came := time.Now()
	tests := []struct {
		name           string
		served, atWork bool
		set, want      time.Time
	}{
		{name: "the first head", set: came.Add(bound + 20*time.Second), want: came.Add(bound)},
		{name: "less time", set: came.Add(time.Second), want: came.Add(time.Second)},
		{name: "at once", set: time.Unix(1, 0), want: time.Unix(1, 0)},
		{name: "after the head", atWork: true, set: came.Add(time.Hour), want: came.Add(time.Hour)},
		{name: "a later head", served: true, set: came.Add(time.Hour), want: came.Add(time.Hour)},
		{name: "none", set: time.Time{}, want: time.Time{}},
	}
	for _, tt := range tests {
		wire := new(deadlines)
		c := &httpConn{Conn: wire, listener: l, facts: &Facts{ConnectedAt: came}, served: tt.served, atWork: tt.atWork}
		if _ = c.SetReadDeadline(tt.set); !wire.read.Equal(tt.want) {
			t.Errorf("%s: got %v after the connection came, want %v", tt.name, wire.read.Sub(came), tt.want.Sub(came))
		}
	}
}
