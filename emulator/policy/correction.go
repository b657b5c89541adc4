package policy

import (
	"fmt"
	"math/bits"
	"strings"
)

// A correction is a resource of a statement as it was meant.
type correction struct {
	*site
	resource int // its index
	text     string
	made     repair // 0: the name of a variable
}

// corrected puts the resource right that the hint is about.
func (m *mender) corrected() *change {
	best, least := (*correction)(nil), 4
	for i := range m.sites {
		s := &m.sites[i]
		if s.deny || s.notAction || s.notResource || !s.names(m.Action.lower()) || !m.holds(s) {
			continue
		}
		for k, e := range s.elements {
			if text := respelt(s.resources[k]); text != s.resources[k].raw && m.fits(s, text) {
				return m.correct(&correction{s, k, text, 0})
			}
			made, ok := m.q.repair(s.bound, e, least)
			if !ok {
				continue
			}
			if text, ok := m.rewrite(s, k, made); ok {
				best, least = &correction{s, k, text, made}, bits.OnesCount8(uint8(made))
			}
		}
	}
	if best == nil {
		return nil
	}
	return m.correct(best)
}

// fits reports whether a resource of a statement, so written, is the request's.
func (m *mender) fits(s *site, text string) bool { return m.element(s, text).match(m.Resource) }

func (m *mender) element(s *site, text string) element {
	t := parseWildcards(text)
	if s.doc.substitutes() {
		t = parseTemplate(text)
	}
	return newElement(t, m.known.without(s.doc.hidden))
}

// correct replaces the resource; where other actions need it as it is, the right one is
// put beside it.
func (m *mender) correct(fix *correction) *change {
	c := &change{doc: fix.doc}
	if fix.made&kind != 0 && fix.needed() {
		c.add(fix.index, "Resource", fix.text)
	} else {
		c.correct(fix.index, fix.resource, fix.text)
	}
	place := fmt.Sprintf("%s.Statement[%d]", fix.document, fix.index)
	if lost := fix.resources[fix.resource].raw; fix.made&(letterCase|slash) != 0 {
		c.warn("%s no longer allows %s", place, lastField(lost))
	}
	actions, e := append([]string{string(m.Action)}, m.others(fix.site)...), m.element(fix.site, fix.text)
	if len(actions) == 1 && e.isOne() {
		return c
	}
	c.warn("%s then allows %s on all of %s", place, strings.Join(actions, ", "), lastField(fix.text))
	if fix.made&wildcards != 0 {
		c.warn(`"*" takes in any number of levels, unlike "+"`)
	}
	return c
}

// isOne: it matches one name alone.
func (e element) isOne() bool {
	last := string(e.fields[len(e.fields)-1])
	return strings.IndexByte(last, run[0]) < 0 && strings.IndexByte(last, one[0]) < 0
}

// needed reports whether another action that the statement names is judged on resources
// of the type that the wrong one has.
func (fix *correction) needed() bool {
	found, _, _ := strings.Cut(lastField(fix.resources[fix.resource].raw), "/")
	return fix.needs(found)
}

// respelt is a resource with the names of its variables put right.
func respelt(t template) string {
	text := t.raw
	for _, tok := range t.tokens {
		if tok.kind == variable {
			if want := respell(tok.text); want != "" {
				text = strings.ReplaceAll(text, "${"+tok.text+"}", "${"+want+"}")
			}
		}
	}
	return text
}

// rewrite makes the changes of a repair in the text of a resource; ok is false if that
// does not do it.
func (m *mender) rewrite(s *site, k int, made repair) (text string, ok bool) {
	fields := strings.SplitN(s.resources[k].raw, ":", arnFields)
	have := strings.SplitN(m.Resource, ":", arnFields)
	if len(fields) != arnFields || len(have) != arnFields || made&undefined != 0 {
		return "", false
	}
	for _, i := range []int{1, 3, 4} {
		if !s.elements[k].fields[i].match(have[i]) {
			fields[i] = have[i]
		}
	}
	last := &fields[arnFields-1]
	if made&kind != 0 {
		*last = string(withKind(glob(*last), m.Action.resourceType()))
	}
	if made&wildcards != 0 {
		*last = strings.NewReplacer("+", "*", "#", "*").Replace(*last)
	}
	if made&slash != 0 {
		*last = moveSlash(*last, have[arnFields-1])
	}
	if made&letterCase != 0 {
		*last = recase(m.element(s, *last), *last, have[arnFields-1])
	}
	text = strings.Join(fields, ":")
	return text, m.fits(s, text)
}

// moveSlash adds the leading slash of a name to a pattern, or takes it away.
func moveSlash(pattern, name string) string {
	if strings.Contains(pattern, "//") {
		return strings.Replace(pattern, "//", "/", 1)
	}
	if kind, _, _ := strings.Cut(name, "/"); strings.HasPrefix(name, kind+"//") {
		return strings.Replace(pattern, "/", "//", 1)
	}
	return pattern
}

// recase gives the plain parts of a pattern, e as it is here, the letters of the name that
// they are to match.
func recase(e element, pattern, name string) string {
	text := strings.Join(e.shown, ":")
	var b strings.Builder
	rest := name
	for i, part := range strings.Split(text, "*") {
		if i > 0 {
			b.WriteByte('*')
		}
		at := strings.Index(lower(rest), lower(part))
		if at < 0 || strings.Contains(pattern, "${") || strings.Contains(part, "?") {
			return pattern
		}
		b.WriteString(rest[at : at+len(part)])
		rest = rest[at+len(part):]
	}
	return b.String()
}

// versioned gives a document the Version that makes variables of its texts.
func (m *mender) versioned() *change {
	for i := range m.sites {
		s := &m.sites[i]
		if s.deny || s.notResource || s.literal == "" || !s.names(m.Action.lower()) || !m.holds(s) {
			continue
		}
		for _, t := range s.resources {
			if newElement(parseTemplate(t.raw), m.known.without(s.doc.hidden)).match(m.Resource) {
				c := &change{doc: s.doc}
				c.put("add", "/Version", jsonOf("2012-10-17"), s.doc.members()["Version"])
				c.warn("all of %s then has its variables replaced", s.doc.Name)
				return c
			}
		}
	}
	return nil
}
