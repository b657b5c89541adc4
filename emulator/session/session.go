package session

import (
	clist "container/list"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/suback/suback/emulator/story"
)

// Terms are what a CONNECT asks of its session.
type Terms struct {
	Version byte // 4 (MQTT 3.1.1) or 5
	Clean   bool // Clean Session, Clean Start: forget what there was

	// Expiry is how long the session outlives the connection, if DISCONNECT does
	// not change it; 0 means not at all, and that nothing of it is kept in a file.
	Expiry time.Duration
}

// A Link is the connection that a session delivers to.
type Link struct {
	// Window is how many QoS 1 messages may be unacknowledged, 1 to 100 [B-684].
	Window int

	// MaxPacket is the largest packet the client takes, in bytes; 0 means any.
	// TooLarge hears of a message that is dropped for it [B-513]; it is called
	// like Allowed, and may be nil.
	MaxPacket uint32
	TooLarge  func(m *Message, bytes int)

	// Allowed judges a message in the moment it would go out [B-216]: it is sent, or is
	// not for the reason that is returned. It is called with the session locked and must
	// not call back into it.
	Allowed func(*Message) story.Outcome

	// Write sends bytes without ever blocking and without keeping them. It is
	// called with the session locked and must not call back into it.
	Write func([]byte) (int, error)

	// Wait is how long it takes until the connection may be sent one more message;
	// nil or 0 means no time. Who is over its rate leaves what comes to a shared group
	// to others, or in the queue [B-669]. It is called like Allowed.
	Wait func() time.Duration

	// Direct judges a direct message in that moment, with its reasons; it is called
	// like Allowed. Without it the connection gets none.
	Direct func(*Message) error

	// Sent hears of each message that goes out, as often as it does and just
	// before; it is called like Allowed, and may be nil.
	Sent func(*Message)
}

// A Session is what a client id owns: subscriptions, unacknowledged and waiting
// messages. Methods are safe for concurrent use.
//
// It is claimed by a connection from [Sessions.Open] to Detach, and delivers to
// it from Attach on. Then it is offline until a connection claims it again, or
// until it ends and is gone.
type Session struct {
	id      string
	version byte
	all     *Sessions
	owner   uint64 // in the store; 0 if nothing is kept there

	lasts atomic.Bool // it is persistent: it outlives its connection

	mu       sync.Mutex
	claimed  bool
	gone     bool
	link     *Link // nil unless attached
	subs     map[string]*subscription
	groups   []*group   // whose waiting messages this session takes
	queue    queue      // waiting, in order
	inflight []outbound // sent and unacknowledged, in order
	load     load       // of both
	lastID   uint16

	acknowledged uint64      // how many there were
	stalled      *time.Timer // of watch, or nil

	own, shared pace // of what waited in queue, and in groups
	resumes     *time.Timer
	resumesAt   time.Time

	retries retries

	heirs []*subscription // who may have what a group has got back; see unlock

	expiry time.Duration
	ends   time.Time      // when it ends unless it is claimed before
	timer  *time.Timer    // of ends
	absent *clist.Element // in the room; guarded by its mutex
}

// Attach begins deliveries to a connection: first what was unacknowledged,
// then what waited, then what is published from now on.
func (s *Session) Attach(l Link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.link = &l
	s.startReplay()
	s.drain()
}

// Detach ends deliveries to the connection. From now on the session lives for
// expiry, or ends at once if that is 0.
func (s *Session) Detach(expiry time.Duration) {
	s.detach(expiry)
	s.all.room.boundAbsent()
}

func (s *Session) detach(expiry time.Duration) {
	s.mu.Lock()
	defer s.unlock()
	if s.gone {
		return
	}
	s.claimed, s.link = false, nil
	s.stopLink()
	again := s.undelivered()
	for _, o := range again {
		o.message.Story.Returned(o.told)
	}
	s.queue = slices.Concat(again, s.queue) // [B-685]
	s.inflight = nil
	if expiry <= 0 {
		s.end()
		return
	}
	s.expiry, s.ends = expiry, time.Now().Add(expiry)
	s.lasts.Store(true)
	s.timer = time.AfterFunc(expiry, func() { s.advance(0) })
	s.all.room.isAway(s)
	s.keep(nil)
}

// claim continues a session for a new connection, or ends it if the connection
// asks for another one [B-704, B-706].
func (s *Session) claim(t Terms) bool {
	s.mu.Lock()
	defer s.unlock()
	if t.Clean || t.Version != s.version {
		s.end()
	}
	if s.gone {
		return false
	}
	s.claimed, s.expiry = true, t.Expiry
	s.lasts.Store(t.Expiry > 0)
	s.all.room.isBack(s)
	s.stop()
	s.keep(nil)
	return true
}

// advance brings the end of an offline session nearer by d, and ends it if its
// time has come: the timer may come late, after another connection. A session
// with a connection goes on with its replay.
func (s *Session) advance(d time.Duration) {
	s.mu.Lock()
	defer s.unlock()
	if s.link != nil && d > 0 {
		s.advanceRetries(d)
		s.advanceReplay(d)
	}
	if s.claimed || s.gone {
		return
	}
	s.ends = s.ends.Add(-d)
	if left := time.Until(s.ends); left > 0 {
		s.timer.Reset(left)
		return
	}
	s.end()
}

// end forgets the subscriptions and all messages. The caller holds s.mu, and releases it
// with unlock.
func (s *Session) end() {
	if s.gone {
		return
	}
	s.gone, s.link = true, nil
	s.all.room.isBack(s)
	s.stopLink()
	for _, sub := range s.subs {
		s.all.index(sub, nil)
	}
	clear(s.subs)
	for _, o := range s.inherit(slices.Concat(s.undelivered(), s.queue)) {
		o.message.Story.Became(o.told, story.Ended)
		s.discard(o)
	}
	if s.owner != 0 {
		s.all.store.session(s.id, nil, time.Time{}) // before another of this id can be made
	}
	s.queue, s.inflight = nil, nil
	s.stop()
	s.groups = nil
	s.all.forget(s)
}

func (s *Session) stop() {
	if s.timer != nil {
		s.timer.Stop()
	}
}

// stopLink ends the timers of a connection. The caller holds s.mu.
func (s *Session) stopLink() {
	s.unwatch()
	s.retries.on = false
	for _, t := range []*time.Timer{s.retries.timer, s.resumes} {
		if t != nil {
			t.Stop()
		}
	}
}

// keep notes the session for the store, with more subscriptions or other options
// than it has yet. The caller holds s.mu.
func (s *Session) keep(more []Subscription) {
	if s.owner == 0 {
		return
	}
	subs := make(map[string]Subscription)
	for filter, sub := range s.subs {
		subs[filter] = sub.Subscription
	}
	for _, sub := range more {
		subs[sub.Filter] = sub
	}
	r := &record{Owner: s.owner, Version: s.version, Expiry: s.expiry}
	for _, filter := range slices.Sorted(maps.Keys(subs)) {
		r.Subscriptions = append(r.Subscriptions, subs[filter])
	}
	var ends time.Time
	if !s.claimed {
		ends = s.ends
	}
	s.all.store.session(s.id, r, ends)
}

// Expiry returns how long the session outlives its connection; 0 means not at
// all.
func (s *Session) Expiry() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.expiry
}
