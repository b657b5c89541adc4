package policy

import (
	"slices"
	"sync/atomic"
	"time"
)

// A Context is what stays the same while a connection lives.
type Context struct {
	// Partition, Region and Account of the endpoint, as "aws", "us-east-1",
	// "000000000000". A policy for others never matches [B-202].
	Partition, Region, Account string

	// Values are the variables and condition keys. Compile copies the map but
	// not the lists in it, which must not change afterwards.
	Values Values

	// Hint says what is known about a refusal beside the policies, such as why a
	// variable is undefined. It stands behind the policy's own hint. It may be
	// called concurrently. Nil: nothing is known.
	Hint func(Decision) Hint

	// Now is asked when conditions on aws:CurrentTime or aws:EpochTime are
	// judged; it may be called concurrently. With nil these keys are undefined.
	Now func() time.Time
}

func (c *Context) place() place { return place{c.Partition, c.Region, c.Account} }

// A Policy is what one connection may do: documents compiled for one Context.
// It is immutable and safe for concurrent use.
type Policy struct {
	*pool
	ctx    Context // but for its Values
	values keptValues
	own    *prepared // of the statements that say something else to each connection
	within *Policy   // must allow too; nil for none
}

// A bound is a statement with the values of a connection put in.
type bound struct {
	*statement
	document string
	index    int
	elements []element
	checks   []*check
}

// rules are the statements that name one action, as far as they can match.
type rules struct {
	denies, allows ruleSet
	personal       bool // of those that are common to all: there are others, that are not
}

// A ruleSet matches a name when one of its members does.
type ruleSet struct {
	names  nameTable
	others []rule
}

// A rule is a statement that is more than a list of resources.
type rule struct {
	names  nameTable
	except bool     // NotResource: matches when no name does
	clock  []*check // conditions on the time
}

// prepared are the rules of each known action, made when it is first asked about:
// most connections ask about four of them.
type prepared [actionCount]atomic.Pointer[rules]

// Compile prepares documents for a connection: documents that apply together
// are pooled [B-130]. Connections with the same documents share what does not depend
// on the connection. Nil documents are left out.
func Compile(docs []*Document, ctx Context) *Policy {
	docs = slices.DeleteFunc(slices.Clone(docs), func(d *Document) bool { return d == nil })
	p := &Policy{pool: poolOf(docs, ctx.place()), ctx: ctx, values: ctx.Values.keep()}
	p.ctx.Values = nil
	if p.personal {
		p.own = &prepared{}
	}
	return p
}

// bind puts the values of the connection and of one request into every statement
// that wants says yes to.
func (p *Policy) bind(extra Values, wants func(*statement) bool) []bound {
	if p.pool == nil {
		return nil
	}
	known := newValues(p.values.all(), extra)
	var all []bound
	for _, doc := range p.docs {
		v := known.without(doc.hidden)
		for i := range doc.statements {
			if s := &doc.statements[i]; wants(s) {
				all = append(all, newBound(doc, i, v, p.ctx.Now != nil))
			}
		}
	}
	return all
}

func every(*statement) bool { return true }

func newBound(doc *Document, index int, v values, hasClock bool) bound {
	b := bound{statement: &doc.statements[index], document: doc.Name, index: index}
	for _, t := range b.resources {
		b.elements = append(b.elements, newElement(t, v))
	}
	for _, c := range b.conditions {
		b.checks = append(b.checks, c.bind(v, hasClock))
	}
	return b
}

// ownRules decides for one action what is known already of the statements that say
// something else to each connection, and with extra to each request.
func (p *Policy) ownRules(a Action, extra Values) *rules {
	i := a.index()
	if r := p.own[i].Load(); r != nil && len(extra) == 0 {
		return r
	}
	lower := a.lower()
	about := func(s *statement) bool { return s.personal && s.names(lower) }
	r := prepare(a, p.place.resource(a, ""), p.bind(extra, about))
	if len(extra) == 0 {
		p.own[i].Store(r)
	}
	return r
}

// prepare decides for one action what is known already of statements that name it.
func prepare(a Action, prefix string, statements []bound) *rules {
	r := &rules{}
	for i := range statements {
		b := &statements[i]
		clock, ok := unsettled(a, b.checks)
		if !ok {
			continue
		}
		set := &r.allows
		if b.deny {
			set = &r.denies
		}
		set.add(b.notResource, namePatterns(prefix, b.elements), clock)
	}
	r.denies.names.sort()
	r.allows.names.sort()
	return r
}

func (s *ruleSet) add(except bool, names nameTable, clock []*check) {
	if !except && len(clock) == 0 {
		s.names = append(s.names, names...)
		return
	}
	names.sort()
	s.others = append(s.others, rule{names, except, clock})
}

// unsettled returns the checks to be made at each decision; false if one of the
// others fails already.
func unsettled(a Action, checks []*check) (clock []*check, ok bool) {
	for _, c := range checks {
		if c.clock {
			clock = append(clock, c)
		} else if !c.holds(a, time.Time{}) {
			return nil, false
		}
	}
	return clock, true
}

// With is another policy for the same connection: what documents of a draft would allow
// it. Other policies that have to allow as well are left out.
func (p *Policy) With(docs []*Document) *Policy {
	ctx := p.ctx
	ctx.Values = p.values.all()
	return Compile(docs, ctx)
}
