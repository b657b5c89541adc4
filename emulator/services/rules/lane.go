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
	kept    bool // it is not done with when its turn is over, see release
}

func (i *item) bytes() int { return itemBytes + len(i.message.Topic) + len(i.message.Payload) }

// lanes are those of all rules.
type lanes struct {
	serve   func(*rule, *item)
	running sync.WaitGroup

	mu      sync.Mutex
	waiting map[*rule][]item
	bytes   int
	of      map[*rule]int // bytes, by lane
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
	if len(waiting) >= mostInLane || !l.hasRoom(r, i.bytes()) {
		return false
	}
	l.waiting[r] = append(waiting, i)
	l.take(r, i.bytes())
	if !runs {
		l.running.Go(func() { l.run(r) })
	}
	return true
}

// hasRoom leaves a lane half of what the others leave, so that some that are stuck always leave
// room to one that is not; and a lane with nothing in it what it needs.
func (l *lanes) hasRoom(r *rule, bytes int) bool {
	own := l.of[r]
	return own == 0 && l.bytes+bytes <= 2*mostWaiting || own+bytes <= (mostWaiting-l.bytes+own)/2
}

// grow has a lane count more bytes of a message that has left what waits. It reports whether all
// lanes have room for them: to leave half to others is for whoever enters.
func (l *lanes) grow(r *rule, bytes int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bytes+bytes > 2*mostWaiting {
		return false
	}
	l.take(r, bytes)
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
	if i.message != nil && !i.kept {
		l.take(r, -i.bytes())
	}
	*i = item{}
	waiting := l.waiting[r]
	if len(waiting) == 0 {
		delete(l.waiting, r)
		return false
	}
	*i, waiting[0] = waiting[0], item{}
	l.waiting[r] = waiting[1:]
	return true
}

// release takes out what was kept of a lane beyond a turn.
func (l *lanes) release(r *rule, bytes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.take(r, -bytes)
}

// take counts bytes of a lane.
func (l *lanes) take(r *rule, bytes int) {
	l.bytes += bytes
	if l.of[r] += bytes; l.of[r] == 0 {
		delete(l.of, r)
	}
}

// forget drops what waits, and returns how much that was.
func (l *lanes) forget() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for r, waiting := range l.waiting {
		for i := range waiting {
			l.take(r, -waiting[i].bytes())
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
