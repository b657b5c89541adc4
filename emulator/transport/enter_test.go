package transport

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// crowd starts a listener whose engine takes every connection for one that has
// sent its CONNECT, as soon as it sends a byte.
func crowd(t *testing.T, name string, room *Room) *stand {
	t.Helper()
	return start(t, Options{Name: name, Room: room}, func(c *Conn) error {
		buf := make([]byte, 1)
		if _, err := io.ReadFull(c, buf); err != nil {
			return err
		}
		if buf[0] == '!' { // else it stays half-open
			c.Arrived()
		}
		_, _ = c.Write(buf)
		return echo(c)
	})
}

// connected is a client that has sent its CONNECT.
func (s *stand) connected() *client {
	s.t.Helper()
	c := s.open()
	c.send("!")
	c.receive(1)
	return c
}

// closed waits for the end of a connection.
func (c *client) closed() {
	c.t.Helper()
	if got := c.rest(); got != "" {
		c.t.Errorf("got %q, want the end of the connection", got)
	}
}

// alive checks that the engine still answers.
func (c *client) alive() {
	c.t.Helper()
	c.send("?")
	if got := c.receive(1); got != "?" {
		c.t.Errorf("got %q, want an answer", got)
	}
}

func (s *stand) hits(b Bound) int { return s.room.Uses()[b].Hits }

// A connection too many: who goes for it.
func TestConnectionsBound(t *testing.T) {
	tests := []struct {
		name  string
		ripe  time.Duration                  // of half-open connections
		bring func(mqtt, web *stand) *client // the one beside two that are connected
		goes  string                         // "it", "newcomer"
		code  string
	}{
		{name: "all connected", ripe: 0, bring: func(mqtt, _ *stand) *client { return mqtt.connected() },
			goes: "newcomer", code: ProblemConnections},
		{name: "a half-open one", ripe: 0, bring: func(mqtt, _ *stand) *client { return mqtt.tcp() },
			goes: "it", code: ProblemConnections},
		{name: "a half-open one that stalls in its CONNECT", ripe: 0, goes: "it", code: ProblemConnections,
			bring: func(mqtt, _ *stand) *client { c := mqtt.tcp(); c.send("\x10"); c.receive(1); return c }},
		{name: "a half-open one that has just come", ripe: time.Hour, bring: func(mqtt, _ *stand) *client { return mqtt.tcp() },
			goes: "newcomer", code: ProblemConnections},
		{name: "an idle HTTP connection", ripe: time.Hour, goes: "it", bring: func(_, web *stand) *client {
			c := web.tcp()
			c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
			c.response()
			waitFor(web.t, func() bool { return web.idle() == 1 })
			return c
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			room := NewRoom(Bounds{Connections: 3}, nil)
			room.ripe = tt.ripe
			mqtt, web := crowd(t, "mqtt", room), crowd(t, "http", room)
			first, second := mqtt.connected(), mqtt.connected()
			it := tt.bring(mqtt, web)
			waitFor(t, func() bool { return room.Uses()[BoundConnections].Now == 3 })

			newcomer := mqtt.tcp()
			if tt.goes == "newcomer" {
				newcomer.closed()
			} else {
				newcomer.send("!")
				newcomer.receive(1)
				newcomer.alive()
				it.closed()
			}
			first.alive()
			second.alive()
			if tt.code == "" {
				mqtt.noProblem()
				web.noProblem()
				return
			}
			p := mqtt.problem()
			if p.Reason != tt.code || p.Hint == "" || !strings.Contains(p.Hint, "--max-connections") || p.Facts == nil {
				t.Errorf("got %s %q, hint %q, want %s and the flag in its hint (H-9)", p.Reason, p.Detail, p.Hint, tt.code)
			}
			mqtt.noProblem()
			if got := mqtt.hits(BoundConnections); got != 1 {
				t.Errorf("got %d hits, want 1", got)
			}
		})
	}
}

func (s *stand) idle() int {
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	return s.room.idle.Len()
}

// What ends gives its place back, however it ends.
func TestPlacesComeBack(t *testing.T) {
	room := NewRoom(Bounds{}, nil)
	mqtt, mqtts, web := crowd(t, "mqtt", room), crowd(t, "mqtts", room), crowd(t, "http", room)
	ways := []struct {
		name string
		do   func() *client
	}{
		{"port check", mqtt.tcp},
		{"connected", mqtt.connected},
		{"over TLS", mqtts.connected},
		{"half a handshake", func() *client { c := mqtts.tcp(); c.send("\x16\x03"); return c }},
		{"another protocol", func() *client { c := web.tcp(); c.send("\x10"); return c }},
		{"half a request", func() *client { c := web.tcp(); c.send("GET / HT"); return c }},
		{"a request", func() *client { c := web.tcp(); c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"); c.response(); return c }},
		{"no request", func() *client { c := web.tcp(); c.send("NONSENSE\r\n\r\n"); c.response(); return c }},
		{"WebSocket", func() *client { c := web.tcp(); c.websocket("/mqtt"); return c }},
	}
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			c := way.do()
			_ = c.Close()
			waitFor(t, func() bool {
				uses := room.Uses()
				return uses[BoundConnections].Now == 0 && uses[BoundHalfOpen].Now == 0 && uses[BoundBuffered].Now == 0
			})
		})
	}
}

