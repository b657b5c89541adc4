package emulator_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// dialRaw connects to a listener without TLS.
func dialRaw(t *testing.T, e *emulator.Emulator, listener string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", e.Addr(listener))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return conn
}

// raw connects an MQTT client that reads nothing but its CONNACK.
func raw(t *testing.T, e *emulator.Emulator, id string) net.Conn {
	t.Helper()
	conn := dialRaw(t, e, emulator.MQTT)
	if _, err := io.WriteString(conn, connectPacket(4, id, "", "me", "test", "")); err != nil {
		t.Fatal(err)
	}
	var ack [4]byte
	if _, err := io.ReadFull(conn, ack[:]); err != nil || ack[3] != 0 {
		t.Fatalf("%s: got CONNACK % x, %v, want success", id, ack, err)
	}
	return conn
}

// overrun publishes to a client that does not read until the gateway ends it.
func overrun(t *testing.T, e *emulator.Emulator) {
	dead := raw(t, e, "dead")
	_, _ = io.WriteString(dead, packet(0x82, "\x00\x01"+text("much")+"\x00"))
	var ack [5]byte
	if _, err := io.ReadFull(dead, ack[:]); err != nil {
		t.Fatal(err)
	}
	publisher := raw(t, e, "publisher")
	message := packet(0x30, text("much")+strings.Repeat("x", 100<<10))
	for deadline := time.Now().Add(patience); len(e.Trace().Events(trace.Filter{Outcome: trace.Refused})) == 0; {
		if _, err := io.WriteString(publisher, message); err != nil || time.Now().After(deadline) {
			t.Fatalf("the client that does not read was not ended; %v", err)
		}
	}
}

// What is over a bound is ended with a cause that names the flag, counted, and
// nobody else notices.
func TestBounds(t *testing.T) {
	tests := []struct {
		bound  string // as the metrics name it
		bounds emulator.Bounds
		exceed func(*testing.T, *emulator.Emulator)
		want   cause
	}{
		{
			bound: "connections", bounds: emulator.Bounds{Connections: 2},
			exceed: func(t *testing.T, e *emulator.Emulator) { raw(t, e, "second"); dialRaw(t, e, emulator.MQTT) },
			want:   cause{operation: trace.Transport, reason: "TOO_MANY_CONNECTIONS", hint: "--max-connections"},
		},
		{
			bound: "half_open", bounds: emulator.Bounds{HalfOpen: 2},
			exceed: func(t *testing.T, e *emulator.Emulator) {
				dialRaw(t, e, emulator.MQTTS)
				_, _ = io.WriteString(dialRaw(t, e, emulator.MQTT), "\x10")
				_, _ = io.WriteString(dialRaw(t, e, emulator.HTTP), "GET")
			},
			want: cause{operation: trace.Transport, reason: "TOO_MANY_HALF_OPEN", hint: "--max-half-open"},
		},
		{
			bound: "buffered_bytes", bounds: emulator.Bounds{BufferedBytes: 8 << 20}, exceed: overrun,
			want: cause{operation: trace.Disconnect, client: "dead", reason: "THROTTLED", hint: "--max-buffered", rules: []string{"M-3"}},
		},
		{
			bound: "client_bytes", exceed: overrun,
			want: cause{operation: trace.Disconnect, client: "dead", reason: "THROTTLED", detail: "16 MiB", hint: "read while it works"},
		},
		{
			bound: "header_bytes", bounds: emulator.Bounds{HeaderBytes: 8 << 10},
			exceed: func(t *testing.T, e *emulator.Emulator) {
				_, _ = io.WriteString(dialRaw(t, e, emulator.HTTP), "GET / HTTP/1.1\r\nx: "+strings.Repeat("y", 8<<10))
			},
			want: cause{operation: trace.Transport, reason: "HTTP_HEAD_TOO_LONG", detail: "8192", hint: "--max-header"},
		},
		{
			bound: "request_time", bounds: emulator.Bounds{RequestTime: 300 * time.Millisecond},
			exceed: func(t *testing.T, e *emulator.Emulator) { dialRaw(t, e, emulator.MQTT) },
			want:   cause{operation: trace.Transport, reason: "NO_FIRST_PACKET", hint: "--request-time"},
		},
		{
			bound: "request_time", bounds: emulator.Bounds{RequestTime: 300 * time.Millisecond},
			exceed: func(t *testing.T, e *emulator.Emulator) {
				_, _ = io.WriteString(dialRaw(t, e, emulator.MQTT), "\x10\x20")
			},
			want: cause{operation: trace.Connect, reason: "CLIENT_ERROR", detail: "no CONNECT in time", hint: "--request-time"},
		},
		{
			bound: "request_time", bounds: emulator.Bounds{RequestTime: 300 * time.Millisecond},
			exceed: func(t *testing.T, e *emulator.Emulator) {
				_, _ = io.WriteString(dialRaw(t, e, emulator.HTTP), "GET / HT")
			},
			want: cause{operation: trace.Transport, reason: "HTTP_REQUEST_UNREADABLE", hint: "--request-time"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.bound+" "+tt.want.reason, func(t *testing.T) {
			t.Parallel()
			o := emulator.Embedded()
			o.Bounds = tt.bounds
			e := emulator.Run(t, o)
			healthy := raw(t, e, "healthy")
			tt.exceed(t, e)
			explained(t, e, tt.want)
			if hits := `suback_bound_hits_total{bound="` + tt.bound + `"} `; !slices.ContainsFunc(scrape(t, e), func(line string) bool {
				return strings.HasPrefix(line, hits) && line != hits+"0"
			}) {
				t.Errorf("no hit of %s in the metrics", tt.bound)
			}
			var pong [2]byte
			_, _ = io.WriteString(healthy, "\xc0\x00")
			if _, err := io.ReadFull(healthy, pong[:]); err != nil || string(pong[:]) != "\xd0\x00" {
				t.Errorf("another client: got % x, %v, want its PINGRESP", pong, err)
			}
		})
	}
}

// Bounds are in the metrics from the start, with what is taken of them; a reset
// forgets the hits.
func TestBoundsMetrics(t *testing.T) {
	o := emulator.Embedded()
	o.Bounds = emulator.Bounds{Connections: 50, HalfOpen: 2, BufferedBytes: 1 << 20}
	e := emulator.Run(t, o)
	for i := range 3 {
		dialRaw(t, e, emulator.MQTT)
		eventually(t, "the connection to be counted", func() bool {
			return slices.Contains(scrape(t, e), fmt.Sprintf(`suback_bound_used{bound="half_open"} %d`, min(i+1, 2)))
		})
	}
	const hit = `suback_bound_hits_total{bound="half_open"} 1`
	eventually(t, "the third to end the first", func() bool { return slices.Contains(scrape(t, e), hit) })
	got := scrape(t, e)
	for _, want := range []string{`suback_bound_limit{bound="connections"} 50`, `suback_bound_used{bound="connections"} 3`,
		`suback_bound_limit{bound="half_open"} 2`, hit,
		`suback_bound_limit{bound="buffered_bytes"} 1048576`, `suback_bound_used{bound="buffered_bytes"} 0`,
		`suback_bound_hits_total{bound="descriptors"} 0`} {
		if !slices.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, strings.Join(got, "\n"))
		}
	}
	e.Reset()
	if slices.Contains(scrape(t, e), hit) {
		t.Errorf("got %s after a reset, want 0", hit)
	}
}

