package hooks

import (
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/mochi-mqtt/server/v2/packets"
)

// A line is what one connection's publishes wait for until they are acknowledged, in
// their order. Its reader goes on meanwhile, so that many of them are written together;
// it does so with nothing but accepted publishes, so that what is on the wire is in the
// order of the packets.
type line struct {
	mu       sync.Mutex
	changed  sync.Cond
	waiting  []turn // the first is at its turn
	size     int    // of all that wait
	over     bool   // one has failed: the others are forgotten, their connection ends
	panicked any    // why, if it was that; for the connection's goroutine
}

// A turn is what waits, and what is done then, with the error of waiting: if there is
// one, the connection is to be ended.
type turn struct {
	wait func() error // nil: for nothing but its turn
	do   func(error)
	size int    // bytes that it keeps
	id   uint16 // of the packet; 0: none
}

// mostInLine is how many bytes of one connection wait at most, one turn beside.
const mostInLine = 1 << 20

// inTurn does something once what it waits for is there, and those before it are done.
// With maxUnacknowledged in the line it waits for room [B-683]. The error says that the
// connection has ended. For the connection's goroutine.
func (c *client) inTurn(t turn) error {
	if c.line == nil {
		if t.wait == nil {
			t.do(nil)
			return nil
		}
		c.line = &line{}
		c.line.changed.L = &c.line.mu
	}
	return c.line.join(t, c.conn.Close)
}

// join is inTurn; stop ends the reading after a panic.
func (l *line) join(t turn, stop func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	inUse := func(w turn) bool { return w.id != 0 && w.id == t.id } // not before it is free [B-689]
	for len(l.waiting) >= maxUnacknowledged || l.size > mostInLine || slices.ContainsFunc(l.waiting, inUse) {
		l.changed.Wait()
	}
	switch {
	case l.over:
		return packets.ErrRejectPacket
	case t.wait == nil && len(l.waiting) == 0: // then nobody else has the line
		t.do(nil)
		return nil
	}
	l.size += t.size
	if l.waiting = append(l.waiting, t); len(l.waiting) == 1 {
		go l.run(stop)
	}
	return nil
}

// run ends with the line.
func (l *line) run(stop func() error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) > 0 {
		t := l.waiting[0]
		l.mu.Unlock()
		failed, panicked := t.take()
		l.mu.Lock()
		l.size -= t.size
		l.waiting = slices.Delete(l.waiting, 0, 1) // and lets go of what it kept
		if failed {
			l.over, l.panicked, l.waiting, l.size = true, panicked, nil, 0
		}
		if panicked != nil {
			_ = stop()
		}
		l.changed.Broadcast()
	}
	l.waiting = nil
}

// take waits and does, and says whether that has failed.
func (t turn) take() (failed bool, panicked any) {
	defer func() {
		if panicked = withStack(recover()); panicked != nil {
			failed = true
		}
	}()
	var err error
	if t.wait != nil {
		err = t.wait()
	}
	t.do(err)
	return err != nil, nil
}

// withStack is what has been recovered, for another goroutine to panic with.
func withStack(v any) any {
	if v == nil {
		return nil
	}
	return fmt.Sprintf("%v\n\n%s", v, debug.Stack())
}

// settle returns when nothing waits any more. For the connection's goroutine, and after
// its end.
func (c *client) settle() {
	if c.line == nil {
		return
	}
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	for len(c.line.waiting) > 0 {
		c.line.changed.Wait()
	}
}

// panicAgain ends the connection as a panic of its own goroutine does, if there was one
// while something was done for it [M-1].
func (c *client) panicAgain() {
	if c.settle(); c.line != nil && c.line.panicked != nil {
		panic(c.line.panicked)
	}
}
