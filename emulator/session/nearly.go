package session

import (
	"slices"

	"github.com/suback/suback/emulator/topic"
)

// A Nearly is a subscription that would match a message, but for one mistake.
type Nearly struct {
	Holder
	topic.Miss
}

// Nearly returns the subscriptions that come near to a topic by any mistake that
// [topic.Missed] knows, whoever else gets its messages, sorted, at most 20. It is for
// those who ask: it looks at 2,000 filters, those first that Near would find.
func (a *Sessions) Nearly(name string) []Nearly {
	var found []Nearly
	look := func(h Holder) {
		m, ok := topic.Missed(h.Filter, name)
		known := func(other Nearly) bool { return other.Holder == h }
		if ok && len(found) < maxNear && !slices.ContainsFunc(found, known) {
			found = append(found, Nearly{h, m})
		}
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	for _, n := range a.tree.near(name) {
		look(n.Holder)
	}
	visits := maxVisits
	a.tree.each(&visits, func(n *node) {
		for _, h := range n.holders() {
			look(h)
		}
	})
	slices.SortFunc(found, func(a, b Nearly) int { return a.compare(b.Holder) })
	return found
}

// each visits the nodes below, as many as visits allows.
func (n *node) each(visits *int, visit func(*node)) {
	for _, child := range n.below {
		if *visits--; *visits < 0 {
			return
		}
		visit(child)
		child.each(visits, visit)
	}
}
