package sql

import (
	"errors"
	"unicode/utf8"

	"github.com/cockroachdb/apd/v3"
)

// valueFunctions look into values, whatever they are.
func valueFunctions() []function {
	return []function{
		{name: "get", min: 2, max: 2, call: get},
		{name: "get_or_default", min: 1, max: 2, since: V2016, special: getOrDefault},
		{name: "isNull", min: 1, max: 1, call: isKind(Null)},
		{name: "isUndefined", min: 1, max: 1, since: V2016, call: isKind(Undefined)},
		{name: "nanvl", min: 2, max: 2, call: nanvl},
		{name: "transform", min: 3, max: 3, since: V2016, call: transform},
	}
}

func isKind(k Kind) func(*run, []Value) Value {
	return func(_ *run, args []Value) Value { return ofBool(args[0].kind == k) }
}

// get is an element of an array or a character of a string, counted from 0; a member of
// an object.
func get(r *run, args []Value) Value {
	of, key := args[0], args[1]
	if of.kind == Object {
		if key.kind != String {
			return Value{}
		}
		return of.member(key.text)
	}
	n, ok := toIndex(r, key)
	switch {
	case !ok || n < 0:
	case of.kind == Array && n < int64(len(of.items())):
		return of.items()[n]
	case of.kind == String && r.spend(len(of.text)/100) && n < int64(utf8.RuneCountInString(of.text)):
		from := byteOf(of.text, int(n))
		return OfText(of.text[from : from+byteOf(of.text[from:], 1)])
	}
	return Value{}
}

// toIndex is the standard conversion to an Int: of a Decimal the nearest, of a string
// without its decimals.
func toIndex(r *run, v Value) (int64, bool) {
	n, ok := r.version.numeric(v)
	switch {
	case !ok:
		return 0, false
	case v.kind == String:
		return index(n, apd.RoundDown), true
	}
	return index(n, apd.RoundHalfUp), true
}

// getOrDefault also catches an external function that fails.
func getOrDefault(r *run, s *scope, c *call) Value {
	if s == nil && r.payload.kind == Undefined && isStar(c.args[0]) {
		return Value{} // not for raw payloads
	}
	v := c.args[0].eval(r, s)
	if errors.Is(r.err, ErrExternal) {
		r.err, v = nil, Value{}
	}
	if (v.kind == Null || v.kind == Undefined) && len(c.args) == 2 && r.err == nil {
		return c.args[1].eval(r, s)
	}
	return v
}

func nanvl(_ *run, args []Value) Value {
	if args[0].kind == Undefined || args[0].kind == Null {
		return args[1]
	}
	return args[0]
}

// transform merges an object into each object of an array. A nested query over an
// object gives an array of one, as in the page's third example: that one is meant.
func transform(r *run, args []Value) Value {
	with, array := args[1], args[2]
	if one := with.items(); len(one) == 1 {
		with = one[0]
	}
	if one := array.items(); len(one) == 1 && one[0].kind == Array {
		array = one[0]
	}
	if args[0].kind != String || args[0].text != "enrichArray" || with.kind != Object || array.kind != Array {
		return Value{}
	}
	merged := make([]Value, 0, len(array.items()))
	for _, item := range array.items() {
		if item.kind != Object {
			return Value{}
		}
		n := len(item.members().names) + len(with.members().names)
		if !r.spend(n) || !r.grow(64*n) {
			return Value{}
		}
		m := item.members().copy()
		for i, name := range with.members().names {
			m.set(name, with.members().values[i])
		}
		merged = append(merged, ofMembers(m))
	}
	v := ofArray(merged)
	if len(v.JSON()) > mostValue {
		r.note("transform gives more than 128 KiB, which AWS does not")
		return Value{}
	}
	return v
}
