package shadow

import "maps"

// A desk is what one request is worked on with. The next one uses it again: of all that is
// on it nothing but texts outlives a request.
type desk struct {
	nodes []*node // those in use, and behind them those that were
	used  int
	text  []byte // where a document is written

	update    update
	old, made document
	outcome   Outcome
}

// mostOnDesk is how many nodes, and how many bytes of text, are kept for the next request.
const mostOnDesk, mostText = 1024, 32 << 10

// desk is one that nobody uses; the caller clears it.
func (s *Shadows) desk() *desk {
	if d, ok := s.desks.Get().(*desk); ok {
		return d
	}
	return new(desk)
}

// clear has a desk used by another.
func (s *Shadows) clear(d *desk) {
	d.update, d.old, d.made, d.outcome = update{}, document{}, document{}, Outcome{}
	if d.used = 0; len(d.nodes) <= mostOnDesk && cap(d.text) <= mostText {
		s.desks.Put(d)
	}
}

// node is a new one, with the room for members that it had when it was another.
func (d *desk) node(n node) *node {
	if d.used == len(d.nodes) {
		more := make([]node, 16)
		for i := range more {
			d.nodes = append(d.nodes, &more[i])
		}
	}
	made := d.nodes[d.used]
	d.used++
	n.names, n.items = made.names[:0], made.items[:0]
	*made = n
	return made
}

func (d *desk) object() *node { return d.node(node{kind: object}) }

// copied is an object of its own with the same members.
func (d *desk) copied(n *node) *node {
	made := d.node(node{kind: object, index: maps.Clone(n.index)})
	made.names, made.items = append(made.names, n.names...), append(made.items, n.items...)
	return made
}
