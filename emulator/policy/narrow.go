package policy

import (
	"fmt"
	"slices"
	"strings"
)

// How a Deny is narrowed
//
//   - somebody wrote it on purpose, so it is only patched where the request alone is denied no
//     longer: the resource is taken out of a statement about this action, the action out of one
//     about this resource, or the statement that denies nothing else
//   - a Deny with NotResource gets one resource more that it spares
//   - a wildcard cannot leave one name out; then the statement is named, and why it is not patched

// denied is the repair of a refusal by a Deny.
func (m *mender) denied() Repair {
	var by []int
	allowed := false
	for i, c := range m.Considered {
		if c.Outcome == Matched && c.Effect == "Deny" {
			by = append(by, i)
		}
		allowed = allowed || c.Outcome == Matched && c.Effect == "Allow"
	}
	c := m.Considered[by[0]]
	r := Repair{Document: c.Document, Patch: []Operation{}}
	r.Warning = fmt.Sprintf("%s denies %s on %s, and no Allow outweighs that: ", c.place(), m.Action,
		lastField(m.Resource))
	narrowed, problem := m.narrowed(&m.sites[by[0]])
	switch {
	case len(by) > 1:
		problem = m.Considered[by[1]].place() + " denies it as well"
	case problem == "" && !allowed:
		problem = "no statement would allow it then"
	}
	if problem != "" {
		r.Warning += fmt.Sprintf("take the statement out, or have it deny less than %s; there is no patch, since %s",
			strings.TrimPrefix(c.Pattern, "not "), problem)
		return r
	}
	r.Patch = narrowed.ops
	const back = "somebody wrote it on purpose, and the patch takes it back for this request"
	r.Warning += strings.Join(append([]string{back}, narrowed.warnings...), "; ")
	return r
}

// narrowed has a Deny let the request alone through; problem says why that cannot be.
func (m *mender) narrowed(s *site) (c *change, problem string) {
	c = &change{doc: s.doc}
	switch names := m.spelt(s); {
	case s.notResource:
		if more := m.others(s); len(more) > 0 {
			c.warn("%s.Statement[%d] then does not deny %s there either", s.document, s.index,
				strings.Join(more, ", "))
		}
		c.add(s.index, "NotResource", m.resource(s.doc, c))
		return c, ""
	case s.notAction:
		return nil, "it is about all actions but those that it names"
	case len(names) == 0:
		return nil, fmt.Sprintf("it names the action by a wildcard, %s", strings.Join(s.actionTexts, ", "))
	default:
		return m.without(s, c, names)
	}
}

// spelt are the actions of a statement that are the request's, letter by letter; none if a
// wildcard is, too.
func (m *mender) spelt(s *site) (at []int) {
	for i, g := range s.actions {
		switch {
		case string(g) == m.Action.lower():
			at = append(at, i)
		case g.match(m.Action.lower()):
			return nil
		}
	}
	return at
}

// without takes the request's resource out of a statement, or its action.
func (m *mender) without(s *site, c *change, names []int) (*change, string) {
	prefix := strings.TrimSuffix(m.Resource, m.Name)
	var its []int    // resources that are the request's
	isOther := false // there are others, of the same type
	for i, e := range s.elements {
		if left := e.after(prefix); len(left) > 0 && !e.match(m.Resource) {
			isOther = true
		}
		if !e.match(m.Resource) {
			continue
		}
		if !e.isOne() {
			return nil, "a wildcard cannot leave one name out"
		}
		its = append(its, i)
	}
	switch {
	case len(names) < len(s.actions) && isOther:
		return nil, "it denies other actions and other resources as well"
	case len(names) < len(s.actions):
		c.remove(s.index, "Action", names)
		return c, ""
	case len(its) < len(s.elements):
		c.remove(s.index, "Resource", its)
		return c, ""
	}
	if all := s.doc.members()["Statement"]; !isList(all) || len(items(all)) == 1 {
		return nil, "nothing else is in " + s.document + ", which may be detached"
	}
	c.ops = append(c.ops, Operation{Op: "remove", Path: fmt.Sprintf("/Statement/%d", s.index)})
	return c, ""
}

// remove takes some texts out of a list of a statement, which has others.
func (c *change) remove(statement int, member string, at []int) {
	path, _ := c.doc.statementAt(statement)
	for _, i := range slices.Backward(at) { // so that the places of the others stay
		c.ops = append(c.ops, Operation{Op: "remove", Path: fmt.Sprintf("%s/%s/%d", path, member, i)})
	}
}
