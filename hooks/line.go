package hooks

import "sync"

// A line is what one connection's publishes wait for until they are acknowledged, in
// their order. Its reader goes on meanwhile, so that many of them are written together;
// it does so with nothing but accepted publishes, so that what is on the wire is in the
// order of the packets.
type line struct {
	mu      sync.Mutex
	changed sync.Cond
	waiting []turn // the first is at its turn
}

// A turn is what waits, and what is done then, with the error of waiting.
type turn struct {
	wait func() error // nil: for nothing but its turn
	do   func(error)
}

// inTurn does something once what it waits for is there, and those before it are done.
// With maxUnacknowledged in the line it waits for room [B-683]. For the connection's
// goroutine.
func (c *client) inTurn(t turn) {
	if c.line == nil {
		if t.wait == nil {
			t.do(nil)
			return
		}
		c.line = &line{}
		c.line.changed.L = &c.line.mu
	}
	c.line.join(t)
}

func (l *line) join(t turn) {
	l.mu.Lock()
	if t.wait == nil && len(l.waiting) == 0 {
		l.mu.Unlock()
		t.do(nil)
		return
	}
	defer l.mu.Unlock()
	for len(l.waiting) >= maxUnacknowledged {
		l.changed.Wait()
	}
	if l.waiting = append(l.waiting, t); len(l.waiting) == 1 {
		go l.run()
	}
}

// run ends with the line.
func (l *line) run() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) > 0 {
		t := l.waiting[0]
		l.mu.Unlock()
		var err error
		if t.wait != nil {
			err = t.wait()
		}
		t.do(err)
		l.mu.Lock()
		l.waiting = l.waiting[1:]
		l.changed.Broadcast()
	}
	l.waiting = nil
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
