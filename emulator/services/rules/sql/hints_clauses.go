package sql

// What a statement walks into across its clauses.

// hintAliases finds names in WHERE that SELECT makes, and that are no fields elsewhere.
func (s *Statement) hintAliases(add func(int, string, ...any)) {
	if s.query.where == nil {
		return
	}
	fields := map[string]bool{}
	for _, c := range s.query.columns {
		walk(c.node, func(n node) {
			if f, ok := n.(*field); ok {
				fields[f.name] = true
			}
		})
	}
	walk(s.query.where, func(n node) {
		f, ok := n.(*field)
		if !ok || fields[f.name] {
			return
		}
		for _, c := range s.query.columns {
			if len(c.alias) > 0 && c.alias[0] == f.name {
				add(int(f.at), "`%s` is an alias of SELECT, which WHERE does not know: write `%s`", f.name, clip(text(c.node)))
			}
		}
	})
}

// hintBytes finds fields beside encode(*, 'base64'): a payload that needs it is no JSON, and
// has none.
func (s *Statement) hintBytes(add func(int, string, ...any)) {
	isBytes := false
	s.walk(func(n node) {
		if c, ok := n.(*call); ok && c.function.name == "encode" && len(c.args) > 0 {
			_, star := c.args[0].(*star)
			isBytes = isBytes || star
		}
	})
	if !isBytes {
		return
	}
	if f := bareField(&s.query); f != nil {
		add(int(f.at), "`%s` is Undefined where the payload is no JSON, which encode(*, 'base64') is for: "+
			"write a rule for each of both", f.name)
	}
}

// bareField is a field of the payload that nothing stands in for if it is missing.
func bareField(n node) *field {
	switch n := n.(type) {
	case *field:
		return n
	case *exists:
		return nil
	case *query:
		if n.from != nil {
			return nil
		}
	case *call:
		switch n.function.name {
		case "get_or_default", "isUndefined", "isNull":
			return nil
		}
	}
	for _, c := range n.children() {
		if f := bareField(c); f != nil {
			return f
		}
	}
	return nil
}
