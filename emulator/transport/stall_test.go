package transport

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"
)

// TestHeldBack: what is written is late and whole; what is read does not wait for it.
func TestHeldBack(t *testing.T) {
	s, conns, release := held(t, Options{Name: "mqtt"})
	defer close(release)
	c := s.tcp()
	c.send("x")
	conn := <-conns
	begin := time.Now()
	conn.Stall(150 * time.Millisecond)
	conn.Stall(time.Millisecond) // the longest counts
	write(t, conn, "late ")
	write(t, conn, "too")
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if got := c.receive(8); got != "late too" || time.Since(begin) < 150*time.Millisecond {
		t.Errorf("got %q after %s, want \"late too\" after 150 ms", got, time.Since(begin))
	}
	write(t, conn, "on")
	if got := c.receive(2); got != "on" {
		t.Errorf("got %q, want what comes later at once", got)
	}
	conn.Stall(time.Hour)
	conn.End([]byte("bye"), errTest) // and the end ends it
	if got := c.receive(3); got != "bye" {
		t.Errorf("got %q, want the last bytes at once", got)
	}
	if conn.Pause(time.Hour) {
		t.Error("a pause outlasts the connection")
	}
}

// TestCut: what the client sends comes when it is over, or the deadline is over before.
func TestCut(t *testing.T) {
	s, conns, release := held(t, Options{Name: "mqtt"})
	defer close(release)
	c := s.tcp()
	c.send("x")
	conn := <-conns
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	conn.Cut(100 * time.Millisecond)
	c.send("y")
	if _, err := io.ReadFull(conn, make([]byte, 1)); err != nil || time.Since(begin) < 100*time.Millisecond {
		t.Errorf("read after %s, %v, want it after 100 ms", time.Since(begin), err)
	}
	conn.Cut(time.Hour)
	_ = conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	c.send("z")
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v, want %v: a keep alive does not wait for the end of a cut", err, os.ErrDeadlineExceeded)
	}
	conn.Stall(time.Hour)
	write(t, conn, "held back")
	conn.End([]byte("bye"), errTest)
	conn.mu.Lock()
	defer conn.mu.Unlock()
	if !conn.broken || !conn.backlog.empty() {
		t.Error("what a cut holds back is still there, want it lost with the connection")
	}
}
