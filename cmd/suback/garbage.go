package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

// How much garbage there may be
//
//   - Go's way is as much as lives. Where little lives and much is done that is often, and
//     what comes while it is collected is late: with 5,000 updates of shadows per second
//     three times per second, for 10 ms and more
//   - so when it has come often for a while there may be more: up to a heap that counts for
//     little on any machine, and not too many times what lives, which may be much a moment
//     later. A crowd that connects is over by then: what stays of it would be spread over
//     all of that heap
//   - where nothing is done nothing of that is taken, and what was goes back to the machine
//     some seconds later
const (
	often     = time.Second // between two collections
	lasting   = 2 * time.Second
	seldom    = 5 * time.Second // more than often becomes by what may be more
	roomyHeap = 32 << 20        // bytes
	mostRoom  = 400             // percent of what lives, where Go's way is 100
)

// A collector sees each collection, and says when the next one is.
type collector struct {
	last    time.Time
	busy    time.Duration // for how long collections have come often
	percent int
	quiet   *time.Timer // gives the memory back once there is no collection any more
}

// easeCollections has garbage collected less often while it is often.
func easeCollections() { new(collector).start() }

func (c *collector) start() {
	c.last, c.percent, c.quiet = time.Now(), 100, time.AfterFunc(seldom, debug.FreeOSMemory)
	c.quiet.Stop()
	runtime.SetFinalizer(c, (*collector).collected)
}

// collected is called after a collection, as c's finalizer: c is found again by the next one.
func (c *collector) collected() {
	defer runtime.SetFinalizer(c, (*collector).collected)
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(live)
	since := time.Since(c.last)
	c.last = c.last.Add(since)
	if percent := c.next(since, live[0].Value.Uint64()); percent != c.percent {
		c.percent = percent
		debug.SetGCPercent(percent) // halts the program for a moment
	}
	if c.percent > 100 {
		c.quiet.Reset(seldom)
	}
}

// next is how many percent of what lives may be garbage, after a collection that came so long
// after the one before.
func (c *collector) next(since time.Duration, live uint64) int {
	switch {
	case since >= seldom, live == 0, live >= roomyHeap/2:
		c.busy = 0
	case since < often:
		c.busy += since
	}
	if c.busy < lasting {
		return 100
	}
	return int(min((roomyHeap-live)*100/live, mostRoom))
}

// freeSoon returns a function that has all that is free given back to the machine, and does not wait
// for it: while much is done that takes seconds.
func freeSoon() func() {
	var busy sync.Mutex
	return func() {
		if busy.TryLock() {
			go func() {
				defer busy.Unlock()
				debug.FreeOSMemory()
			}()
		}
	}
}
