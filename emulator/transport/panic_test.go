package transport

import (
	"bytes"
	"crypto/tls"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// [H-8] A handler that panics: the client gets 500 if it has nothing yet, the log
// a stack, and others go on.
func TestHandlerPanics(t *testing.T) {
	const inShape = `^\{"message":"Internal failure","traceId":"[-0-9a-f]{36}"\}$`
	tests := []struct {
		name   string
		do     func(http.ResponseWriter)
		status int    // 0: the connection is cut off without an answer
		body   string // of the answer, as a pattern
		logged bool
	}{
		{"at once", func(http.ResponseWriter) { panic("oh") }, 500, inShape, true},
		{"after a header", func(w http.ResponseWriter) { w.Header().Set("Content-Length", "7"); panic("oh") }, 500, inShape, true},
		{"after a note", func(w http.ResponseWriter) { w.WriteHeader(http.StatusEarlyHints); panic("oh") }, 500, inShape, true},
		{"after the status", func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK); panic("oh") }, 0, "", true},
		{"in the body", func(w http.ResponseWriter) { _, _ = w.Write([]byte("half of it")); panic("oh") }, 0, "", true},
		{"after a flush", func(w http.ResponseWriter) { w.(http.Flusher).Flush(); panic("oh") }, 200, "^$", true},
		{"on purpose", func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, 0, "", false},
		{"not at all", func(w http.ResponseWriter) { _, _ = w.Write([]byte("well")) }, 200, "^well$", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := new(journal)
			s := start(t, Options{Name: "http", Log: out.log(), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/panic" {
					tt.do(w)
				}
			})}, nil)
			other := s.tcp()
			other.websocket("/mqtt")

			c := s.tcp()
			c.send("GET /panic HTTP/1.1\r\nHost: h\r\n\r\n")
			status, body := c.answer()
			if status != tt.status || !regexp.MustCompile(tt.body).MatchString(body) {
				t.Errorf("got %d %q, want %d %s (H-8)", status, body, tt.status, tt.body)
			}
			text := out.String()
			if got := strings.Contains(text, "panic=oh") && strings.Contains(text, "panic_test.go"); got != tt.logged {
				t.Errorf("logged with its stack: got %v, want %v (H-8):\n%s", got, tt.logged, text)
			}
			other.send(masked(0x82, "x"))
			if _, got := other.frame(); got != "x" {
				t.Errorf("another client: got %q, want its echo", got)
			}
		})
	}
}

// answer reads an answer after all that announce one; the status is 0 if there
// is none. A body that is cut off ends there.
func (c *client) answer() (status int, body string) {
	c.t.Helper()
	for {
		r, err := http.ReadResponse(c.r, nil)
		if err != nil {
			return 0, ""
		}
		if r.StatusCode < 200 {
			continue
		}
		var b bytes.Buffer
		_, _ = b.ReadFrom(r.Body)
		_ = r.Body.Close()
		return r.StatusCode, b.String()
	}
}

// An upgrade is answered too, and a panic elsewhere ends its connection alone.
func TestOtherPanics(t *testing.T) {
	upgrade := func(c *client) { c.upgrade("/mqtt", someKey, "Sec-WebSocket-Protocol: mqtt") }
	tests := []struct {
		name  string
		o     Options
		act   func(*stand)
		where string
	}{
		{"upgrade", Options{Name: "http", Upgrade: func(*Facts) *Answer { panic("oh") }},
			func(s *stand) { upgrade(s.tcp()) }, "the handler of an HTTP request"},
		{"engine", Options{Name: "mqtt"},
			func(s *stand) { s.tcp().send("panic") }, "the reader of a packet"},
		{"handshake", Options{Name: "https", Domain: func(string) Domain { panic("oh") }},
			func(s *stand) { _, _ = tls.Dial("tcp", s.Address(), s.config(nil)) }, "a connection"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := new(journal)
			tt.o.Log = out.log()
			s := start(t, tt.o, func(c *Conn) error {
				_, _ = c.Read(make([]byte, 1))
				panic("oh")
			})
			tt.act(s)
			waitFor(t, func() bool { return strings.Contains(out.String(), "panic=oh") })
			if text := out.String(); !strings.Contains(text, "panic in "+tt.where) || !strings.Contains(text, "panic_test.go") {
				t.Errorf("want a panic in %s with its stack (H-8), got\n%s", tt.where, text)
			}
			waitFor(t, func() bool { return s.room.Uses()[BoundHalfOpen].Now == 0 })
		})
	}
}

// A panic when a connection ends leaves its client id to the next.
func TestEndedPanics(t *testing.T) {
	out, conns := new(journal), make(chan *Conn, 1)
	s := start(t, Options{Name: "mqtt", Log: out.log()}, func(c *Conn) error { conns <- c; return nil })
	s.o.Broker = always(Broker{Ended: func(*Conn, error) { panic("oh") }})
	c := s.tcp()
	c.send("x")
	select {
	case <-(<-conns).Done():
	case <-time.After(patience):
		t.Fatal("never done")
	}
	c.closed()
	if text := out.String(); !strings.Contains(text, "panic in the end of a connection") {
		t.Errorf("the panic is not in the log (H-8):\n%s", text)
	}
}

// Of what panics all the time one a second is logged, with the number of the
// others.
func TestThrottle(t *testing.T) {
	begin := time.Now()
	tests := []struct {
		after  time.Duration
		due    bool
		silent int
	}{
		{0, true, 0}, {0, false, 0}, {999 * time.Millisecond, false, 0}, {time.Second, true, 2}, {time.Second, false, 0}, {time.Hour, true, 1},
	}
	var th throttle
	for _, tt := range tests {
		if silent, due := th.due(begin.Add(tt.after)); due != tt.due || silent != tt.silent {
			t.Errorf("after %v: got %v, %d not logged, want %v, %d", tt.after, due, silent, tt.due, tt.silent)
		}
	}
}
