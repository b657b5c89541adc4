package transport

import (
	"net"
	"runtime"
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
			packet := []byte(publish(100<<10, 'p'))
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

// BenchmarkWriteFrames is BenchmarkWrite over WebSocket: a frame for each packet.
func BenchmarkWriteFrames(b *testing.B) {
	c := sinkConn(b, "http")
	c.frames = new(frames)
	packet := []byte(publish(100, 'p'))
	b.ReportAllocs()
	for b.Loop() {
		mayWrite(c)
		if _, err := c.Write(packet); err != nil {
			b.Fatal(err)
		}
	}
	c.awaitFlush()
}
