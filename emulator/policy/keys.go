package policy

// Keys are the policy variables and condition keys that decide about an action: those of
// the statements that name it. used have a value for this connection, or for the
// request by extra, missing have none. Both are as the policies write them, each once,
// in reading order.
func (p *Policy) Keys(a Action, extra Values) (used, missing []string) {
	if p.pool == nil {
		return nil, nil
	}
	all := newValues(p.values.all(), extra)
	for _, doc := range p.docs {
		v := all.without(doc.hidden)
		for _, s := range doc.statements {
			if !s.names(a.canonical().lower()) {
				continue
			}
			for _, c := range s.conditions {
				if len(v.get(c.key)) > 0 || c.isClock() && p.ctx.Now != nil {
					note(&used, []string{c.key})
				} else {
					note(&missing, []string{c.key})
				}
				s.resources = append(s.resources[:len(s.resources):len(s.resources)], c.wants...)
			}
			for _, t := range s.resources {
				t.keys(v, &used, &missing)
			}
		}
	}
	if p.within != nil {
		more, less := p.within.Keys(a, extra)
		note(&used, more)
		note(&missing, less)
	}
	return used, missing
}

// keys notes the variables of a text.
func (t template) keys(v values, used, missing *[]string) {
	for _, tok := range t.tokens {
		if tok.kind != variable {
			continue
		}
		if _, ok := v.substitute(tok.text); ok {
			note(used, []string{tok.text})
		} else {
			note(missing, []string{tok.text})
		}
	}
}
