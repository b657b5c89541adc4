package session

import (
	"slices"
	"sync"
)

// A group is the members of one share name and filter [B-668]. Its members are
// guarded by Sessions.mu as well as by mu.
type group struct {
	name string

	mu      sync.Mutex
	members []*subscription
	next    int        // whose turn it is
	queue   []outbound // while nobody is online [B-669]
}

func (n *node) join(name string, old, next *subscription) {
	i := slices.IndexFunc(n.groups, func(g *group) bool { return g.name == name })
	if i < 0 {
		i = len(n.groups)
		n.groups = append(n.groups, &group{name: name})
	}
	g := n.groups[i]
	g.mu.Lock()
	defer g.mu.Unlock()
	if j := slices.Index(g.members, old); j >= 0 {
		g.members[j] = next
		return
	}
	g.members = append(g.members, next)
}

func (n *node) leave(name string, old *subscription) {
	i := slices.IndexFunc(n.groups, func(g *group) bool { return g.name == name })
	if i < 0 {
		return
	}
	g := n.groups[i]
	g.mu.Lock()
	defer g.mu.Unlock()
	g.members = slices.DeleteFunc(g.members, func(s *subscription) bool { return s == old })
	if len(g.members) == 0 {
		n.groups = slices.Delete(n.groups, i, i+1)
	}
}

// deliver hands m to one online member, in turn: AWS draws lots, a test must
// not [B-668]. With nobody online a QoS 1 message waits for a member [B-669]:
// who is offline and still a member is a persistent session.
func (g *group) deliver(m *Message) {
	sub := g.pick()
	switch {
	case sub != nil:
		sub.session.deliver(m, min(m.QoS, sub.QoS), false)
	case m.QoS > 0:
		g.mu.Lock()
		g.queue = append(g.queue, outbound{message: m})
		g.mu.Unlock()
		if sub := g.pick(); sub != nil && sub.QoS > 0 { // online only since then
			sub.session.take(g)
		}
	}
}

// pick returns the online member whose turn it is, or nil.
func (g *group) pick() *subscription {
	g.mu.Lock()
	members := slices.Clone(g.members)
	turn := g.next
	g.next++
	g.mu.Unlock()
	for i := range members {
		if sub := members[(turn+i)%len(members)]; sub.session.online() {
			return sub
		}
	}
	return nil
}

// empty returns what waits in the group, which has it no more.
func (g *group) empty() []outbound {
	g.mu.Lock()
	defer g.mu.Unlock()
	waiting := g.queue
	g.queue = nil
	return waiting
}

// take delivers what waits in a group of this session.
func (s *Session) take(g *group) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, g.empty()...)
	s.drain()
}

// waiting returns what the group of a subscription has waiting, if it is shared.
func (a *Sessions) waiting(sub *subscription) []outbound {
	name, filter, shared := Shared(sub.Filter)
	if !shared || sub.QoS == 0 {
		return nil
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	for _, g := range a.tree.find(filter).groups {
		if g.name == name {
			return g.empty()
		}
	}
	return nil
}
