package session

import (
	"math"
	"slices"

	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/topic"
)

// A target is a session that gets a message, and how.
type target struct {
	session *Session
	told    story.ID // by the first filter that matched
	how     flags
}

// A route is everybody who gets one message.
type route struct {
	targets []target
	groups  []*group
	others  []story.ID      // filters of targets that matched, too
	members []story.ID      // of groups
	shared  *story.Audience // these are all who get it, with QoS 0; nil: see targets
	places  []story.Place   // of all of them, in the message's story
}

// Publish routes a message to every session with a matching filter and returns
// when each has been written to or queued. It reports whether there was any.
func (a *Sessions) Publish(m *Message) (heard bool) {
	r, _ := a.routes.Get().(*route) // reused from one message to the next
	if r == nil {
		r = new(route)
	}
	a.match(m, r)
	if m.Story.Kept() {
		r.tell(m.Story, a.stories)
	}
	for i, t := range r.targets {
		t.session.publish(m, t.how, placed(i))
	}
	for i, g := range r.groups {
		g.deliver(m, placed(len(r.targets)+2*i))
	}
	heard = len(r.targets)+len(r.groups) > 0
	r.empty()
	a.routes.Put(r)
	a.room.relieve()
	return heard
}

func (r *route) empty() {
	clear(r.targets)
	clear(r.groups)
	r.targets, r.groups, r.others, r.members = r.targets[:0], r.groups[:0], r.others[:0], r.members[:0]
	r.shared = nil
}

// tell writes down who gets a message: the targets in their order, then each group with
// a place for the member that gets it, and what else matched.
func (r *route) tell(told story.Ref, book *story.Book) {
	if r.shared != nil {
		told.SentTo(r.shared)
		return
	}
	for _, g := range r.groups {
		r.members = append(r.members, g.tell(book))
	}
	n := min(len(r.targets), story.MaxPlaces)
	places, omitted := r.places[:0], len(r.targets)-n
	for _, t := range r.targets[:n] {
		places = append(places, story.To(t.told, t.how.qos(), story.ToClient))
	}
	for _, members := range r.members {
		if len(places)+2 > story.MaxPlaces {
			omitted++
			continue
		}
		places = append(places, story.To(members, 0, story.ToGroup), story.To(0, 0, story.ToMember))
	}
	for _, also := range r.others[:min(len(r.others), story.MaxPlaces-len(places))] {
		places = append(places, story.To(also, 0, story.AlsoHolds))
	}
	told.Places(places, omitted)
	r.places = places
}

// placed is the place in a story of what is at an index of tell's; what finds no room
// there has none.
func placed(i int) uint16 {
	if i >= math.MaxUint16 {
		return 0
	}
	return uint16(i + 1)
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
	r.share(n, m)
	r.groups = append(r.groups, n.groups...)
	before := r.targets // of other filters: only these can hold the same client
	for _, sub := range n.subs {
		t := target{sub.session, sub.told, atQoS(min(m.QoS, sub.QoS))} // [B-687]
		if m.Retain && sub.RetainAsPublished {                         // [B-722]
			t.how |= withRetain
		}
		same := func(other target) bool { return other.session == t.session }
		if i := slices.IndexFunc(before, same); i >= 0 {
			before[i].how = before[i].how.or(t.how)
			r.others = append(r.others, t.told)
			continue
		}
		r.targets = append(r.targets, t)
	}
}

// index replaces one subscription by another of the same filter in the tree;
// either may be nil.
func (a *Sessions) index(old, next *subscription) {
	if old != nil {
		defer a.stories.Leave(old.told) // once nobody finds it any more
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.generation++
	if next != nil {
		a.place(old, next)
		return
	}
	_, filter, shared := topic.Shared(old.Filter)
	n := a.tree.leaf(filter)
	n.all.Store(nil)
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
	n.all.Store(nil)
	if shared {
		n.join(group, old, next)
		return
	}
	n.subs = replace(n.subs, old, next)
}
