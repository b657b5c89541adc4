package session

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/story"
)

// A Subscription is one granted filter of a client.
type Subscription struct {
	Filter string // as sent, "$share/…" included
	QoS    byte   // 0 or 1

	// RetainAsPublished keeps RETAIN on live deliveries, MQTT 5 only [B-665, guess].
	RetainAsPublished bool

	// Retained says when the retained message of a topic, if Filter is one, comes
	// after the SUBACK: MQTT 5's Retain Handling [B-665, guess].
	Retained When
}

// When is never, the zero value, only for a new filter, or always.
type When byte

// The values of When.
const (
	Never When = iota
	IfNew
	Always
)

type subscription struct {
	Subscription
	session *Session
	told    story.ID // as stories know it
	group   *group   // nil unless the filter is shared

	// Guarded by group.mu: whether this member has got a message, and if not,
	// the time others gave it.
	got   bool
	waits *time.Timer
}

func newSubscription(s *Session, of Subscription) *subscription {
	sub := &subscription{Subscription: of, session: s}
	sub.tell()
	return sub
}

// tell lets stories know it.
func (sub *subscription) tell() {
	if book := sub.session.all.stories; book != nil {
		sub.told = book.Holder(&story.Holder{Client: sub.session.id, Filter: sub.Filter})
	}
}

// Subscribe grants filters and then calls ack, which sends the SUBACK: nothing
// that matches goes out before it. What is retained at that moment follows it;
// what is retained later comes live, once.
//
// Ack is called with the session locked and must not call back into it. It is
// not called, and nothing is granted, if the store fails.
func (s *Session) Subscribe(subs []Subscription, ack func()) error {
	if err := s.keepFirst(subs); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []stored
	for _, sub := range subs {
		old := s.subs[sub.Filter]
		next := newSubscription(s, sub)
		s.subs[sub.Filter] = next
		s.all.index(old, next)
		if m := s.retained(sub, old == nil); m != nil {
			found = append(found, stored{m, atQoS(min(m.QoS, sub.QoS)) | withRetain, next.told})
		}
	}
	s.regroup()
	ack()
	for _, r := range found {
		told := r.message.Story.Add(story.To(r.told, r.how.qos(), story.ToRetained))
		s.deliver(r.message, r.how, told)
	}
	s.drain() // of what waits in a group
	return nil
}

// keepFirst stores subscriptions before they are granted: what a SUBACK said, a
// client that finds its session present does not ask again.
func (s *Session) keepFirst(subs []Subscription) error {
	if s.owner == 0 {
		return nil
	}
	s.mu.Lock()
	s.keep(subs)
	s.mu.Unlock()
	return s.all.store.wait()
}

// Unsubscribe takes filters back; those that were never granted are no fault. An
// error says that they are back after a crash.
func (s *Session) Unsubscribe(filters []string) error {
	s.unsubscribe(filters)
	if s.owner == 0 {
		return nil
	}
	return s.all.store.wait()
}

func (s *Session) unsubscribe(filters []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, filter := range filters {
		if old := s.subs[filter]; old != nil {
			delete(s.subs, filter)
			s.all.index(old, nil)
		}
	}
	s.regroup()
	s.keep(nil)
}

// regroup finds the groups whose waiting messages this session takes.
func (s *Session) regroup() {
	s.groups = nil
	for _, sub := range s.subs {
		if sub.group != nil && sub.QoS > 0 {
			s.groups = append(s.groups, sub.group)
		}
	}
	slices.SortFunc(s.groups, func(a, b *group) int { return strings.Compare(a.filter, b.filter) })
}

// Subscribed reports whether the session holds filter.
func (s *Session) Subscribed(filter string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.subs[filter] != nil
}

// Held returns how many filters the session holds.
func (s *Session) Held() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.subs)
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
