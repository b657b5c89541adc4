package transport

import (
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Whose turn it is
//
//   - to be let in takes work: a handshake, a CONNECT, its policies, a refusal. When a
//     thousand want to at once, a client that is connected already would wait for all of
//     them, since goroutines run in the order in which they can
//   - so while few are being let in nobody waits; when they become a crowd, as many have a
//     turn as there are CPUs, and when those of a tenth of a millisecond are over the next one
//     begins after the network has been looked at: whoever is connected and has sent
//     something comes before it
//   - with somebody connected who sends, and would feel it, one turn makes a crowd, and the network
//     is looked at before each. Ten that knock at the same moment are dealt with one after the
//     other, each as soon as it has begun, and would be one long turn
//   - who waits for somebody else, its client or a function, has no turn meanwhile, and is
//     the first to have one afterwards
//   - a turn that does not end is no reason to wait for ever: every 10 ms another begins

const (
	fewTurns = 4 // for each CPU, which begin at once

	// lookTime is for how long turns begin without another look at the network, while nobody feels it.
	lookTime = 100 * time.Microsecond

	// longTurn is after what another begins.
	longTurn = 10 * time.Millisecond

	// lastTurn is for how long nobody has wanted a turn when a crowd is over.
	lastTurn = 100 * time.Millisecond

	// heardTime is for how long somebody counts who has sent something.
	heardTime = time.Second
)

// turns are those of a Room.
type turns struct {
	most  int           // of a crowd at once
	heard atomic.Uint32 // how often something came of those who have been here for a while

	mu      sync.Mutex
	working int       // how many have a turn
	latest  time.Time // when somebody wanted a turn, or ended one
	looked  time.Time // when the network was last looked at, as far as is known
	since   int       // how many turns have begun since
	counted uint32    // of heard, and when that was another
	sending time.Time
	bell    *os.File // to be rung when one is over; nil unless there is a crowd
	rung    bool     // and not heard yet
	begun   line     // who had a turn before
	fresh   line
}

// A line is who waits for a turn, in order: until the channel is closed.
type line []chan struct{}

func newTurns() *turns { return &turns{most: runtime.GOMAXPROCS(0)} }

// stepBehind lets those run first whom the same look at the network has woken: who comes or goes is behind
// who is connected.
func stepBehind() { runtime.Gosched() }

// take waits for a turn, in one of the lines of t; leave must follow.
func (t *turns) take(in *line) {
	t.mu.Lock()
	if t.mayBegin(time.Now()) {
		t.working++
		t.since++
		t.mu.Unlock()
		return
	}
	turn := make(chan struct{})
	*in = append(*in, turn)
	t.ring()
	t.mu.Unlock()
	<-turn
}

// mayBegin reports whether a turn may begin at once; else there is a crowd. t.mu is held.
func (t *turns) mayBegin(now time.Time) bool {
	if t.working == 0 && now.Sub(t.latest) >= lookTime { // and meanwhile it was looked at
		t.looked, t.since = now, 0
	}
	t.latest = now
	soon := t.sees(now)
	if t.bell != nil {
		return soon && t.working < t.most && len(t.begun)+len(t.fresh) == 0
	}
	return t.working < fewTurns*t.most && (soon || !t.isFelt(now)) || !t.gather()
}

// sees reports whether a turn may begin without another look at the network. t.mu is held.
func (t *turns) sees(now time.Time) bool {
	return now.Sub(t.looked) < lookTime && (t.since < t.most || !t.isFelt(now))
}

// isFelt reports whether somebody is connected who sends. t.mu is held.
func (t *turns) isFelt(now time.Time) bool {
	if n := t.heard.Load(); n != t.counted {
		t.counted, t.sending = n, now
	}
	return now.Sub(t.sending) < heardTime
}

// leave ends a turn.
func (t *turns) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.working--
	t.latest = time.Now()
	if t.working < t.most && t.sees(t.latest) {
		t.begin()
	}
	t.ring()
}

// begin begins the turn of who is next, if anybody waits. t.mu is held.
func (t *turns) begin() bool {
	from := &t.begun
	if len(*from) == 0 {
		from = &t.fresh
	}
	if len(*from) == 0 {
		return false
	}
	close((*from)[0])
	*from = (*from)[1:]
	t.working++
	t.since++
	return true
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
		stepBehind()
		more = t.next(err != nil)
	}
}

// next begins turns, one more than there may be if the last are late. It returns false if
// the crowd is over.
func (t *turns) next(late bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rung, t.looked, t.since = false, time.Now(), 0
	again := late || t.working < t.most
	for again && t.begin() {
		late, again = false, t.working < t.most
	}
	if late && len(t.begun)+len(t.fresh) == 0 && t.looked.Sub(t.latest) >= lastTurn {
		_ = t.bell.Close()
		t.bell = nil
	}
	return t.bell != nil
}
