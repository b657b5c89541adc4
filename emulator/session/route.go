package session

import (
	"slices"
	"sync"
)

// A target is a session that gets a message, with the QoS it gets it at.
type target struct {
	session *Session
	qos     byte
	retain  bool
}

// targets are reused from one publish to the next.
var targets = sync.Pool{New: func() any { return new([]target) }}

// Publish routes a message to every session with a matching filter and returns
// when each has been written to or queued.
func (a *Sessions) Publish(m *Message) {
	buf := targets.Get().(*[]target)
	all, groups := a.match(m, (*buf)[:0])
	for _, t := range all {
		t.session.deliver(m, t.qos, t.retain)
	}
	for _, g := range groups {
		g.deliver(m)
	}
	clear(all)
	*buf = all
	targets.Put(buf)
}

// match collects who gets m. A client with several matching filters gets it
// once, with the highest QoS [B-658, guess].
func (a *Sessions) match(m *Message, all []target) ([]target, []*group) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	var groups []*group
	a.tree.match(m.Topic, func(n *node) {
		groups = append(groups, n.groups...)
		before := all // of other filters: only these can hold the same client
		for _, sub := range n.subs {
			if sub.NoLocal && m.Origin == sub.session.id {
				continue
			}
			t := target{sub.session, min(m.QoS, sub.QoS), m.Retain && sub.RetainAsPublished}
			same := func(t target) bool { return t.session == sub.session }
			if i := slices.IndexFunc(before, same); i >= 0 {
				before[i].qos = max(before[i].qos, t.qos)
				continue
			}
			all = append(all, t)
		}
	})
	return all, groups
}

// index replaces one subscription by another in the tree; either may be nil.
func (a *Sessions) index(old, next *subscription) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if next != nil {
		a.place(old, next)
		return
	}
	group, filter, shared := Shared(old.Filter)
	n := a.tree.leaf(filter)
	if shared {
		n.leave(group, old)
	} else {
		n.subs = slices.DeleteFunc(n.subs, func(s *subscription) bool { return s == old })
	}
	a.tree.prune(filter)
}

// place puts a subscription where its predecessor stood, or at the end.
func (a *Sessions) place(old, next *subscription) {
	group, filter, shared := Shared(next.Filter)
	n := a.tree.leaf(filter)
	if shared {
		n.join(group, old, next)
		return
	}
	if i := slices.Index(n.subs, old); i >= 0 {
		n.subs[i] = next
		return
	}
	n.subs = append(n.subs, next)
}
