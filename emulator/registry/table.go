package registry

import (
	"encoding/json"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/tidwall/btree"
)

// A table holds the resources of one kind by key, in the order of the keys. The
// registry's mutex guards it; whoever changes it has each change noted.
type table[V any] struct {
	rows    btree.Map[string, *V] // pointers, so that all tables share the tree's code
	changed uint64                // how often a row was
	indexes map[string]*index[V]
	note    func(key string, value func() json.RawMessage)
	encode  func(V) json.RawMessage
}

// An index finds rows by something that they say.
type index[V any] struct {
	of   func(V) string // "" is not found
	keys map[string]set
}

// A shape is what a table has to know of its kind.
type shape[V any] struct {
	kind string // in a State

	// stored and restore are how a row stands in a State, if not as it is; derive
	// finds what it has beside. All but one of them may be nil.
	stored  func(V) json.RawMessage
	restore func(json.RawMessage) (V, error)
	derive  func(*V) error

	// arn is the ARN of a row that may have tags; nil: none may.
	arn func(V) string

	// indexes are by what rows are looked for, by a name.
	indexes map[string]func(V) string

	// mend takes out of a row what names something that does not exist; nil: there
	// is no such thing.
	mend func(*Registry, *V)
}

// byARN is the index of what may have tags.
const byARN = "ARN"

// addTable makes a table and adds it to the parts.
func addTable[V any](r *Registry, s shape[V]) *table[V] {
	form := sync.OnceValue(formOf[V])
	if s.stored == nil {
		s.stored = func(v V) json.RawMessage { return form().encode(v) }
		s.restore = func(text json.RawMessage) (V, error) { return form().decode(text) }
	}
	journal := r.journal
	t := &table[V]{indexes: map[string]*index[V]{}, encode: s.stored,
		note: func(key string, value func() json.RawMessage) { journal.note(s.kind, key, value) }}
	for name, of := range s.indexes {
		t.indexes[name] = &index[V]{of, map[string]set{}}
	}
	p := part{kind: s.kind, save: t.save,
		load: func(key string, text json.RawMessage) error { return t.load(s, key, text) }}
	if s.arn != nil {
		t.indexes[byARN] = &index[V]{s.arn, map[string]set{}}
		p.has = func(arn string) bool { return len(t.indexes[byARN].keys[arn]) > 0 }
	}
	if s.mend != nil {
		p.mend = func(r *Registry) { t.mend(r, s) }
	}
	r.parts = append(r.parts, p)
	return t
}

// asStored is a shape whose rows stand in a State as S.
func asStored[V, S any](s shape[V], to func(V) S, from func(S) (V, error)) shape[V] {
	form := sync.OnceValue(formOf[S])
	s.stored = func(v V) json.RawMessage { return form().encode(to(v)) }
	s.restore = func(text json.RawMessage) (v V, err error) {
		stored, err := form().decode(text)
		if err == nil {
			v, err = from(stored)
		}
		return v, err
	}
	return s
}

func (t *table[V]) get(key string) (v V, ok bool) {
	row, ok := t.rows.Get(key)
	if ok {
		v = *row
	}
	return v, ok
}

// at is the zero value if there is none.
func (t *table[V]) at(key string) V {
	v, _ := t.get(key)
	return v
}

func (t *table[V]) len() int { return t.rows.Len() }

// put adds or replaces a row. Nobody changes what is in it any more.
func (t *table[V]) put(key string, v V) {
	t.changed++
	old, replaced := t.rows.Set(key, &v)
	for _, i := range t.indexes {
		if replaced {
			i.remove(key, *old)
		}
		i.add(key, v)
	}
	t.note(key, func() json.RawMessage { return t.encode(v) })
}

func (t *table[V]) delete(key string) {
	old, ok := t.rows.Delete(key)
	if !ok {
		return
	}
	t.changed++
	for _, i := range t.indexes {
		i.remove(key, *old)
	}
	t.note(key, nil)
}

func (i *index[V]) add(key string, v V) {
	if at := i.of(v); at != "" {
		add(i.keys, at, key)
	}
}

func (i *index[V]) remove(key string, v V) { remove(i.keys, i.of(v), key) }

// by returns the keys of the rows that an index has, sorted.
func (t *table[V]) by(index, value string) []string { return t.indexes[index].keys[value].sorted() }

// all are the rows in order. Nothing may change meanwhile.
func (t *table[V]) all() iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		t.rows.Scan(func(key string, row *V) bool { return yield(key, *row) })
	}
}

// from are the rows from a key on.
func (t *table[V]) from(key string) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		t.rows.Ascend(key, func(key string, row *V) bool { return yield(key, *row) })
	}
}

// values are the rows in order.
func (t *table[V]) values() []V {
	values := make([]V, 0, t.rows.Len())
	for _, v := range t.all() {
		values = append(values, v)
	}
	return values
}

// names are the keys, for a text.
func (t *table[V]) names() string { return strings.Join(t.rows.Keys(), ", ") }

func (t *table[V]) save() map[string]json.RawMessage {
	values := make(map[string]json.RawMessage, t.rows.Len())
	for key, v := range t.all() {
		values[key] = t.encode(v)
	}
	return values
}

func (t *table[V]) load(s shape[V], key string, text json.RawMessage) error {
	v, err := s.restore(text)
	if err == nil && s.derive != nil {
		err = s.derive(&v)
	}
	if err == nil {
		t.put(key, v)
	}
	return err
}

func (t *table[V]) mend(r *Registry, s shape[V]) {
	for _, key := range t.rows.Keys() {
		v := t.at(key)
		s.mend(r, &v)
		t.put(key, v)
	}
}

// A set holds names.
type set map[string]bool

func (s set) sorted() []string { return slices.Sorted(maps.Keys(s)) }

// add puts a name into the set of a key.
func add(sets map[string]set, key, name string) {
	if sets[key] == nil {
		sets[key] = set{}
	}
	sets[key][name] = true
}

// remove takes a name out of the set of a key.
func remove(sets map[string]set, key, name string) {
	if delete(sets[key], name); len(sets[key]) == 0 {
		delete(sets, key)
	}
}
