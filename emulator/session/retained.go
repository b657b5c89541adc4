package session

import (
	"maps"
	"slices"
	"time"

	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/topic"
)

// Retained messages
//
//   - RETAIN=1 stores the last message of a topic, an empty payload deletes it [B-720]
//   - only the filter that is exactly the topic gets it, with RETAIN=1 [B-721]
//   - it vanishes when its message expires; without an interval it stays [B-724]
//   - reserved topics have none [B-239, B-725]

// Retain stores m as its topic's retained message; an empty payload deletes
// the one that is there. It comes before [Sessions.Publish], so that a client
// that subscribes between the two misses nothing.
func (a *Sessions) Retain(m *Message) {
	now := a.Now().UnixNano()
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case topic.IsReserved(m.Topic):
		return
	case len(m.Payload) == 0:
		a.room.letGoRetained(a.retained[m.Topic])
		delete(a.retained, m.Topic)
		m.Story.Retained(story.Deleted)
	default:
		m.Story.Retained(story.Kept)
		if a.retained[m.Topic] != nil {
			m.Story.Retained(story.Replaced)
		}
		m.retainedAt = now
		a.room.holdRetained(m)
		a.room.letGoRetained(a.retained[m.Topic])
		a.retained[m.Topic] = m
	}
	a.store.retain(m)
}

// MayRetain reports whether there is room for m as its topic's retained message, and for
// how many bytes there is if not. To delete one, or to put a smaller one in its place,
// needs none.
func (a *Sessions) MayRetain(m *Message) (limit int, ok bool) {
	limit = a.room.bounds.Bytes / 2
	if len(m.Payload) == 0 || topic.IsReserved(m.Topic) || a.fits(m, limit) {
		return limit, true
	}
	a.room.relieving.Lock()
	a.room.sweep()
	a.room.relieving.Unlock()
	if a.fits(m, limit) {
		return limit, true
	}
	a.room.hits[boundBytes].Add(1)
	return limit, false
}

func (a *Sessions) fits(m *Message, limit int) bool {
	more := m.size()
	a.mu.RLock()
	if old := a.retained[m.Topic]; old != nil {
		more -= old.size()
	}
	a.mu.RUnlock()
	return more <= 0 || a.room.retained.Load()+more <= int64(limit)
}

// forgetExpired forgets the retained messages that have expired.
func (a *Sessions) forgetExpired() {
	a.mu.Lock()
	defer a.mu.Unlock()
	maps.DeleteFunc(a.retained, func(topic string, m *Message) bool {
		if !m.expired() {
			return false
		}
		a.room.letGoRetained(m)
		a.store.unretain(topic)
		return true
	})
}

// Retained returns the message of exactly this topic, or nil: wildcard and
// shared filters get none.
func (a *Sessions) Retained(topic string) *Message {
	a.mu.RLock()
	defer a.mu.RUnlock()
	m := a.retained[topic]
	if m == nil || m.expired() {
		return nil
	}
	return m
}

// RetainedTopics returns the topics that have a retained message, sorted.
func (a *Sessions) RetainedTopics() []string {
	a.mu.RLock()
	defer a.mu.RUnlock()
	topics := slices.Sorted(maps.Keys(a.retained))
	return slices.DeleteFunc(topics, func(topic string) bool { return a.retained[topic].expired() })
}

// RetainedAt returns when a message became a retained one; zero if it is none.
func (m *Message) RetainedAt() time.Time {
	if m.retainedAt == 0 {
		return time.Time{}
	}
	return time.Unix(0, m.retainedAt)
}

// A stored message is a retained one on its way to a new subscription.
type stored struct {
	message *Message
	how     flags
	told    story.ID
}

// retained returns what a subscription gets after its SUBACK, or nil. The caller
// holds s.mu: nothing newer has been delivered live meanwhile.
func (s *Session) retained(sub Subscription, isNew bool) *Message {
	if sub.Retained == Never || sub.Retained == IfNew && !isNew {
		return nil
	}
	return s.all.Retained(sub.Filter)
}
