package session

import "time"

// The pace of a replay
//
//   - what waited while the client was offline, unacknowledged messages included,
//     is sent at Options.ReplayPerSecond from its return on [B-705]
//   - what comes meanwhile waits behind it, in order, and then follows as fast as
//     it is acknowledged; QoS 0 does not wait
//   - what waited in a shared group while no member was online is sent to each at
//     twice that rate [B-669]; it does not wait for the member's own queue
//   - what is not sent, being expired or refused, takes no time
//   - Advance sends what would have been sent in that time, as far as the client
//     acknowledges it

// A pace lets one message through per interval, the first at once.
type pace struct {
	interval time.Duration
	next     time.Time
	credit   int // how many Advance lets through beside
}

// wait returns how long the next message has to wait, 0 or less for not at all.
func (p *pace) wait() time.Duration {
	if p.credit > 0 {
		return 0
	}
	return time.Until(p.next)
}

// spend notes that a message has gone. A late one does not make the others late.
func (p *pace) spend() {
	now := time.Now()
	switch {
	case p.credit > 0:
		p.credit--
	case now.Sub(p.next) < p.interval:
		p.next = p.next.Add(p.interval)
	default:
		p.next = now.Add(p.interval)
	}
}

// advance lets through what goes in d.
func (p *pace) advance(d time.Duration) {
	if p.next = p.next.Add(-d); time.Until(p.next) <= 0 {
		n := 1 + int(time.Since(p.next)/p.interval)
		p.credit += n
		p.next = p.next.Add(time.Duration(n) * p.interval)
	}
}

// startReplay gives what waits its pace. The caller holds s.mu.
func (s *Session) startReplay() {
	interval := s.all.interval
	if interval == 0 {
		return
	}
	now := time.Now()
	s.own, s.shared = pace{interval: interval, next: now}, pace{interval: interval / 2, next: now}
	for i := range s.queue {
		s.queue[i].paced = true
	}
}

// may reports whether a message may go out now. If its pace forbids it, drain is
// called again when it may.
func (s *Session) may(p *pace, o outbound) bool {
	if !o.paced || p.interval == 0 {
		return true
	}
	wait := p.wait()
	if wait > 0 {
		s.resume(wait)
	}
	return wait <= 0
}

// ready reports whether the rate of the connection allows one more message. If
// not, drain is called again when it does. The caller holds s.mu.
func (s *Session) ready() bool {
	if s.link.Wait == nil {
		return true
	}
	wait := s.link.Wait()
	if wait > 0 {
		s.resume(wait)
	}
	return wait <= 0
}

// resume calls drain after so long, or earlier. The caller holds s.mu.
func (s *Session) resume(wait time.Duration) {
	now := time.Now()
	at := now.Add(wait)
	switch {
	case s.resumes == nil:
		s.resumes = time.AfterFunc(wait, s.pull)
	case !s.resumesAt.After(now), at.Before(s.resumesAt):
		s.resumes.Reset(wait)
	default:
		return
	}
	s.resumesAt = at
}

// advanceReplay sends what goes in d. The caller holds s.mu.
func (s *Session) advanceReplay(d time.Duration) {
	if s.all.interval == 0 {
		return
	}
	s.own.advance(d)
	s.shared.advance(d)
	s.drain()
	if len(s.queue) == 0 {
		s.own.credit = 0
	}
	if !s.groupsWait() {
		s.shared.credit = 0
	}
}

func (s *Session) groupsWait() bool {
	for _, g := range s.groups {
		if g.waiting() {
			return true
		}
	}
	return false
}
