package spool

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// maxCauses is how many causes are told apart at once; all others are one.
const maxCauses = 1000

// A Cause is what records have in common that are like each other, in words.
type Cause [3]string

// others is the cause of what comes once there are maxCauses.
var others = Cause{"other causes"}

func (c Cause) String() string {
	words := slices.DeleteFunc(c[:], func(word string) bool { return word == "" })
	return strings.Join(words, " ")
}

// An Excess is how many records of one cause were not let through.
type Excess struct {
	Cause Cause
	Count uint64
	Last  string        // whom the last of them was about
	In    time.Duration // since the second began, at least one
}

// A Limiter lets only so much of one cause through. Methods are safe for
// concurrent use.
type Limiter struct {
	rate, burst int
	tell        func(Excess)

	mu     sync.Mutex
	shares map[Cause]*share
	start  time.Time   // of the present second
	timer  *time.Timer // for its end, nil if there is nothing to tell
	total  uint64
	closed bool
}

// A share is what is left to a cause.
type share struct {
	left   int
	missed uint64 // in the present second
	last   string
}

// NewLimiter returns a limiter that lets rate records of a cause through in each
// second, and burst, which is rate or more, of one that has been quiet. tell hears
// of the others, once per second and cause; it must not call the limiter.
func NewLimiter(rate, burst int, tell func(Excess)) *Limiter {
	return &Limiter{rate: rate, burst: burst, tell: tell, shares: make(map[Cause]*share)}
}

// Admit reports whether a record may be written; last is whom it is about. Of what
// may not it remembers the number.
func (l *Limiter) Admit(c Cause, last string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.shareOf(c)
	if s.left > 0 && !l.closed {
		s.left--
		return true
	}
	l.miss(s, last)
	return false
}

// Miss counts a record that is not to be written, as one that may not.
func (l *Limiter) Miss(c Cause, last string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.miss(l.shareOf(c), last)
}

// miss has the end of the second tell of a record. The caller holds l.mu.
func (l *Limiter) miss(s *share, last string) {
	s.missed++
	s.last = last
	l.total++
	if l.timer == nil && !l.closed {
		l.timer = time.AfterFunc(time.Until(l.start.Add(time.Second)), l.tick)
	}
}

// shareOf returns the share of a cause in the present second. The caller holds
// l.mu.
func (l *Limiter) shareOf(c Cause) *share {
	if now := time.Now(); now.Sub(l.start) >= time.Second {
		l.turn(now)
	}
	s := l.shares[c]
	if s == nil && len(l.shares) >= maxCauses {
		c = others
		s = l.shares[c]
	}
	if s == nil {
		s = &share{left: l.burst}
		l.shares[c] = s
	}
	return s
}

// tick is the end of a second in which something was not let through.
func (l *Limiter) tick() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := time.Now(); now.Sub(l.start) >= time.Second { // else somebody was quicker
		l.turn(now)
	}
}

// turn tells what the second that has ended left out, and begins another. The
// caller holds l.mu.
func (l *Limiter) turn(now time.Time) {
	l.report(now)
	more := l.burst
	if seconds := now.Sub(l.start) / time.Second; seconds < time.Duration(l.burst) {
		more = min(int(seconds)*l.rate, l.burst)
	}
	for c, s := range l.shares {
		if s.left += more; s.left >= l.burst {
			delete(l.shares, c)
		}
	}
	l.start = now
}

// report tells what is untold, in the order of the causes. The caller holds l.mu.
func (l *Limiter) report(now time.Time) {
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
	var all []Excess
	for c, s := range l.shares {
		if s.missed > 0 {
			all = append(all, Excess{c, s.missed, s.last, now.Sub(l.start)})
			s.missed = 0
		}
	}
	slices.SortFunc(all, func(a, b Excess) int { return slices.Compare(a.Cause[:], b.Cause[:]) })
	for _, x := range all {
		l.tell(x)
	}
}

// Close tells what is untold. What comes afterwards is not let through.
func (l *Limiter) Close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.report(time.Now())
	l.closed = true
}

// Excess returns how many records were not let through.
func (l *Limiter) Excess() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total
}
