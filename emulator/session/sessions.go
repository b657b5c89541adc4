package session

import (
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/suback/suback/emulator/story"
)

// Sessions holds all sessions and retained messages of one broker. Methods are
// safe for concurrent use.
//
// Locks are taken in this order: Session.mu, Sessions.mu, group.mu, keeper.mu, Room.mu.
type Sessions struct {
	// Lost, if it is set before the first Open, hears of messages that a session
	// did not get. It may be called with the session locked, like Link.Allowed.
	Lost func(clientID string, m *Message, why Loss)

	// Queued, likewise, hears of messages that wait for an offline client.
	Queued func(clientID string, m *Message)

	// Ended, likewise, hears of an absent session that ends since there are more than
	// limit; it is called like Lost.
	Ended func(clientID string, limit int)
	// Now is the account's clock, by which messages are retained. Default the machine's.
	Now func() time.Time

	room    *Room
	stories *story.Book // nil: none

	mu         sync.RWMutex
	byID       map[string]*Session
	tree       node
	generation uint64 // of the tree
	retained   map[string]*Message
	numbers    map[string]Number // at the start

	store    *keeper       // nil: everything is in memory alone
	interval time.Duration // of a replay; 0 means no pace

	near    memo
	routes  sync.Pool // of *route
	packets sync.Pool // of *[]byte, packets being written
}

// New returns no sessions, to be held in memory and within default bounds; see [Open].
func New() *Sessions { return newSessions(NewRoom(Bounds{})) }

func newSessions(room *Room) *Sessions {
	a := &Sessions{room: room, byID: make(map[string]*Session), retained: make(map[string]*Message),
		numbers: make(map[string]Number), Now: time.Now}
	room.join(a)
	return a
}

// Open returns the session of a client id for a new connection, and whether it
// was there before: the CONNACK's Session Present [B-702]. A session made by
// the other MQTT version is not continued [B-704]. The caller has ended and
// detached the client id's former connection; deliveries begin with
// [Session.Attach].
func (a *Sessions) Open(id string, t Terms) (s *Session, present bool) {
	a.mu.RLock()
	old := a.byID[id]
	a.mu.RUnlock()
	if old != nil && old.claim(t) {
		return old, true
	}
	s = &Session{id: id, version: t.Version, all: a, claimed: true, expiry: t.Expiry,
		subs: make(map[string]*subscription)}
	s.lasts.Store(t.Expiry > 0)
	if a.store != nil && t.Expiry > 0 {
		s.owner = a.store.owner()
		s.keep(nil)
	}
	a.mu.Lock()
	a.byID[id] = s
	a.mu.Unlock()
	if old != nil && old.owner != 0 {
		_ = a.store.wait() // or a crash would bring back what the client has been told is gone
	}
	return s, false
}

// Tell has it written down who gets each message. It must be called before the first
// Open.
func (a *Sessions) Tell(book *story.Book) {
	a.stories = book
	for _, s := range a.list() {
		s.mu.Lock()
		for _, sub := range s.subs {
			sub.tell()
		}
		s.mu.Unlock()
	}
}

// forget takes a session that has ended off the list.
func (a *Sessions) forget(s *Session) {
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

// Advance brings the end of offline sessions and of messages that expire,
// waiting or retained, nearer by d, and lets replays and the end of retries go on
// by it. What has come to its end is gone when it returns.
func (a *Sessions) Advance(d time.Duration) {
	a.store.advance(d)
	messages := make(map[*Message]bool) // each once, wherever it waits
	a.mu.RLock()
	for _, m := range a.retained {
		messages[m] = true
	}
	a.mu.RUnlock()
	sessions := a.list()
	for _, s := range sessions {
		s.collect(messages)
	}
	for m := range messages {
		m.advanced.Add(int64(d))
	}
	for _, s := range sessions {
		s.advance(d)
	}
	a.forgetExpired()
}

// collect adds the messages that this session has, or takes from a group.
func (s *Session) collect(messages map[*Message]bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.each(func(m *Message) { messages[m] = true })
	for _, g := range s.groups {
		g.collect(messages)
	}
}

// Clear forgets every offline session and every retained message. Connections
// have been ended and detached before. The error says that a crash may bring them
// back.
func (a *Sessions) Clear() error {
	for _, s := range a.list() {
		s.clear()
	}
	a.mu.Lock()
	for topic, m := range a.retained {
		a.room.letGoRetained(m)
		a.store.unretain(topic)
	}
	clear(a.retained)
	a.mu.Unlock()
	return a.store.wait()
}

func (s *Session) clear() {
	s.mu.Lock()
	defer s.unlock()
	if !s.claimed {
		s.end()
	}
}

func (a *Sessions) list() []*Session {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return slices.Collect(maps.Values(a.byID))
}

// Find returns the session of a client id, connected or not, or nil.
func (a *Sessions) Find(id string) *Session {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.byID[id]
}

// Discard ends the offline session of a client id, as if its time had come. A
// crash does not bring it back after that.
func (a *Sessions) Discard(id string) error {
	s := a.Find(id)
	if s == nil {
		return nil
	}
	s.clear()
	return a.store.wait()
}
