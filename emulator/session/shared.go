package session

import (
	"iter"
	"slices"
	"sync"

	"github.com/suback/suback/emulator/story"
)

// Shared subscriptions
//
//   - share name and filter make a group; a message goes to one online member:
//     AWS draws lots, a test must not, so they take turns [B-668]
//   - QoS 1 messages wait in the group while no member can take one: each is
//     offline, over its rate, or its window is full; the first that can gets them,
//     in order [B-669]
//   - nothing waits if no member would get it at QoS 1 [B-669, B-705]
//   - a QoS 1 message does not overtake what waits; what waited with no member
//     online goes out at the pace of a replay [B-669]
//   - what was sent to a member and not acknowledged stays with that member while its
//     session lives; after that see heirs.go
//   - the group ends, with what waits in it, with its last member
//
// Who is offline and still a member is a persistent session: any other leaves
// its groups when its connection ends.

// A group is the members of one share name and filter.
type group struct {
	name   string
	filter string // "$share/…"

	mu      sync.Mutex
	owner   uint64          // in the store; 0 if nothing is kept there
	members []*subscription // in order of arrival; replaced, not changed
	told    story.ID        // the members, as stories know them; 0: to be made
	turn    int             // who is asked first
	queue   queue
	load    load // of queue
}

// join puts next into the group, in the place of old if that is a member.
func (n *node) join(name string, old, next *subscription) {
	i := slices.IndexFunc(n.groups, func(g *group) bool { return g.name == name })
	if i < 0 {
		i = len(n.groups)
		n.groups = append(n.groups, &group{name: name, filter: next.Filter})
	}
	g := n.groups[i]
	next.group = g
	g.mu.Lock()
	defer g.mu.Unlock()
	g.members = replace(slices.Clone(g.members), old, next)
	g.changed(next.session.all.stories)
}

func (n *node) leave(old *subscription) {
	g := old.group
	g.mu.Lock()
	defer g.mu.Unlock()
	g.members = slices.DeleteFunc(slices.Clone(g.members), func(s *subscription) bool { return s == old })
	g.changed(old.session.all.stories)
	if old.waits != nil {
		old.waits.Stop()
	}
	if len(g.members) == 0 {
		n.groups = slices.DeleteFunc(n.groups, func(other *group) bool { return other == g })
		g.end(old.session.all)
	}
}

// end forgets what waits, and takes the group out of the store. The caller holds g.mu.
func (g *group) end(all *Sessions) {
	for _, o := range g.queue {
		o.message.Story.Became(o.told, story.Ended)
		g.letGo(all.room, o.message)
		all.store.remove(g.owner, o.position, o.message)
	}
	g.queue = nil
	if g.owner != 0 {
		all.store.endGroup(g.filter)
	}
}

// tell lets stories know the group: who is in it now.
func (g *group) tell(book *story.Book) story.ID {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.told == 0 {
		now := &story.Holder{Filter: g.filter}
		for _, sub := range g.members {
			now.Members = append(now.Members, &story.Holder{Client: sub.session.id, Filter: sub.Filter})
		}
		g.told = book.Holder(now)
	}
	return g.told
}

// changed has stories know the group anew. The caller holds g.mu.
func (g *group) changed(book *story.Book) {
	book.Leave(g.told)
	g.told = 0
}

// deliver hands m to the next member that can take it, or lets it wait. Told is the
// group's place in the message's story.
func (g *group) deliver(m *Message, told uint16) {
	members, behind := g.inTurn()
	paced := true
	var busy *subscription // online, and over its rate if it takes QoS 0
	for sub := range members {
		taken, online := sub.session.offer(sub, m, behind, told)
		if taken {
			g.served(sub, m)
			return
		}
		if online {
			busy, paced = sub, false
		}
	}
	var waiting []*subscription
	if m.QoS > 0 {
		waiting = g.push(outbound{message: m, paced: paced, told: told})
	}
	switch {
	case waiting != nil:
	case busy != nil: // it says why it does not take the message
		busy.session.publish(m, atQoS(0), m.Story.Taken(told, busy.told, 0))
	default:
		m.Story.Became(told, story.Offline)
	}
	for _, sub := range waiting { // one may have become able to since it was asked
		sub.session.pull()
	}
}

// inTurn returns the members, beginning with the one whose turn it is, and
// whether messages wait.
func (g *group) inTurn() (inTurn iter.Seq[*subscription], waiting bool) {
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
	}, len(g.queue) > 0
}

// push lets o wait if there is a member to wait for. It returns the members;
// those who join later find o themselves.
func (g *group) push(o outbound) []*subscription {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !slices.ContainsFunc(g.members, func(sub *subscription) bool { return sub.QoS > 0 }) {
		return nil
	}
	all := g.members[0].session.all
	g.keep(all.store)
	g.hold(all.room, o.message)
	o.position = all.store.add(g.owner, o)
	o.message.Story.Became(o.told, story.Queued)
	if !g.queue.push(o) {
		g.discard(o, QueueFull)
	}
	return g.members
}

// keep has the store keep the queue, if it keeps a session that waits for it. The caller
// holds g.mu.
func (g *group) keep(st *keeper) {
	kept := func(sub *subscription) bool { return sub.QoS > 0 && sub.session.owner != 0 }
	if g.owner == 0 && slices.ContainsFunc(g.members, kept) {
		g.owner = st.group(g.filter)
	}
}

// pop gives s the first of what waits, if its pace allows. The caller holds s.mu.
func (g *group) pop(s *Session) (o outbound, ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if o, ok = g.queue.first(); !ok || !s.ready() || !s.may(&s.shared, o) {
		return o, false
	}
	g.queue.pop()
	o.told, o.from = o.message.Story.Taken(o.told, s.subs[g.filter].told, 1), g
	g.load.take(o.message) // the session's from here on
	s.load.add(o.message)
	o.id = s.packetID()
	o.position = s.all.store.move(g.owner, s.owner, o)
	return o, true
}

func (g *group) waiting() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.queue) > 0
}

// collect adds what waits in the group.
func (g *group) collect(messages map[*Message]bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, o := range g.queue {
		messages[o.message] = true
	}
}
