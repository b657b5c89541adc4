package transport

import (
	"os"
	"time"
)

// A stall holds back what goes through a connection, as a network does that is slow or cut:
// nothing is lost, all of it is late, and the keep alive counts on.
type stall struct {
	until time.Time
	both  bool          // also what comes from the client
	over  chan struct{} // closed when the connection ends
}

// Stall holds back for d what is written from now on, and what waits; the longest of several
// counts. The end of the connection ends it.
func (c *Conn) Stall(d time.Duration) { c.holdBack(d, false) }

// Cut is Stall in both directions: what the client sends is read when it is over, if the
// keep alive is not over before.
func (c *Conn) Cut(d time.Duration) { c.holdBack(d, true) }

func (c *Conn) holdBack(d time.Duration, both bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	next := stall{until: time.Now().Add(d), both: both}
	if old := c.stall.Load(); old != nil {
		next.over, next.both = old.over, both || old.both && old.left() > 0
		if old.until.After(next.until) {
			next.until = old.until
		}
	} else {
		next.over = make(chan struct{})
	}
	c.stall.Store(&next)
}

// Pause waits for d, at most until the connection ends.
func (c *Conn) Pause(d time.Duration) {
	c.holdBack(0, false)
	if s := c.stall.Load(); s != nil {
		s.wait(d)
	}
}

// left is how long it still lasts, and not above 0 if it is over.
func (s *stall) left() time.Duration {
	select {
	case <-s.over:
		return 0
	default:
		return time.Until(s.until)
	}
}

// wait waits for its end, at most for d.
func (s *stall) wait(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-s.over:
	case <-timer.C:
	}
}

// awaitOut waits until something may go out. The caller holds c.mu.
func (c *Conn) awaitOut() {
	for s := c.stall.Load(); s != nil; s = c.stall.Load() {
		left := s.left()
		if left <= 0 {
			return
		}
		c.mu.Unlock()
		s.wait(left)
		c.mu.Lock()
	}
}

// awaitIn waits until what came may be read. The error is that it took too long.
func (c *Conn) awaitIn() error {
	for s := c.stall.Load(); s != nil && s.both; s = c.stall.Load() {
		left := s.left()
		if left <= 0 {
			return nil
		}
		c.mu.Lock()
		deadline := c.deadline
		c.mu.Unlock()
		if rest := time.Until(deadline); !deadline.IsZero() && rest < left {
			s.wait(rest)
			if s.left() > 0 {
				return os.ErrDeadlineExceeded
			}
			continue
		}
		s.wait(left)
	}
	return nil
}
