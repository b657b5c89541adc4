package session

import (
	"slices"

	"github.com/suback/suback/emulator/topic"
)

// A target is a session that gets a message, and how.
type target struct {
	session *Session
	how     flags
}

// A route is everybody who gets one message.
type route struct {
	targets []target
	groups  []*group
}

// Publish routes a message to every session with a matching filter and returns
// when each has been written to or queued. It reports whether there was any.
func (a *Sessions) Publish(m *Message) (heard bool) {
	r, _ := a.routes.Get().(*route) // reused from one message to the next
	if r == nil {
		r = new(route)
	}
	a.match(m, r)
	for _, t := range r.targets {
		t.session.publish(m, t.how)
	}
	for _, g := range r.groups {
		g.deliver(m)
	}
	heard = len(r.targets)+len(r.groups) > 0
	clear(r.targets)
	clear(r.groups)
	r.targets, r.groups = r.targets[:0], r.groups[:0]
	a.routes.Put(r)
	a.room.relieve()
	return heard
}

// Wanted reports whether anybody would be routed a message on this topic, so
// that one that nobody wants need not be made.
func (a *Sessions) Wanted(topic string) bool {
	a.mu.RLock()
	defer a.mu.RUnlock()
	wanted := false
	a.tree.match(topic, func(n *node) { wanted = wanted || len(n.subs)+len(n.groups) > 0 })
	return wanted
}

func (a *Sessions) match(m *Message, r *route) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	a.tree.match(m.Topic, func(n *node) { r.add(n, m) })
}

// add collects who gets m because of one filter. A client with several matching
// filters gets it once, with the highest QoS [B-658, guess].
func (r *route) add(n *node, m *Message) {
	r.groups = append(r.groups, n.groups...)
	before := r.targets // of other filters: only these can hold the same client
	for _, sub := range n.subs {
		t := target{sub.session, atQoS(min(m.QoS, sub.QoS))} // [B-687]
		if m.Retain && sub.RetainAsPublished {               // [B-722]
			t.how |= withRetain
		}
		same := func(other target) bool { return other.session == t.session }
		if i := slices.IndexFunc(before, same); i >= 0 {
			before[i].how = before[i].how.or(t.how)
			continue
		}
		r.targets = append(r.targets, t)
	}
}

// index replaces one subscription by another of the same filter in the tree;
// either may be nil.
func (a *Sessions) index(old, next *subscription) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.generation++
	if next != nil {
		a.place(old, next)
		return
	}
	_, filter, shared := topic.Shared(old.Filter)
	n := a.tree.leaf(filter)
	if shared {
		n.leave(old)
	} else {
		n.subs = slices.DeleteFunc(n.subs, func(s *subscription) bool { return s == old })
	}
	a.tree.prune(filter)
}

// place puts a subscription where its predecessor stood, or at the end.
func (a *Sessions) place(old, next *subscription) {
	group, filter, shared := topic.Shared(next.Filter)
	n := a.tree.leaf(filter)
	if shared {
		n.join(group, old, next)
		return
	}
	n.subs = replace(n.subs, old, next)
}

// replace puts next where old is, or at the end.
func replace(subs []*subscription, old, next *subscription) []*subscription {
	if i := slices.Index(subs, old); i >= 0 {
		subs[i] = next
		return subs
	}
	return append(subs, next)
}
