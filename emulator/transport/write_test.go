package transport

import (
	"bytes"
	"encoding/binary"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"
)

// [M-3] Nobody reads, and Write returns at once, until the bound.
func TestWriteNeverBlocks(t *testing.T) {
	const bound = 1 << 20
	for _, listener := range []string{"mqtt", "mqtts", "http"} {
		t.Run(listener, func(t *testing.T) {
			s, conns, release := held(t, Options{Name: listener, MaxBuffered: bound})
			peer := s.open()
			if listener == "http" {
				peer.websocket("/mqtt")
			} else {
				peer.send("x")
			}
			c := <-conns
			packet := make([]byte, 100<<10)
			var err error
			for n := 0; err == nil; n += len(packet) {
				if n > 256<<20 {
					t.Fatal("256 MiB for a client that reads nothing")
				}
				_, err = c.Write(packet)
			}
			if err != ErrSlowConsumer || c.Cause() != ErrSlowConsumer {
				t.Errorf("got %v, cause %v, want %v", err, c.Cause(), ErrSlowConsumer)
			}
			close(release)
			if e := s.end(); e.err != ErrSlowConsumer {
				t.Errorf("Ended: got %v, want %v", e.err, ErrSlowConsumer)
			}
		})
	}
}

// A peer that takes nothing ends, even far below the bound.
func TestStall(t *testing.T) {
	s, conns, release := held(t, Options{Name: "mqtt"})
	defer close(release)
	s.stall = 50 * time.Millisecond
	peer := s.tcp()
	peer.send("x")
	c := <-conns
	for c.Cause() == nil {
		_, _ = c.Write(make([]byte, 1<<20))
		if _, err := c.Read(make([]byte, 1<<10)); err != nil {
			break
		}
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Millisecond))
	}
	waitFor(t, func() bool { return c.Cause() != nil })
}

func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !ok(); {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain")
		}
		<-time.After(time.Millisecond)
	}
}

// What is written while the wire is busy goes out together, and in order; over
// WebSocket as one frame.
func TestWritesCoalesce(t *testing.T) {
	s, conns, release := held(t, Options{Name: "http"})
	defer close(release)
	peer := s.tcp()
	peer.websocket("/mqtt")
	c := <-conns
	var want bytes.Buffer
	for i := range 20_000 {
		packet := binary.BigEndian.AppendUint32(nil, uint32(i))
		want.Write(packet)
		write(t, c, string(packet))
	}
	var got strings.Builder
	frames := 0
	for got.Len() < want.Len() {
		first, payload := peer.frame()
		if first != 0x82 || len(payload)%4 != 0 {
			t.Fatalf("got frame %#x of %d bytes, want whole writes in final binary frames", first, len(payload))
		}
		got.WriteString(payload)
		frames++
	}
	if got.String() != want.String() {
		t.Error("bytes out of order")
	}
	if frames >= 20_000 {
		t.Errorf("got %d frames for 20000 writes, want fewer", frames)
	}
}

func TestFramed(t *testing.T) {
	tests := []struct {
		length int
		head   string
	}{
		{0, "\x82\x00"},
		{125, "\x82\x7d"},
		{126, "\x82\x7e\x00\x7e"},
		{65535, "\x82\x7e\xff\xff"},
		{65536, "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"},
	}
	for _, tt := range tests {
		payload := bytes.Repeat([]byte("p"), tt.length)
		got := framed(append(make([]byte, frameHead), payload...))
		if want := tt.head + string(payload); string(got) != want {
			t.Errorf("framed(%d bytes) begins %x, want %x (RFC 6455 5.2)", tt.length, got[:min(len(got), 10)], tt.head)
		}
	}
}

// sink is a wire that takes everything at once.
type sink struct{ net.Conn }

func (sink) Write(p []byte) (int, error)      { return len(p), nil }
func (sink) SetWriteDeadline(time.Time) error { return nil }

func sinkConn(b *testing.B, name string) *Conn {
	b.Helper()
	l, err := New(Options{Name: name, Address: ":0"})
	if err != nil {
		b.Fatal(err)
	}
	return newConn(&place{room: l.room, listener: l}, sink{}, new(Facts), nil)
}

// mayWrite waits for the flusher: nothing else bounds who writes to a sink.
func mayWrite(c *Conn) {
	for c.held.Load() > 1<<20 {
		runtime.Gosched()
	}
}

// BenchmarkWrite is what a publisher pays per delivery.
func BenchmarkWrite(b *testing.B) {
	c := sinkConn(b, "mqtt")
	packet := make([]byte, 100)
	b.ReportAllocs()
	for b.Loop() {
		mayWrite(c)
		if _, err := c.Write(packet); err != nil {
			b.Fatal(err)
		}
	}
	c.awaitFlush()
}

// BenchmarkWriteAlone lets every write go out before the next: a flusher each.
func BenchmarkWriteAlone(b *testing.B) {
	c := sinkConn(b, "mqtt")
	packet := make([]byte, 100)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Write(packet); err != nil {
			b.Fatal(err)
		}
		c.awaitFlush()
	}
}

// BenchmarkWriteBurst is a fan-in: several publishers, one subscriber.
func BenchmarkWriteBurst(b *testing.B) {
	c := sinkConn(b, "mqtt")
	packet := make([]byte, 100)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			mayWrite(c)
			if _, err := c.Write(packet); err != nil {
				b.Error(err)
				return
			}
		}
	})
	c.awaitFlush()
}
