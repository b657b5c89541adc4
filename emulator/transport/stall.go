package transport

import (
	"net"
	"os"
	"time"
)

// A stall holds back what goes through a connection, as a network does that is slow or cut:
// nothing is lost, all of it is late, and the keep alive counts on.
type stall struct {
	out, in time.Time     // until when, in each direction
	over    chan struct{} // closed when the connection ends
}

// Stall holds back for d what is written from now on, and what waits; the longest of several
// counts. The end of the connection ends it.
func (c *Conn) Stall(d time.Duration) { c.holdBack(d, 0) }

// Cut is Stall in both directions: what the client sends is read when it is over, if the
// keep alive is not over before. If the connection ends meanwhile, what is held back is lost.
func (c *Conn) Cut(d time.Duration) { c.holdBack(d, d) }

// Pause waits for d, at most until the connection ends, and reports whether it lasts.
func (c *Conn) Pause(d time.Duration) (lasts bool) {
	c.holdBack(0, 0)
	s := c.stall.Load()
	if s == nil {
		return false
	}
	return s.wait(d)
}

func (c *Conn) holdBack(out, in time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	now := time.Now()
	next := stall{out: now.Add(out), in: now.Add(in)}
	if old := c.stall.Load(); old != nil {
		next.over, next.out, next.in = old.over, later(next.out, old.out), later(next.in, old.in)
	} else {
		next.over = make(chan struct{})
	}
	c.stall.Store(&next)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// wait waits for d, and reports whether the connection lasts.
func (s *stall) wait(d time.Duration) bool {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case <-s.over:
		return false
	case <-timer.C:
		return true
	}
}

// endStall lets who waits go on, and loses what a cut holds back. The caller holds c.mu, and
// the connection is closed.
func (c *Conn) endStall() {
	s := c.stall.Load()
	if s == nil {
		return
	}
	if time.Until(s.in) > 0 {
		c.broken = true
		c.drop()
	}
	close(s.over)
}

// awaitOut waits until something may go out. The caller holds c.mu.
func (c *Conn) awaitOut() {
	for s := c.stall.Load(); s != nil; s = c.stall.Load() {
		left := time.Until(s.out)
		if left <= 0 {
			return
		}
		c.mu.Unlock()
		lasts := s.wait(left)
		c.mu.Lock()
		if !lasts {
			return
		}
	}
}

// awaitIn waits until what came may be read. The error is that it took too long, or that the
// connection has ended.
func (c *Conn) awaitIn() error {
	for s := c.stall.Load(); s != nil; s = c.stall.Load() {
		left := time.Until(s.in)
		if left <= 0 {
			return nil
		}
		c.mu.Lock()
		deadline := c.deadline
		c.mu.Unlock()
		rest := left
		if !deadline.IsZero() {
			rest = min(left, time.Until(deadline))
		}
		switch {
		case !s.wait(rest):
			return net.ErrClosed
		case rest < left:
			return os.ErrDeadlineExceeded
		}
	}
	return nil
}
