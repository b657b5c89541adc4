package shadow

import (
	"encoding/json"
	"slices"
)

// A node is a value of JSON, and when it was written. It is not changed once others can
// see it.
type node struct {
	kind kind

	text string // of a leaf: its JSON, numbers as they were written
	at   int64  // of a leaf: when, in seconds since 1970 [S-46]

	names []string       // of an object, in the order they came
	index map[string]int // of an object with many members: where each is; nil: few
	items []*node        // of an array; of an object, by name
}

// A kind is what a value of JSON is.
type kind byte

const (
	null kind = iota
	boolean
	number
	text
	array
	object
)

// is reports whether there is a node of a kind.
func (n *node) is(k kind) bool { return n != nil && n.kind == k }

// few is how many names are looked at one by one.
const few = 12

// place is where an object has a member; -1: nowhere.
func (n *node) place(name string) int {
	if n.index == nil {
		return slices.Index(n.names, name)
	}
	if i, known := n.index[name]; known {
		return i
	}
	return -1
}

// member returns a member of an object; nil if there is none, or n is nil or no object.
func (n *node) member(name string) *node {
	if n.is(object) {
		if i := n.place(name); i >= 0 {
			return n.items[i]
		}
	}
	return nil
}

// put adds a member to an object, or replaces it in its place.
func (n *node) put(name string, value *node) {
	if i := n.place(name); i >= 0 {
		n.items[i] = value
		return
	}
	if n.names == nil {
		n.names, n.items = make([]string, 0, 2), make([]*node, 0, 2) // as most have
	}
	n.names, n.items = append(n.names, name), append(n.items, value)
	switch {
	case n.index != nil:
		n.index[name] = len(n.names) - 1
	case len(n.names) > few:
		n.reindex()
	}
}

func (n *node) reindex() {
	n.index = make(map[string]int, 2*len(n.names))
	for i, name := range n.names {
		n.index[name] = i
	}
}

// keep takes those members out of an object that are nil.
func (n *node) keep() {
	kept := 0
	for i, item := range n.items {
		if item != nil {
			n.names[kept], n.items[kept] = n.names[i], item
			kept++
		}
	}
	if kept == len(n.names) {
		return
	}
	if n.names, n.items = n.names[:kept], n.items[:kept]; n.index != nil {
		n.reindex()
	}
}

// depth is how many levels of names and positions there are below a node; empty objects
// and arrays have none [S-40].
func (n *node) depth() (deepest int) {
	if n == nil {
		return 0
	}
	for _, one := range n.items {
		deepest = max(deepest, 1+one.depth())
	}
	return deepest
}

// plain is what the text of a leaf says.
func (n *node) plain() (s string) {
	_ = json.Unmarshal([]byte(n.text), &s) // we have written it
	return s
}
