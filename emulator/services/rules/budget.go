package rules

import (
	"context"
	"sync"
)

// A budget is a number of bytes that some share, who wait for one another.
type budget struct {
	mu    sync.Mutex
	left  int
	freed chan struct{} // closed when some are given back; nil: nobody waits
}

// take takes n bytes, once there are as many; not more than all ever are. The error is that of ctx.
func (b *budget) take(ctx context.Context, n int) error {
	for {
		freed, ok := b.try(n)
		if ok {
			return nil
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// try takes n bytes, or returns what is closed when it may be tried again.
func (b *budget) try(n int) (freed chan struct{}, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n <= b.left {
		b.left -= n
		return nil, true
	}
	if b.freed == nil {
		b.freed = make(chan struct{})
	}
	return b.freed, false
}

// give gives n bytes back.
func (b *budget) give(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left += n
	if b.freed != nil {
		close(b.freed)
		b.freed = nil
	}
}
