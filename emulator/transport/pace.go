package transport

import "time"

// A pace makes bytes late, so that no more than so many per second go through
// [B-682]. A second's worth may come at once.
type pace struct{ free time.Time } // when all that went through has had its time

// wait returns how late the next byte is after n have gone through.
func (p *pace) wait(n, perSecond int, now time.Time) time.Duration {
	if perSecond == 0 {
		return 0
	}
	if early := now.Add(-time.Second); p.free.Before(early) {
		p.free = early
	}
	p.free = p.free.Add(time.Duration(n) * time.Second / time.Duration(perSecond))
	return p.free.Sub(now)
}

// slowDown waits until the next byte may go through after n. It returns at the
// end of the connection, but no sooner than in the time that n take.
func (c *Conn) slowDown(p *pace, n int) {
	if d := p.wait(n, c.listener.o.BytesPerSecond, time.Now()); d > 0 && !c.over() {
		time.Sleep(d)
	}
}

func (c *Conn) over() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}
