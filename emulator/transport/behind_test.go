//go:build unix

package transport

import (
	"io"
	"testing"
	"time"
)

// Whoever is about to end a connection hears what its client has said already, and waits
// neither for a client that says nothing nor for ever.
func TestCatchUp(t *testing.T) {
	conns, release := make(chan *Conn), make(chan struct{})
	s := start(t, Options{Name: "mqtts"}, func(c *Conn) error {
		conns <- c
		<-release
		_, err := io.Copy(io.Discard, c)
		return err
	})
	c := s.dial(nil)
	c.send("x")
	conn := <-conns
	if began := time.Now(); conn.CatchUp() || time.Since(began) < catchUpSteps*catchUpStep {
		t.Errorf("got it over or given up after %v, want it waited for while its reader is busy", time.Since(began))
	}
	close(release)
	c.send("more")
	for by := time.Now().Add(patience); lookAhead(conn.tcp) != nothing || !conn.waiting.Load(); {
		if conn.CatchUp(); time.Now().After(by) {
			t.Fatal("its reader is still behind")
		}
	}
	if conn.CatchUp() {
		t.Error("got a connection over that goes on")
	}
	_ = c.Close()
	for by := time.Now().Add(patience); !conn.CatchUp(); {
		if time.Now().After(by) {
			t.Fatal("got a connection that goes on, want one that its client has ended")
		}
	}
}
