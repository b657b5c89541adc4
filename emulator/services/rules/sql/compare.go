package sql

import "strings"

// equal is the = of two values neither of which is Undefined: numbers by value,
// arrays in order, objects in any order, other kinds never equal.
func equal(r *run, a, b Value) bool {
	r.spend(1)
	if a.isNumber() && b.isNumber() {
		return order(a, b) == 0
	}
	if a.kind != b.kind || r.err != nil {
		return false
	}
	switch a.kind {
	case Boolean:
		return a.small == b.small
	case String:
		return a.text == b.text
	case Array:
		return equalItems(r, a.items(), b.items())
	case Object:
		return equalMembers(r, a.members(), b.members())
	}
	return true
}

func equalItems(r *run, a, b []Value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !equal(r, a[i], b[i]) {
			return false
		}
	}
	return true
}

func equalMembers(r *run, a, b *members) bool {
	if len(a.names) != len(b.names) {
		return false
	}
	for i, name := range a.names {
		v, ok := b.get(name)
		if !ok || !equal(r, a.values[i], v) {
			return false
		}
	}
	return true
}

// order compares two numbers: -1, 0 or 1.
func order(a, b Value) int {
	if a.ref == nil && b.ref == nil {
		switch {
		case a.small < b.small:
			return -1
		case a.small > b.small:
			return 1
		}
		return 0
	}
	return a.number().Cmp(b.number())
}

// compare is one of = <> > >= < <= [R-51, R-52, R-53].
func (r *run) compare(op tokenKind, a, b Value) Value {
	if a.kind == Undefined || b.kind == Undefined {
		return Value{}
	}
	switch op {
	case tokEqual:
		return ofBool(equal(r, a, b))
	case tokUnequal:
		return ofBool(!equal(r, a, b))
	}
	x, ok := r.version.numeric(a)
	if !ok {
		return Value{}
	}
	y, ok := r.version.numeric(b)
	if !ok {
		return Value{}
	}
	switch o := order(x, y); op {
	case tokGreater:
		return ofBool(o > 0)
	case tokGreaterEqual:
		return ofBool(o >= 0)
	case tokLess:
		return ofBool(o < 0)
	default:
		return ofBool(o <= 0)
	}
}

// truth is the standard conversion to a Boolean: itself, and "true" or "false" in any
// case.
func truth(v Value) (is, ok bool) {
	switch {
	case v.kind == Boolean:
		return v.small != 0, true
	case v.kind == String && strings.EqualFold(v.text, "true"):
		return true, true
	case v.kind == String && strings.EqualFold(v.text, "false"):
		return false, true
	}
	return false, false
}
