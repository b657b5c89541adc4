package session

import "slices"

// What a member of a group leaves
//
//   - what its session has not acknowledged when it ends goes back to the group, before
//     what waits there, if the group has a persistent session among its members: then AWS
//     queues what is unacknowledged, too [B-669]
//   - a group of clean sessions keeps nothing, and so it is lost as it is for any other
//     subscription [B-669]
//   - while a persistent session lives, it keeps what was sent to it, offline or not: it
//     is sent again under the same identifier [B-685]. AWS may give it to others once
//     all are offline [guess]

// inherit gives back to their groups what came from them, and returns the rest. The
// caller holds s.mu, and s has left its groups.
func (s *Session) inherit(left []outbound) (rest []outbound) {
	byGroup := make(map[*group][]outbound)
	for _, o := range left {
		if o.from == nil {
			rest = append(rest, o)
		} else {
			byGroup[o.from] = append(byGroup[o.from], o)
		}
	}
	for g, list := range byGroup {
		if members := g.takeBack(s, list); members != nil {
			s.heirs = append(s.heirs, members...)
		} else {
			rest = append(rest, list...)
		}
	}
	return rest
}

// takeBack puts messages of s before those that wait, and returns the members that they
// wait for; none if the group does not keep anything. The caller holds s.mu.
func (g *group) takeBack(s *Session, list []outbound) (members []*subscription) {
	g.mu.Lock()
	defer g.mu.Unlock()
	persistent := func(sub *subscription) bool { return sub.QoS > 0 && sub.session.lasts.Load() }
	if !slices.ContainsFunc(g.members, persistent) {
		return nil
	}
	g.keep(s.all.store)
	for i, o := range list {
		s.load.take(o.message)
		g.load.add(o.message)
		list[i] = outbound{message: o.message, told: o.message.Story.GivenBack(o.told), paced: true}
		list[i].position = s.all.store.move(s.owner, g.owner, outbound{message: o.message, position: o.position})
	}
	g.queue = slices.Concat(list, g.queue)
	return g.members
}

// unlock releases s.mu for who may have ended the session: what its groups have got back
// goes on to other members, whose locks must not be taken before.
func (s *Session) unlock() {
	heirs := s.heirs
	s.heirs = nil
	s.mu.Unlock()
	for _, sub := range heirs {
		sub.session.pull()
	}
}
