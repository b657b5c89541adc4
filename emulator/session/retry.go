package session

import (
	"slices"
	"time"
)

// Sent again, and given up
//
//   - a message that a connected client does not acknowledge is sent again every 30
//     seconds, under its identifier, DUP not set, until it is acknowledged [B-685]
//   - it is judged each time, as any delivery [B-216]; while the connection is over its
//     rate it is not sent again
//   - it is given up after an hour, by MQTT 5 after 16 minutes [B-685]
//   - while the client is offline the message is a stored one; the time starts
//     again when it is sent again [B-705; B-685 guess]
//   - Advance sends it again once, however far it moves, and a moment later: an
//     acknowledgement may be on its way
//
// There is one timer for all that a session has unacknowledged, and none while that
// is nothing.

const (
	retryEvery = 30 * time.Second
	retryDelay = 200 * time.Millisecond // of what Advance makes due
	retryTime4 = time.Hour
	retryTime5 = 16 * time.Minute
)

// retryTime is how long a message may be unacknowledged.
func (s *Session) retryTime() time.Duration {
	if s.version == 5 {
		return retryTime5
	}
	return retryTime4
}

// A stamp is when a message was sent, in tenths of a second of a session's retries:
// a queue may be long, so its messages are small.
type stamp uint32

const stampUnit = time.Second / 10

// watchFor notes that a message was sent and waits for its acknowledgement. The
// caller holds s.mu.
func (s *Session) watchFor(o outbound) {
	if !s.retries.on {
		s.startRetries()
	}
	o.sent = stamp(time.Since(s.retries.since) / stampUnit)
	s.inflight = append(s.inflight, o)
}

// retries are the times of what a session has unacknowledged.
type retries struct {
	on    bool
	since time.Time     // stamps count from here
	seen  time.Duration // after since: who was due until then has had its turn
	timer *time.Timer
}

func (s *Session) startRetries() {
	s.retries.on, s.retries.since, s.retries.seen = true, time.Now(), 0
	if s.retries.timer != nil {
		s.retries.timer.Reset(retryEvery)
		return
	}
	s.retries.timer = time.AfterFunc(retryEvery, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.retry()
	})
}

// retry sends again what is due and gives up what is too old. The caller holds s.mu.
func (s *Session) retry() {
	if !s.retries.on {
		return
	}
	s.giveUp()
	now, seen := time.Since(s.retries.since), s.retries.seen
	s.retries.seen = now
	s.inflight = slices.DeleteFunc(s.inflight, func(o outbound) bool {
		sent := o.sentAfter()
		due := (now-sent)/retryEvery > max(0, seen-sent)/retryEvery
		return due && !s.sendAgain(o)
	})
	s.retries.on = len(s.inflight) > 0
	s.drain()
	if wait, any := s.nextRetry(); any {
		s.retries.timer.Reset(wait)
	}
}

// giveUp forgets what is too old.
func (s *Session) giveUp() {
	now := time.Since(s.retries.since)
	s.inflight = slices.DeleteFunc(s.inflight, func(o outbound) bool {
		old := now-o.sentAfter() >= s.retryTime()
		if old {
			o.confirm(false)
			s.discard(o)
			if o.message != nil {
				s.lost(o, GivenUp)
			}
		}
		return old
	})
}

// sentAfter is when o was sent, after retries.since.
func (o *outbound) sentAfter() time.Duration { return time.Duration(o.sent) * stampUnit }

// nextRetry returns how long it takes until a message is due.
func (s *Session) nextRetry() (wait time.Duration, any bool) {
	now := time.Since(s.retries.since)
	wait = retryEvery
	for _, o := range s.inflight {
		wait = min(wait, retryEvery-(now-o.sentAfter())%retryEvery)
	}
	return wait, len(s.inflight) > 0
}

// sendAgain reports whether o is still to be acknowledged: not if the client may not
// receive it any more, or takes no such message. Direct messages are sent once [B-817].
func (s *Session) sendAgain(o outbound) bool {
	if o.message == nil || o.message.confirmed != nil || s.link.Wait != nil && s.link.Wait() > 0 {
		return true
	}
	o.message.Story.Returned(o.told)
	if !s.takes(o) || !s.write(o, o.how(), o.id) {
		s.discard(o)
		return false
	}
	o.message.Story.Sent(o.told)
	s.lost(o, SentAgain)
	return true
}

// advanceRetries makes unacknowledged messages older by d.
func (s *Session) advanceRetries(d time.Duration) {
	if !s.retries.on {
		return
	}
	s.retries.since = s.retries.since.Add(-d)
	s.giveUp()
	s.retries.on = len(s.inflight) > 0
	s.drain()
	if wait, any := s.nextRetry(); any {
		s.retries.timer.Reset(min(wait, retryDelay))
	}
}
