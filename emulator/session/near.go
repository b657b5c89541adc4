package session

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"github.com/suback/suback/emulator/topic"
)

// Messages that nobody gets, nearly
//
//   - "sensor/#" and a message on "sensor" [B-508]
//   - "#" or "+/…" and a message on "$aws/…" [B-509]
//   - another case, blanks around a level, or a slash more or less at one end [B-518]
//
// Who asks for them has a message that no filter matched. The search is bounded,
// and made once per topic until the subscriptions change: a device whose messages
// nobody subscribes to is no exception.

const (
	maxVisits = 2000 // filter levels looked at in one search
	maxNear   = 20   // subscriptions found by one search
	maxTopics = 4096 // topics remembered; others are not searched for
)

// A Holder is a client id and one of its filters.
type Holder struct{ ClientID, Filter string }

func (h Holder) compare(other Holder) int {
	return cmp.Or(cmp.Compare(h.ClientID, other.ClientID), cmp.Compare(h.Filter, other.Filter))
}

// A Near is a subscription that a message would match, but for one rule.
type Near struct {
	Holder
	Rule string // "B-508", "B-509" or "B-518"
}

// A memo is what was found for a topic while the subscriptions were the same.
type memo struct {
	mu         sync.Mutex
	generation uint64
	found      map[string][]Near
}

// Near returns the subscriptions that come near to a message that reached
// nobody, sorted. The slice is shared; do not change it.
func (a *Sessions) Near(topic string) []Near {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.near.get(topic, a.generation, func() []Near { return a.tree.near(topic) })
}

// Holders returns who holds a filter that matches topic, sorted, at most 20.
func (a *Sessions) Holders(topic string) []Holder {
	a.mu.RLock()
	defer a.mu.RUnlock()
	var found []Holder
	a.tree.match(topic, func(n *node) { found = append(found, n.holders()...) })
	slices.SortFunc(found, Holder.compare)
	return found[:min(len(found), maxNear)]
}

// Unsent returns the topics whose retained message a wildcard or shared filter
// would match and does not get [B-510, B-670, B-721], sorted. Of many retained
// messages it looks at some.
func (a *Sessions) Unsent(filter string) []string {
	_, rest, shared := topic.Shared(filter)
	if !shared && !topic.HasWildcard(filter) {
		return nil
	}
	var probe node
	probe.leaf(rest)
	var topics []string
	a.mu.RLock()
	defer a.mu.RUnlock()
	visits := 0
	for topic := range a.retained {
		if visits++; visits > maxVisits {
			break
		}
		probe.match(topic, func(n *node) {
			if n.empty() { // the end of the filter
				topics = append(topics, topic)
			}
		})
	}
	slices.Sort(topics)
	return topics
}

func (c *memo) get(topic string, generation uint64, search func() []Near) []Near {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.generation != generation || c.found == nil {
		c.generation, c.found = generation, make(map[string][]Near)
	}
	found, known := c.found[topic]
	if !known && len(c.found) < maxTopics {
		found = search()
		c.found[topic] = found
	}
	return found
}

// near searches the filters below the root.
func (n *node) near(name string) []Near {
	var found []Near
	look := func(rule string, fits func(filter string) bool) func(*node) {
		return func(n *node) {
			for _, h := range n.holders() {
				_, filter, _ := topic.Shared(h.Filter)
				known := slices.ContainsFunc(found, func(other Near) bool { return other.Holder == h })
				if len(found) < maxNear && !known && fits(filter) {
					found = append(found, Near{h, rule})
				}
			}
		}
	}
	reserved, levels, visits := topic.IsReserved(name), strings.Count(name, "/")+1, maxVisits
	n.match(name+"/", look("B-508", func(filter string) bool {
		return strings.HasSuffix(filter, "/#") && strings.Count(filter, "/") == levels
	}))
	if reserved {
		n.walk(name, false, look("B-509", leadingWildcard))
	}
	others := []string{name, "/" + name, name + "/"}
	if bare, ok := strings.CutPrefix(name, "/"); ok {
		others = append(others, bare)
	}
	if bare, ok := strings.CutSuffix(name, "/"); ok {
		others = append(others, bare)
	}
	for _, other := range others {
		n.fold(other, &visits, look("B-518", func(filter string) bool {
			return strings.HasPrefix(filter, "/") == strings.HasPrefix(other, "/") &&
				(other == name || strings.HasSuffix(filter, "/") == strings.HasSuffix(other, "/")) &&
				!(reserved && leadingWildcard(filter))
		}))
	}
	slices.SortFunc(found, func(a, b Near) int { return a.compare(b.Holder) })
	return found
}

func leadingWildcard(filter string) bool {
	return strings.HasPrefix(filter, "+") || strings.HasPrefix(filter, "#")
}

// holders returns who subscribes to the filter that ends here.
func (n *node) holders() []Holder {
	var all []Holder
	add := func(subs []*subscription) {
		for _, sub := range subs {
			all = append(all, Holder{sub.session.id, sub.Filter})
		}
	}
	add(n.subs)
	for _, g := range n.groups {
		g.mu.Lock()
		add(g.members)
		g.mu.Unlock()
	}
	return all
}

// fold is match without regard to case and to blanks around a level, for as many levels
// as visits allows.
func (n *node) fold(rest string, visits *int, visit func(*node)) {
	level, rest, more := strings.Cut(rest, "/")
	for key, child := range n.below {
		*visits--
		switch {
		case *visits < 0:
			return
		case key == "#":
			visit(child)
		case key != "+" && !strings.EqualFold(strings.TrimSpace(key), strings.TrimSpace(level)):
		case more:
			child.fold(rest, visits, visit)
		default:
			visit(child)
		}
	}
}
