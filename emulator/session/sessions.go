package session

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// Sessions holds all sessions and retained messages of one broker. Methods are
// safe for concurrent use.
//
// Locks are taken in this order: Session.mu, Sessions.mu, group.mu.
type Sessions struct {
	mu       sync.RWMutex
	byID     map[string]*Session
	tree     node
	retained map[string]*Message
}

// New returns an empty store.
func New() *Sessions {
	return &Sessions{byID: make(map[string]*Session), retained: make(map[string]*Message)}
}

// Open returns the session of a client id for a new connection, and whether it
// was there before: the CONNACK's Session Present [B-702]. A session made by
// the other MQTT version is not continued [B-704]. The caller has ended the
// client id's former connection; deliveries begin with [Session.Attach].
func (a *Sessions) Open(id string, t Terms) (s *Session, present bool) {
	a.mu.RLock()
	old := a.byID[id]
	a.mu.RUnlock()
	if old != nil && old.resume(t) {
		return old, true
	}
	if old != nil {
		a.remove(old)
	}
	s = &Session{id: id, all: a, terms: t, claimed: true, subs: make(map[string]*subscription)}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.byID[id] = s
	return s, false
}

// resume continues an offline session, unless it must not be.
func (s *Session) resume(t Terms) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone || t.Clean || t.Version != s.terms.Version {
		return false
	}
	if s.expiry != nil {
		s.expiry.Stop()
	}
	s.claimed, s.terms = true, t
	return true
}

// remove forgets a session with its subscriptions and queue, unless a
// connection has come for it in the meantime.
func (a *Sessions) remove(s *Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone || s.claimed {
		return
	}
	s.gone = true
	s.queue, s.inflight = nil, nil
	if s.expiry != nil {
		s.expiry.Stop()
	}
	for filter, sub := range s.subs {
		delete(s.subs, filter)
		a.index(sub, nil)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.byID[s.id] == s {
		delete(a.byID, s.id)
	}
}

// Len returns how many sessions there are, offline ones included.
func (a *Sessions) Len() int {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return len(a.byID)
}

// Advance brings the end of offline sessions and of retained messages nearer by d.
func (a *Sessions) Advance(d time.Duration) {
	a.mu.Lock()
	all := slices.Collect(maps.Values(a.byID))
	for topic, m := range a.retained {
		if m.expired(time.Now().Add(d)) {
			delete(a.retained, topic)
		}
	}
	a.mu.Unlock()
	for _, s := range all {
		s.advance(d)
	}
}

func (s *Session) advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.claimed || s.expiry == nil {
		return
	}
	s.offlineAt = s.offlineAt.Add(-d)
	s.expiry.Reset(time.Until(s.offlineAt.Add(s.terms.Expiry)))
}

// Clear forgets every offline session and every retained message. Connections
// have been ended before.
func (a *Sessions) Clear() {
	a.mu.Lock()
	all := slices.Collect(maps.Values(a.byID))
	clear(a.retained)
	a.mu.Unlock()
	for _, s := range all {
		a.remove(s)
	}
}
