package sql

import (
	"fmt"
	"strings"
)

// function reads a call behind its name.
func (p *parser) function(t token) node {
	f, ok := functions()[strings.ToLower(t.text)]
	switch {
	case strings.EqualFold(t.text, "cast"):
		return p.cast(t)
	case !ok:
		p.fail(t.at, fmt.Sprintf("there is no function %s", clip(t.text)), p.meantFunction(t.text))
		return &literal{}
	}
	c := &call{at: at(t.at), function: f}
	p.need(tokOpen)
	if p.skip(tokClose) {
		return c
	}
	for p.err == nil {
		c.args = append(c.args, p.argument())
		if !p.skip(tokComma) {
			break
		}
	}
	p.need(tokClose)
	p.checkCall(c)
	return c
}

// argument is an expression, or a query without parentheses.
func (p *parser) argument() node {
	if begin := p.peek().at; p.skipWord("SELECT") {
		return p.nestedQuery(begin)
	}
	return p.expression()
}

func (p *parser) cast(t token) node {
	c := &cast{at: at(t.at)}
	p.need(tokOpen)
	c.x = p.argument()
	p.want("AS")
	name := p.next()
	to, since, ok := castType(name.text)
	switch {
	case name.kind != tokWord || !ok:
		p.fail(name.at, p.found(name), "a type: String, Int, Decimal, Double or Boolean")
	case since > p.version:
		p.fail(name.at, fmt.Sprintf("cast to %s, which SQL version 2015-10-08 does not have", name.text),
			"awsIotSqlVersion 2016-03-23, or String, Int or Double")
	}
	c.name, c.to = name.text, to
	p.need(tokClose)
	return c
}
