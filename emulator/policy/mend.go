package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// How a refusal is mended, the first that does it
//
//   - a Deny that matches is named, and narrowed where nothing else is let through by that; see
//     narrow.go
//   - variables that are plain text, for want of a Version, become variables
//   - a resource that is nearly right is put right: a variable's name, region and
//     account, the type, "+" and "#", upper and lower case, a leading slash; see
//     correction.go
//   - the resource is added to a statement that names the action alone, or the
//     action to one that names the resource alone: that allows nothing else
//   - else a statement is added to the document that came nearest
//
// New ARNs are written as the document writes its own; see style.go.

// A Repair is what lets a refused request through, and as little else as can be.
type Repair struct {
	// Document is the one to change, by the name it was parsed with; empty if there is
	// none, and Patch makes one.
	Document string `json:"document"`

	// Patch changes the document: operations of RFC 6902. It is empty if a statement denies
	// the request and cannot be narrowed to deny all but that.
	Patch []Operation `json:"patch"`

	// Statement is the smallest statement that would allow the request; nil where none
	// helps.
	Statement *Statement `json:"statement,omitempty"`

	// Warning says what the patch allows beyond the need, or why there is none; empty if
	// it allows the request and nothing else.
	Warning string `json:"warning,omitempty"`
}

// A Statement is one of a policy document, with a single action and resource.
type Statement struct {
	Effect   string `json:"Effect"` // "Allow"
	Action   string `json:"Action"`
	Resource string `json:"Resource"`
}

// An origin is what a refusal was decided by.
type origin struct {
	policy *Policy
	extra  Values
	now    time.Time
}

// Repair returns what would let the request through; ok is false if it is allowed, or
// the decision came from another process. Where two policies have to allow, such as a role and a
// session policy, it repairs the one that refused: the other may refuse next.
//
// It is for a person's question: it takes some microseconds for each statement.
func (d Decision) Repair() (r Repair, ok bool) {
	if d.mended != nil {
		return *d.mended, true
	}
	if d.Allowed || d.from == nil {
		return Repair{}, false
	}
	m := newMender(d)
	if d.Explicit {
		return m.denied(), true
	}
	for _, try := range []func() *change{m.versioned, m.corrected, m.withResource, m.withAction} {
		if c := try(); c != nil {
			return m.repair(c), true
		}
	}
	return m.repair(m.withStatement()), true
}

// Settle works the repair out, for whoever keeps the decision: until then it holds on to
// the policy, with all documents. Do it before others have the decision.
func (d *Decision) Settle() {
	if r, ok := d.Repair(); ok {
		d.from, d.mended = nil, &r
	}
}

// A mender looks for the repair of one decision.
type mender struct {
	Decision
	q     request
	known values
	sites []site
	order []int // of sites: allowing ones, the nearest first
}

// A site is a statement in its document.
type site struct {
	bound
	doc *Document
}

// A change is a patch in the making.
type change struct {
	doc      *Document // nil: a new one
	ops      []Operation
	grows    int // characters
	warnings []string
}

func (c *change) warn(format string, args ...any) {
	c.warnings = append(c.warnings, fmt.Sprintf(format, args...))
}

func newMender(d Decision) *mender {
	o, cells := d.from, maxCells
	m := &mender{Decision: d, q: request{action: d.Action, arn: d.Resource, now: o.now, cells: &cells},
		known: newValues(o.policy.values.all(), o.extra)}
	for _, doc := range o.policy.docs {
		v := m.known.without(doc.hidden)
		for i := range doc.statements {
			m.sites = append(m.sites, site{newBound(doc, i, v, o.policy.ctx.Now != nil), doc})
		}
	}
	for i, c := range d.Considered {
		if c.Effect == "Allow" {
			m.order = append(m.order, i)
		}
	}
	slices.SortStableFunc(m.order, func(i, j int) int {
		a, b := &d.Considered[i], &d.Considered[j]
		switch {
		case (a.Pattern == "") != (b.Pattern == ""): // those that name the action come first
			return strings.Compare(b.Pattern, a.Pattern)
		case b.farther(a.like, a.near):
			return -1
		case a.farther(b.like, b.near):
			return 1
		}
		return 0
	})
	return m
}

