package transport

import (
	"os"
	"runtime"
	"sync"
	"time"
)

// Whose turn it is
//
//   - to be let in takes work: a handshake, a CONNECT, its policies, a refusal. When a
//     thousand want to at once, a client that is connected already would wait for all of
//     them, since goroutines run in the order in which they can
//   - so while few are being let in nobody waits; when they become a crowd, as many have a
//     turn as there are CPUs, and the next one begins after the network has been looked at:
//     whoever is connected and has sent something comes before it
//   - who waits for somebody else, its client or a function, has no turn meanwhile, and is
//     the first to have one afterwards
//   - a turn that does not end is no reason to wait for ever: every 10 ms another begins

const (
	fewTurns = 4 // for each CPU, which begin at once

	// longTurn is after what another begins, and for how long nobody has waited when a
	// crowd is over.
	longTurn = 10 * time.Millisecond
)

// turns are those of a Room.
type turns struct {
	most int // of a crowd at once

	mu      sync.Mutex
	working int      // how many have a turn
	bell    *os.File // to be rung when one is over; nil unless there is a crowd
	rung    bool     // and not heard yet
	begun   line     // who had a turn before
	fresh   line
}

// A line is who waits for a turn, in order: until the channel is closed.
type line []chan struct{}

func newTurns() *turns { return &turns{most: runtime.GOMAXPROCS(0)} }

// take waits for a turn, in one of the lines of t; leave must follow.
func (t *turns) take(in *line) {
	t.mu.Lock()
	if t.bell == nil && (t.working < fewTurns*t.most || !t.gather()) {
		t.working++
		t.mu.Unlock()
		return
	}
	turn := make(chan struct{})
	*in = append(*in, turn)
	t.ring()
	t.mu.Unlock()
	<-turn
}

// leave ends a turn.
func (t *turns) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.working--
	t.ring()
}

// pass waits until it is somebody's turn who comes now.
func (t *turns) pass() {
	t.take(&t.fresh)
	t.leave()
}

// ring has the usher look who is next. t.mu is held.
func (t *turns) ring() {
	if t.bell != nil && !t.rung && t.working < t.most && len(t.begun)+len(t.fresh) > 0 {
		t.rung = true
		_, _ = t.bell.Write([]byte{1}) // one at most is in the pipe, so this does not wait
	}
}

// gather begins a crowd, unless the system has no pipe for it. t.mu is held.
func (t *turns) gather() bool {
	ear, bell, err := os.Pipe()
	if err != nil {
		return false
	}
	if ear.SetReadDeadline(time.Time{}) != nil { // a pipe that the network is not looked at for
		_, _ = ear.Close(), bell.Close()
		return false
	}
	t.bell, t.rung = bell, false
	go t.usher(ear)
	return true
}

// usher says whose turn it is, until nobody wants one. That a turn is over reaches it by way
// of a pipe, which is looked at together with the network, and when all else has run.
func (t *turns) usher(ear *os.File) {
	defer ear.Close()
	for more := true; more; {
		var heard [1]byte
		_ = ear.SetReadDeadline(time.Now().Add(longTurn))
		_, err := ear.Read(heard[:])
		more = t.next(err != nil)
	}
}

// next begins turns, one more than there may be if the last are late. It returns false if
// the crowd is over.
func (t *turns) next(late bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rung = false
	for ; late || t.working < t.most; late = false {
		from := &t.begun
		if len(*from) == 0 {
			from = &t.fresh
		}
		if len(*from) == 0 {
			break
		}
		close((*from)[0])
		*from = (*from)[1:]
		t.working++
	}
	if late { // and nobody waits
		_ = t.bell.Close()
		t.bell = nil
	}
	return !late
}

// A share is what a connection has of the turns, until it is let in.
type share int32

const (
	noTurn    share = iota // yet
	itsTurn                // it is at work
	waitsFor               // its client, or a function: it has had one
	needsNone              // any more
)

// takeTurn waits for a turn, unless p has one or needs none any more.
func (p *place) takeTurn() {
	t, was := p.room.turns, share(p.share.Load())
	switch was {
	case noTurn:
		t.take(&t.fresh)
	case waitsFor:
		t.take(&t.begun)
	default:
		return
	}
	if !p.share.CompareAndSwap(int32(was), int32(itsTurn)) { // it has ended
		t.leave()
	}
}

// leaveTurn reports whether there was one.
func (p *place) leaveTurn() bool {
	if p.share.Load() != int32(itsTurn) || !p.share.CompareAndSwap(int32(itsTurn), int32(waitsFor)) {
		return false
	}
	p.room.turns.leave()
	return true
}

// Admitted tells that most of the work that a connection makes before it is established has
// been done: who waits to be let in may have its turn.
func (c *Conn) Admitted() {
	if c.place.share.Swap(int32(needsNone)) == int32(itsTurn) {
		c.place.room.turns.leave()
	}
}

// Meanwhile does something that waits for others, while whoever waits to be let in may have
// the connection's turn.
func (c *Conn) Meanwhile(do func()) {
	had := c.place.leaveTurn()
	do()
	if had {
		c.place.takeTurn()
	}
}
