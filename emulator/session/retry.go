package session

import (
	"slices"
	"time"
)

// The end of retries
//
//   - a message that a connected client does not acknowledge is given up after an
//     hour, by MQTT 5 after 16 minutes [B-685]
//   - while the client is offline the message is a stored one; the time starts
//     again when it is sent again [B-705; B-685 guess]
//
// A clock is not read for each message: they age in ticks, of which the first is
// as long as it happens to be. So the last one may be missing.

const (
	retryTicks = 60
	retryTime4 = time.Hour
	retryTime5 = 16 * time.Minute
)

// tick is the sixtieth part of the time that retries last.
func (s *Session) tick() time.Duration {
	if s.version == 5 {
		return retryTime5 / retryTicks
	}
	return retryTime4 / retryTicks
}

// startTicking lets unacknowledged messages age. The caller holds s.mu.
func (s *Session) startTicking() {
	if s.ticking {
		return
	}
	s.ticking = true
	s.tickAt = time.Now().Add(s.tick())
	if s.ticks != nil {
		s.ticks.Reset(s.tick())
		return
	}
	s.ticks = time.AfterFunc(s.tick(), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.age()
	})
}

// age makes unacknowledged messages as old as they are and gives up those that
// are too old. The caller holds s.mu.
func (s *Session) age() {
	if !s.ticking {
		return
	}
	ticks := 0
	for ; !s.tickAt.After(time.Now()) && ticks < retryTicks; ticks++ {
		s.tickAt = s.tickAt.Add(s.tick())
	}
	for i := range s.inflight {
		s.inflight[i].age += uint8(ticks)
	}
	s.inflight = slices.DeleteFunc(s.inflight, func(o outbound) bool {
		if o.age >= retryTicks {
			o.confirm(false)
			s.discard(o)
			s.lost(o.message, GivenUp)
			return true
		}
		return false
	})
	s.drain()
	if s.ticking = len(s.inflight) > 0; s.ticking {
		if late := time.Now(); !s.tickAt.After(late) { // Advance by more than all of it
			s.tickAt = late.Add(s.tick())
		}
		s.ticks.Reset(time.Until(s.tickAt))
	}
}

// advanceRetries makes unacknowledged messages older by d.
func (s *Session) advanceRetries(d time.Duration) {
	s.tickAt = s.tickAt.Add(-d)
	s.age()
}