// holds reports whether all conditions of a statement do.
func (m *mender) holds(s *site) bool {
	return !slices.ContainsFunc(s.checks, func(c *check) bool { return !c.holds(m.Action, m.q.now) })
}

// others are the known actions, beside that of the request, that a statement names for
// the same resources: those of the same type; "*" is for all.
func (m *mender) others(s *site) (names []string) {
	kind := m.Action.resourceType()
	for _, a := range knownActions() {
		if a != m.Action && (kind == "" || a.resourceType() == kind) && s.names(a.lower()) {
			names = append(names, string(a))
		}
	}
	return names
}

// amendable are the statements to which something may be added, the nearest first.
func (m *mender) amendable() (list []*site) {
	for _, i := range m.order {
		if s := &m.sites[i]; !s.notAction && !s.notResource && m.holds(s) {
			list = append(list, s)
		}
	}
	return list
}

// withResource adds the resource to a statement that names this action alone.
func (m *mender) withResource() *change {
	for _, s := range m.amendable() {
		if m.Action.index() < 0 || !s.names(m.Action.lower()) || len(m.others(s)) > 0 {
			continue
		}
		c := &change{doc: s.doc}
		c.add(s.index, "Resource", m.resource(s.doc, c))
		return c
	}
	return nil
}

// withAction adds the action to a statement that names this resource alone.
func (m *mender) withAction() *change {
	kind := m.Action.resourceType()
	if kind == "" {
		return nil
	}
	prefix := strings.TrimSuffix(m.Resource, m.Name)
	for _, s := range m.amendable() {
		found, more := false, false
		for _, e := range s.elements {
			for _, rest := range e.after(prefix) {
				found, more = found || string(rest) == m.Name, more || string(rest) != m.Name
			}
		}
		if found && !more {
			c := &change{doc: s.doc}
			c.add(s.index, "Action", string(m.Action))
			return c
		}
	}
	return nil
}

// withStatement adds a statement.
func (m *mender) withStatement() *change {
	c := &change{}
	switch {
	case len(m.order) > 0:
		c.doc = m.sites[m.order[0]].doc
	case len(m.sites) > 0:
		c.doc = m.sites[0].doc
	case len(m.from.policy.docs) > 0:
		c.doc = m.from.policy.docs[0]
	}
	for i, d := range m.Considered {
		switch s := &m.sites[i]; {
		case d.Effect != "Allow":
		case d.Variable != "":
			c.warn("%s is meant for it, but ${%s} is undefined for this connection; the patch spells the name out, "+
				"for all who have the document", d.place(), d.Variable)
		case d.Outcome == ConditionFailed && len(s.checks) > 0:
			c.warn("%s allows it on a condition: %s; the patch allows it without", d.place(), d.Condition)
		}
	}
	c.addStatement(m.statement(c))
	return c
}

// statement is the smallest one that allows the request.
func (m *mender) statement(c *change) Statement {
	return Statement{"Allow", string(m.Action), m.resource(c.doc, c)}
}

func (m *mender) repair(c *change) Repair {
	smallest := m.statement(&change{doc: c.doc})
	r := Repair{Patch: c.ops, Statement: &smallest}
	if c.doc != nil {
		r.Document = c.doc.Name
		if n := Size([]byte(c.doc.text)) + c.grows; n > MaxDocumentSize && c.grows > 0 {
			c.warn("%s then has %d characters, AWS takes %d", c.doc.Name, n, MaxDocumentSize)
		}
	}
	r.Warning = strings.Join(c.warnings, "; ")
	return r
}
