package sql

// A scope is what names mean within a nested query, for one element.
type scope struct {
	element Value
	alias   string // FROM x AS alias
	up      *scope // of the query around
}

// lookup finds what a name means: the element's alias or member, then that of the query
// around, at last the payload's member [R-48b; the way outward is a guess].
func (r *run) lookup(s *scope, name string) Value {
	for ; s != nil; s = s.up {
		if s.alias != "" && s.alias == name {
			return s.element
		}
		if s.element.kind == Object {
			if v, ok := s.element.members().get(name); ok {
				return v
			}
		}
	}
	return r.payload.member(name)
}
