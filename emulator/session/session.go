package session

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// Terms are what a CONNECT asks of its session.
type Terms struct {
	Version byte          // 4 (MQTT 3.1.1) or 5
	Clean   bool          // Clean Session, Clean Start: forget what there was
	Expiry  time.Duration // life after the connection; 0 ends the session with it
}

// A Link is the connection that a session delivers to.
type Link struct {
	// Window is how many QoS 1 messages may be unacknowledged, 1 to 100 [B-684].
	Window int

	// MaxPacket is the largest packet the client takes, in bytes; 0 means any.
	MaxPacket uint32

	// Allowed judges a message in the moment it would go out [B-216]. It is
	// called with the session locked and must not call back into it.
	Allowed func(*Message) bool

	// Write sends bytes without ever blocking and without keeping them.
	Write func([]byte) (int, error)
}

// A Subscription is one granted filter of a client.
type Subscription struct {
	Filter  string // as sent, "$share/…" included
	QoS     byte   // 0 or 1
	NoLocal bool   // MQTT 5: not what this client published itself

	// RetainAsPublished keeps RETAIN on live deliveries, MQTT 5 only [B-665, guess].
	RetainAsPublished bool
}

type subscription struct {
	Subscription
	session *Session
}

// A Session is what a client id owns: subscriptions, unacknowledged and waiting
// messages. Methods are safe for concurrent use.
type Session struct {
	id  string
	all *Sessions

	mu        sync.Mutex
	terms     Terms
	claimed   bool  // a connection has opened it and not yet detached
	gone      bool  // replaced or expired: nothing is kept any more
	link      *Link // nil while offline
	subs      map[string]*subscription
	queue     []outbound // waiting, in order
	inflight  []outbound // sent and unacknowledged, in order
	nextID    uint16
	scratch   []byte
	offlineAt time.Time // when the connection ended
	expiry    *time.Timer
}

// An outbound message waits for its turn or for its PUBACK. Its QoS is 1.
type outbound struct {
	message *Message
	retain  bool
	id      uint16 // 0 while it waits
}

// Attach begins deliveries to a connection: first what was unacknowledged,
// then what waited, then what is published from now on.
func (s *Session) Attach(l Link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.link = &l
	for _, sub := range s.subs {
		s.queue = append(s.queue, s.all.waiting(sub)...)
	}
	s.drain()
}

// Detach ends deliveries to the connection. From now on the session lives for
// expiry, or ends at once if that is 0.
func (s *Session) Detach(expiry time.Duration) {
	s.mu.Lock()
	s.claimed, s.link = false, nil
	// Sent again from the start, under new identifiers [B-685].
	s.queue = slices.Concat(s.inflight, s.queue)
	s.inflight = nil
	s.terms.Expiry = expiry
	s.offlineAt = time.Now()
	if expiry > 0 && !s.gone {
		s.expiry = time.AfterFunc(expiry, func() { s.all.remove(s) })
	}
	s.mu.Unlock()
	if expiry == 0 {
		s.all.remove(s)
	}
}

// Subscribe grants filters and then calls ack, which sends the SUBACK: nothing
// that matches goes out before it. It reports which filters were new.
func (s *Session) Subscribe(subs []Subscription, ack func()) (isNew []bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	isNew = make([]bool, len(subs))
	for i, sub := range subs {
		old := s.subs[sub.Filter]
		isNew[i] = old == nil
		next := &subscription{Subscription: sub, session: s}
		s.subs[sub.Filter] = next
		s.all.index(old, next)
	}
	ack()
	return isNew
}

// Unsubscribe takes filters back; those that were never granted are no fault.
func (s *Session) Unsubscribe(filters []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, filter := range filters {
		if old := s.subs[filter]; old != nil {
			delete(s.subs, filter)
			s.all.index(old, nil)
		}
	}
}

// Subscribed reports whether the session holds filter.
func (s *Session) Subscribed(filter string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.subs[filter] != nil
}

// Subscriptions returns the granted filters, sorted.
func (s *Session) Subscriptions() []Subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Subscription, 0, len(s.subs))
	for _, filter := range slices.Sorted(maps.Keys(s.subs)) {
		out = append(out, s.subs[filter].Subscription)
	}
	return out
}

// Deliver sends a retained message to this session, as after a SUBSCRIBE [B-721].
func (s *Session) Deliver(m *Message, qos byte) {
	s.deliver(m, min(m.QoS, qos), true)
}

// online reports whether a connection is attached.
func (s *Session) online() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.link != nil
}

func (s *Session) deliver(m *Message, qos byte, retain bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case qos == 0:
		if s.link != nil && s.takes(m) {
			s.write(m, 0, retain, 0)
		}
	case s.link == nil && s.terms.Expiry == 0, s.gone: // nobody will come for it
	case len(s.queue) == 0 && s.open():
		s.send(outbound{message: m, retain: retain})
	default:
		s.queue = append(s.queue, outbound{message: m, retain: retain})
	}
}

// open reports whether a QoS 1 message may go out now [B-684].
func (s *Session) open() bool {
	return s.link != nil && len(s.inflight) < s.link.Window
}

// drain sends what waits as far as the window allows. The caller holds s.mu.
func (s *Session) drain() {
	sent := 0
	for sent < len(s.queue) && s.open() {
		s.send(s.queue[sent])
		s.queue[sent] = outbound{}
		sent++
	}
	s.queue = s.queue[sent:]
	if len(s.queue) == 0 {
		s.queue = nil // the array behind it may have grown large
	}
}

// send puts one QoS 1 message on its way, if it may still be delivered.
func (s *Session) send(o outbound) {
	if !s.takes(o.message) {
		return
	}
	o.id = s.packetID()
	if s.write(o.message, 1, o.retain, o.id) {
		s.inflight = append(s.inflight, o)
	}
}

// takes reports whether m is still to be delivered over the present link.
func (s *Session) takes(m *Message) bool {
	return !m.expired(time.Now()) && s.link.Allowed(m)
}

// write sends one PUBLISH; false means that it cannot be sent to this client.
func (s *Session) write(m *Message, qos byte, retain bool, id uint16) bool {
	var err error
	s.scratch, err = m.packet(s.scratch[:0], s.terms.Version, qos, retain, id)
	if err != nil || s.link.MaxPacket > 0 && uint32(len(s.scratch)) > s.link.MaxPacket {
		return false
	}
	_, _ = s.link.Write(s.scratch) // fails when the connection ends, which Detach follows
	if cap(s.scratch) > 4096 {
		s.scratch = nil
	}
	return true
}

// packetID returns an identifier that no unacknowledged message has.
func (s *Session) packetID() uint16 {
	for {
		s.nextID++
		used := func(o outbound) bool { return o.id == s.nextID }
		if s.nextID != 0 && !slices.ContainsFunc(s.inflight, used) {
			return s.nextID
		}
	}
}
