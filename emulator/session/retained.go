package session

import "strings"

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
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case strings.HasPrefix(m.Topic, "$"):
		return
	case len(m.Payload) == 0:
		delete(a.retained, m.Topic)
	default:
		a.retained[m.Topic] = m
	}
	a.store.retain(m)
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

// A stored message is a retained one on its way to a new subscription.
type stored struct {
	message *Message
	qos     byte
}

// retained returns what a subscription gets after its SUBACK, or nil. The caller
// holds s.mu: nothing newer has been delivered live meanwhile.
func (s *Session) retained(sub Subscription, isNew bool) *Message {
	if sub.Retained == Never || sub.Retained == IfNew && !isNew {
		return nil
	}
	return s.all.Retained(sub.Filter)
}
