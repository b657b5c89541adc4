package registry

import "encoding/json"

// theKey is that of a cell in a State.
const theKey = "account"

// A cell holds the one value of a kind that the account has. The registry's mutex
// guards it; whoever changes it has the change noted.
type cell[V any] struct {
	value V
	form  form[V]
	note  func(key string, value func() json.RawMessage)
}

// addCell makes a cell and adds it to the parts. mend may be nil.
func addCell[V any](r *Registry, kind string, value V, mend func(*Registry)) *cell[V] {
	journal := r.journal
	c := &cell[V]{value: value, form: formOf[V](),
		note: func(key string, value func() json.RawMessage) { journal.note(kind, key, value) }}
	r.parts = append(r.parts, part{kind: kind, mend: mend,
		save: func() map[string]json.RawMessage {
			return map[string]json.RawMessage{theKey: c.form.encode(c.value)}
		},
		load: func(_ string, text json.RawMessage) (err error) {
			c.value, err = c.form.decode(text)
			return err
		}})
	return c
}

func (c *cell[V]) get() V { return c.value }

// set changes the value. Nobody changes what is in it any more.
func (c *cell[V]) set(value V) {
	c.value = value
	c.note(theKey, func() json.RawMessage { return c.form.encode(value) })
}