// One half-open connection too many ends the oldest, whatever that is doing;
// those that have come to their CONNECT or request do not count.
func TestHalfOpenBound(t *testing.T) {
	tests := []struct {
		name     string
		listener string
		half     func(*stand) *client
	}{
		{"nothing sent", "mqtt", (*stand).tcp},
		{"the first byte of a CONNECT", "mqtt", func(s *stand) *client { c := s.tcp(); c.send("\x10"); c.receive(1); return c }},
		{"no handshake", "mqtts", (*stand).tcp},
		{"half a handshake", "https", func(s *stand) *client { c := s.tcp(); c.send("\x16\x03\x01\x02\x00\x01"); return c }},
		{"a handshake and nothing else", "mqtts", (*stand).open},
		{"no request", "http", (*stand).tcp},
		{"half a request", "http", func(s *stand) *client { c := s.tcp(); c.send("GET / HT"); return c }},
		{"half of a second request", "http", func(s *stand) *client {
			c := s.tcp()
			c.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
			c.response()
			c.send("GET / HT")
			return c
		}},
		{"a WebSocket without CONNECT", "http", func(s *stand) *client { c := s.tcp(); c.websocket("/mqtt"); return c }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			const bound = 3
			room := NewRoom(Bounds{HalfOpen: bound}, nil)
			s, other := crowd(t, tt.listener, room), crowd(t, "mqtt", room)
			connected := other.connected()
			var all []*client
			for i := range bound {
				all = append(all, tt.half(s))
				waitFor(t, func() bool { return room.Uses()[BoundHalfOpen].Now == i+1 })
			}
			s.noProblem()
			newest := other.tcp()
			if got := all[0].rest(); strings.HasPrefix(got, "HTTP/1.1") {
				t.Errorf("got %q, want the end of the connection alone", got)
			}
			p := s.problem()
			if p.Reason != ProblemHalfOpen || !strings.Contains(p.Hint, "--max-half-open") {
				t.Errorf("got %s %q, hint %q, want %s and the flag in its hint (H-9)", p.Reason, p.Detail, p.Hint, ProblemHalfOpen)
			}
			s.noProblem()
			if got := s.hits(BoundHalfOpen); got != 1 {
				t.Errorf("got %d hits, want 1", got)
			}
			newest.send("!")
			newest.receive(1)
			newest.alive()
			connected.alive()
		})
	}
}

// What strangers can have us keep is bounded: of half-open connections one in 16 may have
// begun a large CONNECT, and one more ends the oldest of these, not a smaller one.
func TestBulkyConnects(t *testing.T) {
	for _, listener := range []string{"mqtt", "mqtts", "http"} {
		t.Run(listener, func(t *testing.T) {
			room := NewRoom(Bounds{HalfOpen: 32}, nil)
			s := crowd(t, listener, room)
			begin := func(packet string) *client {
				switch listener {
				case "mqtts":
					c := s.open()
					c.send(packet)
					return c
				case "http":
					c := s.tcp()
					c.websocket("/mqtt")
					c.send(masked(0x82, packet))
					return c
				}
				c := s.tcp()
				c.send(packet)
				return c
			}
			bulkyOnes := func(n int) {
				waitFor(t, func() bool {
					room.mu.Lock()
					defer room.mu.Unlock()
					return room.bulky == n
				})
			}
			begin("\x10\x20\x00")
			first := begin("\x10\xff\xff\x03")
			bulkyOnes(1)
			begin("\x10\xff\xff\x03")
			bulkyOnes(2)
			s.noProblem()
			begin("\x10\xff\xff\x03")
			if p := s.problem(); p.Reason != ProblemHalfOpen || !strings.Contains(p.Detail, "8192 bytes") {
				t.Errorf("got %s %q, want %s and what was large", p.Reason, p.Detail, ProblemHalfOpen)
			}
			_ = first.rest()
			bulkyOnes(2)
			s.noProblem()
		})
	}
}

// Without room the http listener still answers, once for each connection; it
// takes no WebSocket then.
func TestSpareAnswers(t *testing.T) {
	room := NewRoom(Bounds{Connections: 2}, nil)
	mqtt := crowd(t, "mqtt", room)
	web := start(t, Options{Name: "http", Room: room, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "well")
	})}, nil)
	first, second := mqtt.connected(), mqtt.connected()
	for range 3 * sparePlaces {
		c := web.tcp()
		c.send("GET /_suback/health HTTP/1.1\r\nHost: h\r\n\r\n")
		if r, body := c.response(); r.StatusCode != http.StatusOK || body != "well" {
			t.Fatalf("got %s %q, want an answer (H-8)", r.Status, body)
		}
		c.closed()
	}
	web.noProblem()

	var dawdling []*client
	for range sparePlaces {
		dawdling = append(dawdling, web.tcp())
		waitFor(t, func() bool { return web.spares() == len(dawdling) })
	}
	c := web.tcp()
	c.send("GET /_suback/health HTTP/1.1\r\nHost: h\r\n\r\n")
	if r, _ := c.response(); r.StatusCode != http.StatusOK {
		t.Errorf("got %s, want an answer beside %d that send nothing (H-8)", r.Status, sparePlaces)
	}
	dawdling[0].closed()

	c = web.tcp()
	if got := c.upgrade("/mqtt", someKey, "Sec-WebSocket-Protocol: mqtt"); !strings.HasPrefix(got, "HTTP/1.1 503 ") {
		t.Errorf("WebSocket: got %q, want 503", got)
	}
	if p := web.problem(); p.Reason != ProblemConnections {
		t.Errorf("got %s, want %s", p.Reason, ProblemConnections)
	}
	first.alive()
	second.alive()
}

func (s *stand) spares() int {
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	return s.room.spare.Len()
}

// An eighth of the descriptors, 32 at least, are left to others.
func TestRoomIn(t *testing.T) {
	for _, tt := range []struct{ descriptors, want int }{{20, 1}, {64, 32}, {256, 224}, {1024, 896}, {20000, 17500}} {
		if got := roomIn(tt.descriptors); got != tt.want {
			t.Errorf("roomIn(%d) = %d, want %d (H-8)", tt.descriptors, got, tt.want)
		}
	}
}
