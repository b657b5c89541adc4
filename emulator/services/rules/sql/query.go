package sql

// eval is the array of what the query finds; of an object there is one element
// at most, of anything else none.
func (n *query) eval(r *run, s *scope) Value {
	from := n.source(r, s)
	if from.kind == Undefined {
		return Value{}
	}
	found := []Value{}
	n.each(r, s, from, func(element *scope) bool {
		v := n.selected(r, element)
		if v.kind != Undefined && r.grow(64) {
			found = append(found, v)
		}
		return r.err == nil
	})
	return ofArray(found)
}

// source is what the query looks through; * is the payload.
func (n *query) source(r *run, s *scope) Value {
	if _, ok := n.from.(*star); ok {
		return r.payload
	}
	return n.from.eval(r, s)
}

// each hands on the elements that WHERE lets pass, until it is told to stop.
func (n *query) each(r *run, s *scope, from Value, do func(*scope) bool) {
	elements := from.items()
	if from.kind == Object {
		elements = []Value{from}
	}
	element := scope{alias: n.alias, up: s}
	for _, element.element = range elements {
		if !r.spend(1) {
			return
		}
		if n.where != nil && !n.where.eval(r, &element).isTrue() {
			continue
		}
		if !do(&element) {
			return
		}
	}
}

// selected is what SELECT makes of the payload, or of an element.
func (n *query) selected(r *run, s *scope) Value {
	if n.value {
		return n.columns[0].node.eval(r, s)
	}
	if len(n.columns) == 1 && isStar(n.columns[0].node) && n.columns[0].alias == nil {
		return n.columns[0].node.eval(r, s)
	}
	m := newMembers(len(n.columns))
	for _, c := range n.columns {
		v := c.node.eval(r, s)
		if r.err != nil {
			return Value{}
		}
		c.put(r, m, v)
	}
	return ofMembers(m)
}

func isStar(n node) bool { _, ok := n.(*star); return ok }

// put adds a column's value. * and x.* without an alias add all that an object has [R-34,
// R-36a], anything else a member; Undefined adds nothing.
func (c column) put(r *run, m *members, v Value) {
	_, isAll := c.node.(*all)
	switch {
	case (isStar(c.node) || isAll) && c.alias == nil:
		if of := v.members(); of != nil && r.spend(len(of.names)) && r.grow(64*len(of.names)) {
			for i, name := range of.names {
				m.set(name, of.values[i])
			}
		}
	case v.kind == Undefined:
	case c.alias == nil:
		m.set(c.name(), v)
	default:
		putPath(r, m, c.alias, v)
	}
}

// putPath puts a value into an object in an object, which is made if it is not there,
// and copied if it is.
func putPath(r *run, m *members, path []string, v Value) {
	if len(path) == 1 {
		m.set(path[0], v)
		return
	}
	inner := &members{}
	if old, ok := m.get(path[0]); ok && old.kind == Object {
		n := len(old.members().names)
		if !r.spend(n) || !r.grow(64*n) {
			return
		}
		inner = old.members().copy()
	}
	putPath(r, inner, path[1:], v)
	m.set(path[0], ofMembers(inner))
}

// name is the name of a column without alias: the last one of a path, or the function's
// . Of another expression it is its text [guess].
func (c column) name() string {
	switch n := c.node.(type) {
	case *field:
		return n.name
	case *member:
		return n.name
	case *variable:
		return n.name
	case *call:
		return n.function.name
	case *cast:
		return "cast"
	}
	return text(c.node)
}
