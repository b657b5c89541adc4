package session

import "time"

// Retain stores m as its topic's retained message; an empty payload deletes
// the one that is there [B-720].
func (a *Sessions) Retain(m *Message) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(m.Payload) == 0 {
		delete(a.retained, m.Topic)
		return
	}
	a.retained[m.Topic] = m
}

// Retained returns the message of exactly this topic, or nil: wildcard and
// shared filters get none [B-721].
func (a *Sessions) Retained(topic string) *Message {
	a.mu.Lock()
	defer a.mu.Unlock()
	m := a.retained[topic]
	if m != nil && m.expired(time.Now()) {
		delete(a.retained, topic)
		return nil
	}
	return m
}
