package registry

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// A relation has pairs of names, each with a value, and is asked from both sides. In
// a State each pair has its own key, so that those of a file and those of the API
// merge; the first name has no spaces in it. The registry's mutex guards it; whoever
// changes it has each change noted.
type relation struct {
	seconds map[string]map[string]string // value by second name, by first
	firsts  map[string]map[string]string // value by first name, by second
	note    func(key string, value func() json.RawMessage)
	encode  func(value string) json.RawMessage
}

// addRelation makes a relation whose values count, and adds it to the parts. fits
// says whether a pair may be there: a merge can leave one that may not.
func addRelation(r *Registry, kind string, fits func(r *Registry, first, second string) bool) *relation {
	form := formOf[string]()
	return addPairs(r, kind, form.encode, form.decode, fits)
}

// addMemberships is addRelation for pairs without values.
func addMemberships(r *Registry, kind string, fits func(r *Registry, first, second string) bool) *relation {
	return addPairs(r, kind,
		func(string) json.RawMessage { return json.RawMessage("true") },
		func(json.RawMessage) (string, error) { return "", nil }, fits)
}

func addPairs(r *Registry, kind string,
	encode func(string) json.RawMessage, decode func(json.RawMessage) (string, error),
	fits func(r *Registry, first, second string) bool) *relation {
	journal := r.journal
	n := &relation{encode: encode,
		seconds: map[string]map[string]string{}, firsts: map[string]map[string]string{},
		note: func(key string, value func() json.RawMessage) { journal.note(kind, key, value) }}
	r.parts = append(r.parts, part{kind: kind, save: n.save,
		load: func(key string, text json.RawMessage) error {
			first, second, _ := strings.Cut(key, " ")
			value, err := decode(text)
			n.put(first, second, value)
			return err
		},
		mend: func(r *Registry) {
			n.removeUnless(func(first, second string) bool { return fits(r, first, second) })
		}})
	return n
}

// of returns the second names of a first one, with the values. Nobody may change it.
func (n *relation) of(first string) map[string]string { return n.seconds[first] }

// with returns the first names of a second one, likewise.
func (n *relation) with(second string) map[string]string { return n.firsts[second] }

func (n *relation) has(first, second string) bool {
	_, ok := n.seconds[first][second]
	return ok
}

func (n *relation) put(first, second, value string) {
	putPair(n.seconds, first, second, value)
	putPair(n.firsts, second, first, value)
	n.note(first+" "+second, func() json.RawMessage { return n.encode(value) })
}

func putPair(m map[string]map[string]string, key, name, value string) {
	if m[key] == nil {
		m[key] = map[string]string{}
	}
	m[key][name] = value
}

func (n *relation) remove(first, second string) {
	if !n.has(first, second) {
		return
	}
	removePair(n.seconds, first, second)
	removePair(n.firsts, second, first)
	n.note(first+" "+second, nil)
}

func removePair(m map[string]map[string]string, key, name string) {
	if delete(m[key], name); len(m[key]) == 0 {
		delete(m, key)
	}
}

// removeAll removes all pairs of a first name.
func (n *relation) removeAll(first string) {
	for _, second := range sortedKeys(n.of(first)) {
		n.remove(first, second)
	}
}

func (n *relation) removeUnless(fits func(first, second string) bool) {
	for _, first := range sortedKeys(n.seconds) {
		for _, second := range sortedKeys(n.of(first)) {
			if !fits(first, second) {
				n.remove(first, second)
			}
		}
	}
}

func (n *relation) save() map[string]json.RawMessage {
	values := map[string]json.RawMessage{}
	for first, seconds := range n.seconds {
		for second, value := range seconds {
			values[first+" "+second] = n.encode(value)
		}
	}
	return values
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
