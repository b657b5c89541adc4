package sql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/topic"
)

// Bounds of the SET clause.
const (
	mostVariables   = 10
	longestVariable = 64
)

// set reads the SET clause, if there is one.
func (p *parser) set() (all []assignment) {
	if !p.skipWord("SET") {
		return nil
	}
	for p.err == nil {
		t := p.next()
		switch {
		case t.kind != tokVariable:
			p.fail(t.at, p.found(t), "a variable, as in SET @limit = 20")
		case len(t.text) > longestVariable:
			p.fail(t.at, "the variable @"+clip(t.text), "at most 64 letters, digits or _")
		case slices.Contains(p.variables, t.text):
			p.fail(t.at, fmt.Sprintf("@%s is assigned twice", t.text), "another name: a variable never changes")
		case len(p.variables) == mostVariables:
			p.fail(t.at, "an eleventh variable", "at most 10")
		}
		p.need(tokEqual)
		a := assignment{at: t.at, name: t.text, node: p.expression()}
		all, p.variables = append(all, a), append(p.variables, t.text)
		if !p.skip(tokComma) {
			break
		}
	}
	if p.peek().is("SET") {
		p.fail(p.peek().at, "a second SET", "one SET clause, its variables separated by commas")
	}
	return all
}

// columns reads what is behind SELECT.
func (p *parser) columns() (q query) {
	q.at = at(p.peek().at)
	if q.value = p.isValue(); q.value {
		p.next()
	}
	for p.err == nil {
		q.columns = append(q.columns, p.column())
		if !p.skip(tokComma) || p.peek().is("FROM") { // which AWS takes, too
			break
		}
		if q.value {
			p.fail(p.peek().at, "a second column behind SELECT VALUE", "one, or [a, b] for an array")
		}
	}
	if q.value && len(q.columns) == 1 && q.columns[0].alias != nil {
		p.fail(int(q.at), "SELECT VALUE with an alias", "none: a bare value has no name")
	}
	return q
}

// isValue says whether the next word is the keyword VALUE and not a field of that name.
func (p *parser) isValue() bool {
	if !p.peek().is("VALUE") {
		return false
	}
	switch t := p.after(); t.kind {
	case tokWord:
		return !t.isOneOf("AS", "FROM", "WHERE", "AND", "OR", "IN")
	case tokStar:
		behind := p.tokens[min(p.pos+2, len(p.tokens)-1)]
		return behind.kind == tokDot || behind.kind == tokEnd || behind.kind == tokClose ||
			behind.isOneOf("FROM", "WHERE", "AS")
	case tokVariable, tokNumber, tokText, tokOpen, tokOpenSquare, tokOpenCurly:
		return true
	}
	return false
}

func (p *parser) column() (c column) {
	c.node = p.expression()
	if !p.skipWord("AS") {
		return c
	}
	for {
		t := p.next()
		if t.kind != tokWord {
			p.fail(t.at, p.found(t), "an alias of letters, digits and _, with dots for an object in an object")
			return c
		}
		if c.alias = append(c.alias, t.text); !p.skip(tokDot) {
			if p.peek().kind == tokMinus {
				p.fail(p.peek().at, "- in an alias", "letters, digits and _")
			}
			return c
		}
	}
}

// filter reads the statement's own FROM.
func (p *parser) filter() (filter string, ok bool) {
	if !p.skipWord("FROM") {
		return "", false
	}
	t := p.next()
	switch {
	case t.kind != tokText:
		p.fail(t.at, p.found(t), "a topic filter in single quotes, as in FROM '"+p.unquoted(t)+"'")
	case t.text == "":
		p.fail(t.at, "an empty topic filter", "one, as in FROM 'room/+'")
	default:
		if problem := topic.Misplaced(t.text); problem != "" {
			p.fail(t.at, fmt.Sprintf("%s in the topic filter '%s'", problem, t.text),
				"+ as a whole level, # as the last one")
		}
	}
	return t.text, true
}

// unquoted is what somebody wrote for a topic filter who left out the quotes.
func (p *parser) unquoted(t token) string {
	if words := strings.Fields(p.text[t.at:]); len(words) > 0 {
		return clip(strings.Trim(words[0], "'\";"))
	}
	return "room/+"
}

func (p *parser) where() node {
	if !p.skipWord("WHERE") {
		return nil
	}
	return p.expression()
}

// nestedQuery reads a query behind its SELECT.
func (p *parser) nestedQuery(begin int) *query {
	defer p.deeper()()
	if p.version == V2015 {
		p.fail(begin, "a nested SELECT, which SQL version 2015-10-08 does not have", "awsIotSqlVersion 2016-03-23")
	}
	q := p.columns()
	q.at = at(begin)
	p.want("FROM")
	if t := p.peek(); t.kind == tokText {
		p.fail(t.at, "a string behind the FROM of a nested SELECT", "a path into the payload, or *")
	}
	q.from = p.postfix()
	if p.skipWord("AS") {
		t := p.next()
		if t.kind != tokWord {
			p.fail(t.at, p.found(t), "a name for the element")
		}
		q.alias = t.text
	}
	q.where = p.where()
	return &q
}
