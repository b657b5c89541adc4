package session

import "github.com/suback/suback/emulator/story"

// Whom a filter has
//
//   - stories need not be told again with each message who gets it, while it is a QoS 0
//     message that one filter alone matches, and nobody subscribes to that or unsubscribes

// crowded is how many subscriptions a filter has at least for that to be worth it.
const crowded = 8

// share notes who gets m because of n, if that is all.
func (r *route) share(n *node, m *Message) {
	switch {
	case len(n.subs)+len(n.groups) == 0:
	case len(r.targets)+len(r.groups) > 0, len(n.groups) > 0, len(n.subs) < crowded, m.QoS > 0, !m.Story.Kept():
		r.shared = nil
	default:
		r.shared = n.audience()
	}
}

// audience is all who subscribe to n. Sessions.mu is held, if only to read.
func (n *node) audience() *story.Audience {
	if a := n.all.Load(); a != nil {
		return a
	}
	places := make([]story.Place, min(len(n.subs), story.MaxPlaces))
	for i := range places {
		places[i] = story.To(n.subs[i].told, 0, story.ToClient)
	}
	a := story.NewAudience(places, len(n.subs)-len(places))
	n.all.Store(a)
	return a
}
