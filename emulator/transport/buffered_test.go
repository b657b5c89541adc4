package transport

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"
)

// audience starts a listener and n connections to it, and returns both ends.
func audience(t *testing.T, n int, o Options) (*stand, []*Conn, []*client) {
	t.Helper()
	s, arriving, release := held(t, o)
	t.Cleanup(func() { close(release) })
	conns, peers := make([]*Conn, n), make([]*client, n)
	for i := range n {
		peers[i] = s.open()
		if o.Name == "http" {
			peers[i].websocket("/mqtt")
		} else {
			peers[i].send("x")
		}
		conns[i] = <-arriving
	}
	return s, conns, peers
}

// [H-9] Over the bound of all, the one goes for whom most waits of those that do
// not read; what waited for it is free at once.
func TestMostWaitingEnds(t *testing.T) {
	const bound = 4 << 20
	for _, listener := range []string{"mqtt", "mqtts", "http"} {
		t.Run(listener, func(t *testing.T) {
			s, conns, peers := audience(t, 3, Options{Name: listener, Room: NewRoom(Bounds{BufferedBytes: bound}, nil), MaxBuffered: 64 << 20})
			greedy, modest, reader := conns[0], conns[1], conns[2]
			read := make(chan int64, 1)
			go func() {
				n, _ := io.Copy(io.Discard, peers[2].r)
				read <- n
			}()
			message, written := []byte(publish(10<<10, 'p')), 0
			for greedy.Cause() == nil {
				if written > 256<<20 {
					t.Fatal("256 MiB for a client that reads nothing")
				}
				for range 3 {
					_, _ = greedy.Write(message)
				}
				_, _ = modest.Write(message)
				if _, err := reader.Write(message); err != nil {
					t.Fatalf("who reads: %v", err)
				}
				written += len(message)
				if got := s.room.Uses()[BoundBuffered]; got.Now > bound+hugeSize {
					t.Fatalf("%d bytes wait, want at most %d (H-9)", got.Now, got.Limit)
				}
			}
			if got := greedy.Cause(); got != ErrMostWaiting || !errors.Is(got, ErrSlowConsumer) {
				t.Errorf("cause: got %v, want %v", got, ErrMostWaiting)
			}
			if got := greedy.held.Load(); got > 2*mostSize { // one batch: chunks that double up to the largest
				t.Errorf("%d bytes still wait for it, want what is on its way alone", got)
			}
			if modest.Cause() != nil || reader.Cause() != nil {
				t.Errorf("the others: got %v and %v, want nothing", modest.Cause(), reader.Cause())
			}
			if got := s.hits(BoundBuffered); got != 1 {
				t.Errorf("got %d hits, want 1", got)
			}
			reader.End([]byte("!"), errTest)
			_ = peers[2].Conn.SetDeadline(time.Now().Add(patience))
			waitFor(t, func() bool { return reader.held.Load() == 0 })
		})
	}
}

// [H-9] Who reads is not ended when everything comes at once and is merely late:
// who writes waits.
func TestLateIsNotSlow(t *testing.T) {
	const clients, messages, size = 20, 30, 40 << 10
	room := NewRoom(Bounds{BufferedBytes: 2 << 20}, nil)
	room.late = patience
	_, conns, peers := audience(t, clients, Options{Name: "mqtt", Room: room})
	read := make(chan int, clients)
	for _, peer := range peers {
		go func() {
			n, _ := io.CopyN(io.Discard, peer.r, messages*size)
			read <- int(n)
		}()
	}
	for range messages {
		for _, c := range conns {
			if _, err := c.Write(make([]byte, size)); err != nil {
				t.Fatalf("%v, want every client to get all (H-9)", err)
			}
		}
	}
	for range clients {
		if got := <-read; got != messages*size {
			t.Errorf("got %d bytes, want %d", got, messages*size)
		}
	}
	waitFor(t, func() bool { return room.buffered.Load() == 0 })
}

// Nothing stays counted, however a connection ends.
func TestBufferedComesBack(t *testing.T) {
	tests := []struct {
		name  string
		stall time.Duration
		end   func(*Conn, *client)
	}{
		{"read to the end", stallTime, func(_ *Conn, peer *client) { _, _ = io.CopyN(io.Discard, peer.r, 8<<20) }},
		{"client gone", stallTime, func(_ *Conn, peer *client) { _ = peer.Close() }},
		{"cut off", time.Second, func(c *Conn, _ *client) { c.cutOff() }},
		{"last bytes when nothing can be sent any more", stallTime, func(c *Conn, peer *client) {
			_ = c.tcp.Close()
			c.awaitFlush()
			c.End([]byte("last"), errTest)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, conns, peers := audience(t, 1, Options{Name: "mqtt"})
			c := conns[0]
			s.stall = tt.stall
			write(t, c, string(make([]byte, 8<<20))) // at once: a pause between two may be a stall
			tt.end(c, peers[0])
			waitFor(t, func() bool { return c.held.Load() == 0 && s.room.buffered.Load() == 0 })
		})
	}
}

// What goes to who was ended in the middle of much is whole packets.
func TestCutOffBetweenPackets(t *testing.T) {
	_, conns, peers := audience(t, 1, Options{Name: "mqtt"})
	packet := bytes.Repeat([]byte("0123456789"), 1000)
	for range 1000 {
		write(t, conns[0], string(packet))
	}
	conns[0].cutOff()
	conns[0].End([]byte("last"), errTest)
	got := make([]byte, 0, 11<<20)
	for !bytes.HasSuffix(got, []byte("last")) {
		n, err := peers[0].r.Read(got[len(got):cap(got)])
		if got = got[:len(got)+n]; err != nil {
			t.Fatalf("%v after %d bytes, want the last ones", err, len(got))
		}
	}
	if n := len(got) - len("last"); n%len(packet) != 0 || n == 1000*len(packet) {
		t.Errorf("got %d bytes before the last, want whole packets of %d, and not all", n, len(packet))
	}
}
