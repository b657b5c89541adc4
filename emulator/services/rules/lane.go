package rules

import (
	"sync"

	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/hooks"
)

// Lanes of rules
//
//   - each rule has one: it sees messages in their order, and one that waits for a
//     neighbour holds up neither a publisher nor another rule
//   - what waits has bounds: a message that finds no room is not seen by that rule, which
//     is told and logged as AWS does, RuleMessageThrottled
//   - a lane has a goroutine while something is in it

// What may wait in one lane, and in all of an account.
const (
	mostInLane  = 10_000
	mostWaiting = 64 << 20 // bytes of topics and payloads
	itemBytes   = 512      // what one takes beside them
)

// An item is a message that a rule is to see.
type item struct {
	message *session.Message
	from    hooks.Origin
}

func (i *item) bytes() int { return itemBytes + len(i.message.Topic) + len(i.message.Payload) }

// lanes are those of all rules.
type lanes struct {
	serve   func(*rule, *item)
	running sync.WaitGroup

	mu      sync.Mutex
	waiting map[*rule][]item
	bytes   int
	closed  bool
}

// enter has a rule see a message. It reports whether there was room; at the end there is
// nobody left to be told that there was none.
func (l *lanes) enter(r *rule, i item) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting, runs := l.waiting[r]
	if l.closed {
		return true
	}
	if len(waiting) >= mostInLane || l.bytes+i.bytes() > mostWaiting {
		return false
	}
	l.waiting[r] = append(waiting, i)
	l.bytes += i.bytes()
	if !runs {
		l.running.Go(func() { l.run(r) })
	}
	return true
}

// run serves a lane until nothing is in it.
func (l *lanes) run(r *rule) {
	var i item
	for l.next(r, &i) {
		l.serve(r, &i)
	}
}

// next takes the first item out of a lane, once the one before, which i has, is done. It
// ends the lane if there is none.
func (l *lanes) next(r *rule, i *item) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i.message != nil {
		l.bytes -= i.bytes()
		*i = item{}
	}
	waiting := l.waiting[r]
	if len(waiting) == 0 {
		delete(l.waiting, r)
		return false
	}
	*i, waiting[0] = waiting[0], item{}
	l.waiting[r] = waiting[1:]
	return true
}

// forget drops what waits, and returns how much that was.
func (l *lanes) forget() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for r, waiting := range l.waiting {
		for i := range waiting {
			l.bytes -= waiting[i].bytes()
		}
		n += len(waiting)
		l.waiting[r] = nil
	}
	return n
}

// close lets nobody in any more, and waits for what is inside.
func (l *lanes) close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.running.Wait()
}