// Who has sent its CONNECT is not half-open, however long its authorizer takes.
func TestSlowAuthorizerIsNotHalfOpen(t *testing.T) {
	const clients = 20
	asked, answer := make(chan struct{}, clients), make(chan struct{})
	grant := granting([]byte(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}]}`))
	e := emulator.Run(t, emulator.Options{
		Bounds: emulator.Bounds{HalfOpen: 2},
		Authorizer: func(ctx context.Context, event []byte) ([]byte, error) {
			asked <- struct{}{}
			<-answer
			return grant(ctx, event)
		},
	})
	var all sync.WaitGroup
	for i := range clients {
		conn := dialRaw(t, e, emulator.MQTT)
		all.Go(func() {
			if _, err := shake(conn, fmt.Sprintf("client-%d", i), ""); err != nil {
				t.Errorf("client %d: %v, want to be let in", i, err)
			}
		})
		select {
		case <-asked:
		case <-time.After(patience):
			t.Fatalf("client %d: the authorizer was not asked", i)
		}
	}
	close(answer)
	all.Wait()
}

// TestStrangersBuryNothing: who knocks at the wrong port, or does not trust the CA, again and again
// has ten records and a count; those of the devices stay in the trace.
func TestStrangersBuryNothing(t *testing.T) {
	e := emulator.Run(t, emulator.Options{})
	const times = 60
	for range times {
		stranger := dialRaw(t, e, emulator.MQTT)
		_, _ = io.WriteString(stranger, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
		_, _ = io.Copy(io.Discard, stranger)
		_ = tls.Client(dialRaw(t, e, emulator.MQTTS), &tls.Config{ServerName: "localhost"}).Handshake() // knows no CA
	}
	for reason, outcome := range map[string]trace.Outcome{"HTTP_ON_MQTT_PORT": trace.Refused, "TLS_CERTIFICATE_REJECTED": trace.Note} {
		eventually(t, "all that came with "+reason, func() bool {
			records, count := 0, uint64(0)
			for _, ev := range e.Trace().Events(trace.Filter{Outcome: outcome}) {
				if ev.Reason == reason {
					records, count = records+1, count+max(ev.Count, 1)
				}
			}
			return records == 10 && count == times
		})
	}
	if n := e.Trace().Counts(); n.Refused != times || n.Notes != times {
		t.Errorf("got %+v, want %d each of refused and notes", n, times)
	}
}

// TestAdminBodies: a body for the admin API is taken whole or not at all; one of 64 KiB was cut, and published so.
func TestAdminBodies(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{})
	for _, tt := range []struct{ size, status, published int }{{100_000, 200, 100_000}, {200_000, 400, 200_000}, {2 << 20, 413, 0}} {
		resp, err := http.Post("http://"+e.Addr(emulator.HTTP)+fmt.Sprintf("/_suback/messages?topic=a/%d", tt.size), "",
			strings.NewReader(strings.Repeat("x", tt.size)))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		told := 0
		for _, m := range e.Messages(emulator.Selection{Topic: fmt.Sprintf("a/%d", tt.size)}) {
			told += m.Bytes
		}
		if resp.StatusCode != tt.status || told != tt.published {
			t.Errorf("%d bytes: got status %d and a message of %d, want %d and %d", tt.size, resp.StatusCode, told, tt.status, tt.published)
		}
	}
}
