package sql

import (
	"fmt"
	"slices"
)

// A Statement is a rule's SQL, parsed. It does not change: many may evaluate it at once.
type Statement struct {
	version     Version
	assignments []assignment
	query       query
	filter      string
	hasFrom     bool
	twice       error // a function that may stand once stands more often: no rule runs
}

// Parse reads a statement:
//
//	[SET @v = expr, …] SELECT (* | VALUE expr | expr [AS alias]), … [FROM 'filter'] [WHERE expr]
//
// The error is an *Error.
func Parse(text string, ver Version) (*Statement, error) {
	p, err := newParser(text, ver)
	if err != nil {
		return nil, err
	}
	s := &Statement{version: ver}
	s.assignments = p.set()
	p.want("SELECT")
	s.query = p.columns()
	s.filter, s.hasFrom = p.filter()
	s.query.where = p.where()
	p.end("an operator, a comma, AS, FROM, WHERE or the end")
	if p.err != nil {
		return nil, p.err
	}
	s.twice = s.calledTwice()
	return s, nil
}

// Version is the one the statement was parsed for.
func (s *Statement) Version() Version { return s.version }

// From is the topic filter, and whether there is one: a rule for Basic Ingest alone may
// do without.
func (s *Statement) From() (filter string, ok bool) { return s.filter, s.hasFrom }

// Variables are the names of the SET clause, without @, in order.
func (s *Statement) Variables() (names []string) {
	for _, a := range s.assignments {
		names = append(names, a.name)
	}
	return names
}

// Functions are the functions that the statement calls, each once, by AWS's names.
func (s *Statement) Functions() (names []string) {
	s.walk(func(n node) {
		if c, ok := n.(*call); ok && !slices.Contains(names, c.function.name) {
			names = append(names, c.function.name)
		}
	})
	return names
}

// External are those of Functions that ask another service.
func (s *Statement) External() []string {
	return slices.DeleteFunc(s.Functions(), func(name string) bool { return !functions()[lower(name)].external })
}

// Roles are those that the statement names as texts for other services to be asked with.
func (s *Statement) Roles() (arns []string) {
	s.walk(func(n node) {
		c, ok := n.(*call)
		if !ok || !slices.Contains(withRole, c.function.name) || len(c.args) == 0 {
			return
		}
		if l, ok := c.args[len(c.args)-1].(*literal); ok && l.value.kind == String {
			arns = append(arns, l.value.text)
		}
	})
	return arns
}

// withRole are the functions whose last argument is a role.
var withRole = []string{"get_thing_shadow", "get_registry_data", "get_dynamodb", secretFunction}

const secretFunction = "get_secret"

// Secret says whether the statement calls get_secret, so that its result may have a secret in it.
func (s *Statement) Secret() bool { return slices.Contains(s.Functions(), secretFunction) }

// walk visits every node of the statement.
func (s *Statement) walk(visit func(node)) {
	for _, a := range s.assignments {
		walk(a.node, visit)
	}
	walk(&s.query, visit)
}

// deepestStatement is how deep a statement may be nested [choice].
const deepestStatement = 100

// A parser goes through the tokens once. After its first error it stays where it is.
type parser struct {
	text      string
	version   Version
	tokens    []token
	pos       int
	depth     int
	variables []string
	err       error
}

func newParser(text string, ver Version) (*parser, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	return &parser{text: text, version: ver, tokens: tokens}, nil
}

func (p *parser) peek() token { return p.tokens[p.pos] }

func (p *parser) after() token { return p.tokens[min(p.pos+1, len(p.tokens)-1)] }

func (p *parser) next() token {
	t := p.tokens[p.pos]
	if p.pos < len(p.tokens)-1 && p.err == nil {
		p.pos++
	}
	return t
}

func (p *parser) skip(kind tokenKind) bool {
	if p.err == nil && p.peek().kind == kind {
		p.next()
		return true
	}
	return false
}

func (p *parser) skipWord(keyword string) bool {
	if p.err == nil && p.peek().is(keyword) {
		p.next()
		return true
	}
	return false
}

// want takes a keyword.
func (p *parser) want(keyword string) {
	if !p.skipWord(keyword) {
		p.unexpected(keyword)
	}
}

// need takes a sign.
func (p *parser) need(kind tokenKind) {
	if !p.skip(kind) {
		p.unexpected(kind.String())
	}
}

// fail refuses the text at a place, unless it was refused before.
func (p *parser) fail(at int, problem, want string) {
	if p.err == nil {
		p.err = errorAt(p.text, at, problem, want)
	}
}

// unexpected refuses the next token. What another SQL has there is told in AWS's words.
func (p *parser) unexpected(want string) {
	if p.err == nil {
		t := p.peek()
		if problem, instead := p.foreign(t); problem != "" {
			p.fail(t.at, problem, instead)
			return
		}
		p.fail(t.at, p.found(t), want)
	}
}

// found tells a token.
func (p *parser) found(t token) string {
	if t.kind == tokEnd {
		return "the end"
	}
	return clip(p.text[t.at:t.end])
}

// clip shortens a text of the user's to what a message can have of it.
func clip(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

func (p *parser) end(want string) {
	if p.err == nil && p.peek().kind != tokEnd {
		p.unexpected(want)
	}
}

// deeper counts what is nested, and refuses what is nested too deep.
func (p *parser) deeper() (back func()) {
	if p.depth++; p.depth > deepestStatement {
		p.fail(p.peek().at, "expressions in one another", fmt.Sprintf("at most %d", deepestStatement))
	}
	return func() { p.depth-- }
}
