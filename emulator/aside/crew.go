package aside

import (
	"context"
	"sync/atomic"
)

// mostIdle is how many goroutines of a crew wait for work at most. The garbage collector
// shrinks what they have of a stack while they do.
const mostIdle = 1

// A Crew does things on goroutines of its own. Make one with [New]; its methods are safe
// for concurrent use.
type Crew struct {
	ctx  context.Context
	work chan func()
	idle atomic.Int32 // how many wait, or are about to
}

// New returns a crew whose goroutines end when they have nothing to do, and ctx is over.
func New(ctx context.Context) *Crew { return &Crew{ctx: ctx, work: make(chan func())} }

// Go does something on another goroutine, and does not wait for it; also when the context
// is over.
func (c *Crew) Go(do func()) {
	select {
	case c.work <- do:
	default:
		go c.run(do)
	}
}

func (c *Crew) run(do func()) {
	for do != nil {
		do()
		do = c.next()
	}
}

// next waits for what is to be done next; nil if there are others enough who wait.
func (c *Crew) next() (do func()) {
	defer c.idle.Add(-1)
	if c.idle.Add(1) > mostIdle {
		return nil
	}
	select {
	case do = <-c.work:
		return do
	case <-c.ctx.Done():
		return nil
	}
}
