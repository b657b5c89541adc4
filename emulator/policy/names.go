package policy

import (
	"slices"
	"strings"
)

// A namePattern is what the name of a resource has to match: a plain beginning,
// and a glob for the rest.
type namePattern struct {
	head string
	rest glob
	// in a sorted nameTable: the pattern with the longest head that this head begins with; -1 for none
	parent int
}

// namePatterns leaves of each element what comes after prefix.
func namePatterns(prefix string, elements []element) nameTable {
	var t nameTable
	for _, e := range elements {
		for _, g := range e.after(prefix) {
			t = append(t, newNamePattern(g))
		}
	}
	return t
}

func newNamePattern(g glob) namePattern {
	head, _, _ := strings.Cut(string(g), string(run))
	head, _, _ = strings.Cut(head, string(one))
	return namePattern{head: head, rest: g[len(head):]}
}

func (p *namePattern) match(name string) bool {
	return strings.HasPrefix(name, p.head) && (p.rest == run || p.rest.match(name[len(p.head):]))
}

// A nameTable is searched by head, so that a hundred patterns cost little more
// than one. Every head that name begins with is, in order, at or before the
// last head that is not after name, and that head begins with it as well: so
// that head and its parents are all the candidates.
type nameTable []namePattern

// sort makes the table ready for match.
func (t nameTable) sort() {
	slices.SortFunc(t, func(a, b namePattern) int { return strings.Compare(a.head, b.head) })
	for i := range t {
		parent := i - 1
		for parent >= 0 && !strings.HasPrefix(t[i].head, t[parent].head) {
			parent = t[parent].parent
		}
		t[i].parent = parent
	}
}

func (t nameTable) match(name string) bool {
	first, end := 0, len(t) // of the heads after name; by hand, as it is asked for each delivery
	for first < end {
		if middle := int(uint(first+end) / 2); t[middle].head > name {
			end = middle
		} else {
			first = middle + 1
		}
	}
	for i := first - 1; i >= 0; i = t[i].parent {
		if t[i].match(name) {
			return true
		}
	}
	return false
}
