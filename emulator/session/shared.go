package session

import (
	"iter"
	"slices"
	"strings"
	"sync"
)

// Shared subscriptions
//
//   - share name and filter make a group; a message goes to one online member:
//     AWS draws lots, a test must not, so they take turns [B-668]
//   - QoS 1 messages wait in the group while no member can take one: each is
//     offline, or its window is full; the first that can gets them, in order [B-669]
//   - nothing waits if no member would get it at QoS 1 [B-669, B-705]
//   - what was sent to a member and not acknowledged stays with that member
//   - the group ends, with what waits in it, with its last member
//
// Who is offline and still a member is a persistent session: any other leaves
// its groups when its connection ends.

// A group is the members of one share name and filter.
type group struct {
	name string

	mu      sync.Mutex
	members []*subscription // in order of arrival; replaced, not changed
	turn    int             // who is asked first
	queue   queue
}

// join puts next into the group, in the place of old if that is a member.
func (n *node) join(name string, old, next *subscription) {
	i := slices.IndexFunc(n.groups, func(g *group) bool { return g.name == name })
	if i < 0 {
		i = len(n.groups)
		n.groups = append(n.groups, &group{name: name})
	}
	g := n.groups[i]
	next.group = g
	g.mu.Lock()
	defer g.mu.Unlock()
	g.members = replace(slices.Clone(g.members), old, next)
}

func (n *node) leave(old *subscription) {
	g := old.group
	g.mu.Lock()
	defer g.mu.Unlock()
	g.members = slices.DeleteFunc(slices.Clone(g.members), func(s *subscription) bool { return s == old })
	if old.waits != nil {
		old.waits.Stop()
	}
	if len(g.members) == 0 {
		n.groups = slices.DeleteFunc(n.groups, func(other *group) bool { return other == g })
	}
}

// deliver hands m to the next member that can take it, or lets it wait.
func (g *group) deliver(m *Message) {
	for sub := range g.inTurn() {
		if sub.session.offer(m, min(m.QoS, sub.QoS)) { // [B-670]: never with RETAIN
			g.served(sub, m)
			return
		}
	}
	if m.QoS == 0 {
		return
	}
	for _, sub := range g.push(m) { // one may have become able to since it was asked
		sub.session.pull()
	}
}

// inTurn returns the members, beginning with the one whose turn it is.
func (g *group) inTurn() iter.Seq[*subscription] {
	g.mu.Lock()
	defer g.mu.Unlock()
	members, first := g.members, g.turn
	g.turn++
	return func(yield func(*subscription) bool) {
		for i := range members {
			if !yield(members[(first+i)%len(members)]) {
				return
			}
		}
	}
}

// push lets m wait if there is a member to wait for. It returns the members;
// those who join later find m themselves.
func (g *group) push(m *Message) []*subscription {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !slices.ContainsFunc(g.members, func(sub *subscription) bool { return sub.QoS > 0 }) {
		return nil
	}
	if !g.queue.push(outbound{message: m}) {
		for _, sub := range g.members {
			sub.session.lost(m, QueueFull)
		}
	}
	return g.members
}

func (g *group) pop() (outbound, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.queue.pop()
}

// collect adds what waits in the group.
func (g *group) collect(messages map[*Message]bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, o := range g.queue {
		messages[o.message] = true
	}
}

// Shared splits "$share/<group>/<filter>"; ok is false for any other filter,
// which is returned as it is.
func Shared(filter string) (group, rest string, ok bool) {
	after, ok := strings.CutPrefix(filter, "$share/")
	if !ok {
		return "", filter, false
	}
	if group, rest, ok = strings.Cut(after, "/"); !ok {
		return "", filter, false
	}
	return group, rest, true
}
