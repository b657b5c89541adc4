package shadow

import (
	"maps"
	"sync"
	"time"
)

// MostPerSecond is how many requests there may be for one shadow within a second [S-77].
const MostPerSecond = 20

// A throttle counts the requests for each shadow, in the second that began with the first
// of it.
type throttle struct {
	most int // 0: any number

	mu     sync.Mutex
	counts map[ID]second
}

type second struct {
	since time.Time
	n     int
}

// take reports whether there may be one more for a shadow.
func (t *throttle) take(id ID, now time.Time) bool {
	if t.most == 0 {
		return true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	c, known := t.counts[id]
	over := func(_ ID, c second) bool { return now.Sub(c.since) >= time.Second }
	switch {
	case known && !over(id, c) && c.n >= t.most:
		return false
	case known && !over(id, c):
		c.n++
	default:
		if n := len(t.counts); n&(n+1) == 0 { // now and then, the more seldom the more there are
			maps.DeleteFunc(t.counts, over)
		}
		c = second{now, 1}
	}
	t.counts[id] = c
	return true
}
