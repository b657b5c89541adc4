package spool

import (
	"sync"
	"time"
)

// A Queue writes what it is given in the order in which it comes, one at a time.
// Methods are safe for concurrent use.
type Queue struct {
	room int
	lost func(n uint64, since time.Time)

	mu      sync.Mutex
	items   []item
	held    int           // bytes, with those being written
	writing bool          // the goroutine is there
	idle    chan struct{} // closed when it has ended, nil if nobody waits for that
	closed  bool
	dropped uint64
	untold  uint64 // of dropped
	since   time.Time
}

type item struct {
	size  int
	write func()
}

// New returns a queue that holds at most room bytes, or a single item of any
// size. lost, unless it is nil, is called once what came before has been written,
// and may write itself: how many items were dropped since when.
func New(room int, lost func(n uint64, since time.Time)) *Queue {
	return &Queue{room: room, lost: lost}
}

// Put has write called, once, for what takes size bytes, and returns at once.
// Without room, and after Close, the item is dropped; so is what comes before it
// has been told that something was, or the order would tell a lie.
func (q *Queue) Put(size int, write func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		q.dropped++
		return
	}
	if q.untold > 0 || q.held > 0 && q.held+size > q.room {
		if q.untold == 0 {
			q.since = time.Now()
		}
		q.untold++
		q.dropped++
		return
	}
	q.items = append(q.items, item{size, write})
	q.held += size
	if !q.writing {
		q.writing = true
		go q.run()
	}
}

// run writes until there is nothing left.
func (q *Queue) run() {
	for size, write := q.next(0); write != nil; size, write = q.next(size) {
		write()
	}
}

// next is what is to be written after an item of size bytes has been, or nil.
func (q *Queue) next(size int) (int, func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.held -= size
	if len(q.items) > 0 {
		first := q.items[0]
		q.items[0] = item{}
		q.items = q.items[1:]
		return first.size, first.write
	}
	if n, since := q.untold, q.since; n > 0 && q.lost != nil {
		q.untold = 0
		return 0, func() { q.lost(n, since) }
	}
	q.untold = 0
	q.items, q.writing = nil, false
	if q.idle != nil {
		close(q.idle)
		q.idle = nil
	}
	return 0, nil
}

// Flush waits until all is written, at most for d, and reports whether it is.
func (q *Queue) Flush(d time.Duration) bool {
	q.mu.Lock()
	if !q.writing {
		q.mu.Unlock()
		return true
	}
	if q.idle == nil {
		q.idle = make(chan struct{})
	}
	idle := q.idle
	q.mu.Unlock()
	timeout := time.NewTimer(d)
	defer timeout.Stop()
	select {
	case <-idle:
		return true
	case <-timeout.C:
		return false
	}
}

// Close takes no more, waits until all is written, at most for d, and gives up
// what is left then. The goroutine ends when the write that it is in returns.
func (q *Queue) Close(d time.Duration) {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	if q.Flush(d) {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.dropped += uint64(len(q.items))
	q.items, q.untold = nil, 0
}

// Dropped returns how many items have been dropped.
func (q *Queue) Dropped() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.dropped
}
