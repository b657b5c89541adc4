package sql

import (
	"github.com/suback/suback/emulator/near"
)

// reserved are the words that name no field by themselves; behind a dot they do [guess].
var reserved = []string{
	"SET", "SELECT", "FROM", "WHERE", "AS", "AND", "OR", "NOT", "IN", "EXISTS",
	"CASE", "WHEN", "THEN", "ELSE", "END",
}

const wantValue = "a value: a field, a string in quotes, a number, a function, * or ( )"

// primary reads what has no operator.
func (p *parser) primary() node {
	t := p.peek()
	if p.err != nil {
		return &literal{}
	}
	switch t.kind {
	case tokNumber:
		p.next()
		return p.number(t)
	case tokText:
		p.next()
		return &literal{at: at(t.at), value: OfText(t.text)}
	case tokStar:
		p.next()
		return &star{at(t.at)}
	case tokVariable:
		p.next()
		return p.variable(t)
	case tokOpen:
		return p.group()
	case tokOpenSquare:
		return p.array()
	case tokOpenCurly:
		return p.object()
	case tokWord:
		return p.word()
	}
	p.unexpected(wantValue)
	return &literal{}
}

func (p *parser) number(t token) node {
	v := p.version.parseNumber(t.text)
	if v.kind == Undefined {
		p.fail(t.at, "the number "+clip(t.text), "one below 1E1000")
	}
	return &literal{at: at(t.at), value: v, text: t.text}
}

func (p *parser) variable(t token) node {
	for slot, name := range p.variables {
		if name == t.text {
			return &variable{at: at(t.at), name: name, slot: slot}
		}
	}
	want := "SET @" + t.text + " = … before SELECT"
	if meant := near.Name(t.text, p.variables); meant != "" {
		want = "@" + meant
	}
	p.fail(t.at, "@"+clip(t.text)+" is not set", want)
	return &literal{}
}

// group reads ( ).
func (p *parser) group() node {
	begin := p.next().at
	if p.skipWord("SELECT") {
		q := p.nestedQuery(begin)
		p.need(tokClose)
		return q
	}
	n := p.expression()
	if t := p.peek(); t.kind == tokComma {
		p.fail(t.at, "a list in ( )", "brackets, as in ['a', 'b']")
	}
	p.need(tokClose)
	return n
}

func (p *parser) literals(t token, what string) {
	if p.version == V2015 {
		p.fail(t.at, what+", which SQL version 2015-10-08 does not have", "awsIotSqlVersion 2016-03-23")
	}
}

func (p *parser) array() node {
	t := p.next()
	p.literals(t, "an array in the statement")
	a := &array{at: at(t.at)}
	if p.skip(tokCloseSquare) {
		return a
	}
	for p.err == nil {
		a.items = append(a.items, p.expression())
		if !p.skip(tokComma) {
			break
		}
	}
	p.need(tokCloseSquare)
	return a
}

func (p *parser) object() node {
	t := p.next()
	p.literals(t, "an object in the statement")
	o := &object{at: at(t.at)}
	if p.skip(tokCloseCurly) {
		return o
	}
	for p.err == nil {
		key := p.next()
		if key.kind != tokText {
			p.fail(key.at, p.found(key)+" for a key", "a string in quotes")
		}
		p.need(tokColon)
		o.names, o.values = append(o.names, key.text), append(o.values, p.expression())
		if !p.skip(tokComma) {
			break
		}
	}
	p.need(tokCloseCurly)
	return o
}

// word reads what begins with one: a literal, CASE, EXISTS, a function, a field.
func (p *parser) word() node {
	t := p.peek()
	switch {
	case p.after().kind == tokOpen && !t.isOneOf(reserved...):
		p.next()
		return p.function(t)
	case t.is("true"), t.is("false"):
		p.next()
		return &literal{at: at(t.at), value: ofBool(t.is("true"))}
	case t.is("null"):
		p.next()
		return &literal{at: at(t.at), value: ofNull()}
	case t.is("CASE"):
		return p.choice()
	case t.is("EXISTS"):
		p.next()
		p.need(tokOpen)
		p.want("SELECT")
		q := p.nestedQuery(t.at)
		p.need(tokClose)
		return &exists{at: at(t.at), query: q}
	case t.isOneOf(reserved...):
		p.unexpected(wantValue)
		return &literal{}
	}
	if t.is("DISTINCT") && p.after().kind == tokWord && !p.after().isOneOf(reserved...) {
		p.unexpected("")
	}
	p.next()
	return &field{at: at(t.at), name: t.text}
}

// choice reads CASE.
func (p *parser) choice() node {
	t := p.next()
	c := &choice{at: at(t.at)}
	if p.peek().is("WHEN") {
		p.fail(p.peek().at, "CASE without a value", "CASE value WHEN value THEN result … END: AWS has no CASE WHEN condition")
	}
	c.v = p.expression()
	if !p.peek().is("WHEN") {
		p.unexpected("WHEN")
	}
	for p.skipWord("WHEN") {
		test := p.expression()
		p.want("THEN")
		c.whens = append(c.whens, when{test, p.expression()})
	}
	if p.skipWord("ELSE") {
		c.other = p.expression()
	}
	p.want("END")
	return c
}
