package sql

// How each node gets its value. Nothing here fails: what has no value is Undefined.

func (n *literal) eval(*run, *scope) Value { return n.value }

func (n *star) eval(r *run, s *scope) Value {
	if s != nil {
		return s.element
	}
	return r.payload
}

func (n *field) eval(r *run, s *scope) Value { return r.lookup(s, n.name) }

func (n *variable) eval(r *run, _ *scope) Value {
	if n.slot < len(r.variables) {
		return r.variables[n.slot]
	}
	return Value{}
}

func (n *member) eval(r *run, s *scope) Value { return n.x.eval(r, s).member(n.name) }

func (n *all) eval(r *run, s *scope) Value {
	if v := n.x.eval(r, s); v.kind == Object {
		return v
	}
	return Value{}
}

func (n *unary) eval(r *run, s *scope) Value {
	x := n.x.eval(r, s)
	if n.op == tokMinus {
		return r.version.negative(x)
	}
	is, ok := truth(x)
	return optional(!is, ok)
}

func (n *binary) eval(r *run, s *scope) Value {
	if !r.spend(1) {
		return Value{}
	}
	a, b := n.l.eval(r, s), n.r.eval(r, s)
	switch n.op {
	case tokAnd, tokOr:
		return logic(n.op, a, b)
	case tokPlus:
		return r.plus(a, b)
	case tokMinus, tokStar, tokSlash, tokPercent:
		return r.version.arithmetic(n.op, a, b)
	}
	return r.compare(n.op, a, b)
}

// logic is AND and OR of Booleans: Undefined where one side is none, unless the left one
// decides, as in true OR Undefined.
func logic(op tokenKind, a, b Value) Value {
	x, ok := truth(a)
	if !ok || x == (op == tokOr) {
		return optional(x, ok)
	}
	return optional(truth(b))
}

func optional(is, ok bool) Value {
	if !ok {
		return Value{}
	}
	return ofBool(is)
}

// plus adds numbers, and puts texts together if either side is one.
func (r *run) plus(a, b Value) Value {
	if a.kind != String && b.kind != String {
		if !a.isNumber() || !b.isNumber() {
			return Value{}
		}
		return r.version.arithmetic(tokPlus, a, b)
	}
	x, ok := r.text(a)
	if !ok {
		return Value{}
	}
	y, ok := r.text(b)
	if !ok || !r.grow(len(x)+len(y)) {
		return Value{}
	}
	return OfText(x + y)
}

// eval is true when an equal element is in the array.
func (n *in) eval(r *run, s *scope) Value {
	x, a := n.x.eval(r, s), n.array.eval(r, s)
	if x.kind == Undefined || a.kind != Array {
		return Value{}
	}
	for _, i := range a.items() {
		if i.kind != Undefined && equal(r, x, i) {
			return ofBool(true)
		}
	}
	return ofBool(false)
}

func (n *exists) eval(r *run, s *scope) Value {
	found := false
	n.query.each(r, s, n.query.source(r, s), func(*scope) bool { found = true; return false })
	return ofBool(found)
}

// eval is the first result whose test equals the value.
func (n *choice) eval(r *run, s *scope) Value {
	v := n.v.eval(r, s)
	if v.kind == Undefined || !r.spend(1) {
		return Value{}
	}
	for _, w := range n.whens {
		if t := w.test.eval(r, s); t.kind != Undefined && equal(r, v, t) {
			return w.result.eval(r, s)
		}
	}
	if n.other == nil {
		return Value{}
	}
	return n.other.eval(r, s)
}

func (n *array) eval(r *run, s *scope) Value {
	if !r.grow(64 * len(n.items)) {
		return Value{}
	}
	items := make([]Value, len(n.items))
	for i, x := range n.items {
		items[i] = x.eval(r, s)
	}
	return ofArray(items)
}

func (n *object) eval(r *run, s *scope) Value {
	if !r.grow(64 * len(n.names)) {
		return Value{}
	}
	m := newMembers(len(n.names))
	for i, name := range n.names {
		m.set(name, n.values[i].eval(r, s))
	}
	return ofMembers(m)
}

// eval calls a function. One with a wrong number of arguments, and one that the version
// does not have, is Undefined.
func (n *call) eval(r *run, s *scope) Value {
	f := n.function
	if !r.spend(1) || !f.takes(len(n.args)) || f.since > r.version {
		return Value{}
	}
	if f.special != nil {
		return f.special(r, s, n)
	}
	base := len(r.args)
	for _, a := range n.args {
		v := a.eval(r, s)
		r.args = append(r.args, v)
	}
	v := Value{}
	if r.err == nil {
		v = f.call(r, r.args[base:len(r.args):len(r.args)])
	}
	r.args = r.args[:base]
	return v
}

func (n *cast) eval(r *run, s *scope) Value { return r.cast(n.x.eval(r, s), n.to, n.name) }
