package sql

import "github.com/cockroachdb/apd/v3"

// A Kind is a type of values.
type Kind uint8

// The kinds, as AWS names them.
const (
	Undefined Kind = iota
	Null
	Boolean
	Int
	Decimal
	String
	Array
	Object
)

// String is the kind's name.
func (k Kind) String() string {
	return [...]string{"Undefined", "Null", "Boolean", "Int", "Decimal", "String", "Array", "Object"}[k]
}

// A Value is what an expression gives. It never changes, so it may be shared. The zero
// Value is Undefined.
type Value struct {
	kind  Kind
	small int64  // of a Boolean 0 or 1, of an Int without ref
	text  string // of a String
	ref   any    // *apd.Decimal of a Decimal or an Int beyond int64, []Value, *members
}

// Kind says of which kind the value is.
func (v Value) Kind() Kind { return v.kind }

// OfText returns a String.
func OfText(s string) Value { return Value{kind: String, text: s} }

// OfInt returns an Int.
func OfInt(i int64) Value { return Value{kind: Int, small: i} }

func ofBool(b bool) Value {
	if b {
		return Value{kind: Boolean, small: 1}
	}
	return Value{kind: Boolean}
}

func ofNull() Value { return Value{kind: Null} }

func ofArray(items []Value) Value { return Value{kind: Array, ref: items} }

func ofMembers(m *members) Value { return Value{kind: Object, ref: m} }

func (v Value) isTrue() bool { return v.kind == Boolean && v.small != 0 }

func (v Value) isNumber() bool { return v.kind == Int || v.kind == Decimal }

func (v Value) items() []Value { i, _ := v.ref.([]Value); return i }

func (v Value) members() *members { m, _ := v.ref.(*members); return m }

// number is the value of an Int or a Decimal, not to be changed.
func (v Value) number() *apd.Decimal {
	if d, ok := v.ref.(*apd.Decimal); ok {
		return d
	}
	return apd.New(v.small, 0)
}

// member is what an Object has below a name; anything else has nothing.
func (v Value) member(name string) Value {
	if v.kind != Object {
		return Value{}
	}
	got, _ := v.members().get(name)
	return got
}

// members of an Object, in order, each name once.
type members struct {
	names  []string
	values []Value
	index  map[string]int // nil while there are few
}

func newMembers(room int) *members {
	return &members{names: make([]string, 0, room), values: make([]Value, 0, room)}
}

// few is how many names are looked through faster than they are hashed.
const few = 12

func (m *members) find(name string) (int, bool) {
	if m.index != nil {
		i, ok := m.index[name]
		return i, ok
	}
	for i, n := range m.names {
		if n == name {
			return i, true
		}
	}
	return 0, false
}

func (m *members) get(name string) (Value, bool) {
	if i, ok := m.find(name); ok {
		return m.values[i], true
	}
	return Value{}, false
}

// set is for who makes the object: later it does not change. The last of several
// values of a name counts, at the place of the first.
func (m *members) set(name string, v Value) {
	if i, ok := m.find(name); ok {
		m.values[i] = v
		return
	}
	m.names, m.values = append(m.names, name), append(m.values, v)
	switch {
	case m.index != nil:
		m.index[name] = len(m.names) - 1
	case len(m.names) > few:
		m.index = make(map[string]int, 2*len(m.names))
		for i, n := range m.names {
			m.index[n] = i
		}
	}
}

// copy returns the same members, which may be added to.
func (m *members) copy() *members {
	c := newMembers(len(m.names))
	for i, n := range m.names {
		c.set(n, m.values[i])
	}
	return c
}
