package sql

import "strings"

// A printer writes a tree as text that parses to the same tree.
type printer struct{ strings.Builder }

// String is the statement in one line, keywords in capitals.
func (s *Statement) String() string {
	p := &printer{}
	for i, a := range s.assignments {
		p.WriteString(map[bool]string{true: "SET @", false: ", @"}[i == 0])
		p.WriteString(a.name + " = ")
		a.node.print(p)
	}
	if len(s.assignments) > 0 {
		p.WriteByte(' ')
	}
	s.query.printColumns(p)
	if s.hasFrom {
		p.WriteString(" FROM " + quoted(s.filter))
	}
	s.query.printWhere(p)
	return p.String()
}

// text is a node as text.
func text(n node) string {
	p := &printer{}
	n.print(p)
	return p.String()
}

// quoted is a string in the quotes that it does not have.
func quoted(s string) string {
	if strings.Contains(s, "'") {
		return `"` + s + `"`
	}
	return "'" + s + "'"
}

// Precedences, the weakest first.
const (
	weakest = iota
	andLevel
	notLevel
	comparisonLevel
	sumLevel
	productLevel
	unaryLevel
	postfixLevel
)

func level(n node) int {
	switch n := n.(type) {
	case *binary:
		switch n.op {
		case tokOr:
			return weakest
		case tokAnd:
			return andLevel
		case tokPlus, tokMinus:
			return sumLevel
		case tokStar, tokSlash, tokPercent:
			return productLevel
		}
		return comparisonLevel
	case *in:
		return comparisonLevel
	case *unary:
		if n.op == tokNot {
			return notLevel
		}
		return unaryLevel
	}
	return postfixLevel
}

// at writes a node where precedence must be at least least.
func (p *printer) at(n node, least int) {
	if level(n) < least {
		p.WriteByte('(')
		defer p.WriteByte(')')
	}
	n.print(p)
}

func (p *printer) list(nodes []node) {
	for i, n := range nodes {
		if i > 0 {
			p.WriteString(", ")
		}
		n.print(p)
	}
}

func (n *literal) print(p *printer) {
	switch n.value.kind {
	case String:
		p.WriteString(quoted(n.value.text))
	case Int, Decimal:
		p.WriteString(n.text)
	default:
		p.Write(n.value.JSON())
	}
}

func (n *star) print(p *printer)     { p.WriteByte('*') }
func (n *field) print(p *printer)    { p.WriteString(n.name) }
func (n *variable) print(p *printer) { p.WriteString("@" + n.name) }

func (n *member) print(p *printer) {
	p.at(n.x, postfixLevel)
	p.WriteString("." + n.name)
}

func (n *all) print(p *printer) {
	p.at(n.x, postfixLevel)
	p.WriteString(".*")
}

func (n *unary) print(p *printer) {
	if n.op == tokNot {
		p.WriteString("NOT ")
		p.at(n.x, notLevel)
		return
	}
	p.WriteByte('-')
	least := unaryLevel
	if _, ok := n.x.(*unary); ok {
		least = postfixLevel // -- is no minus of a minus
	}
	p.at(n.x, least)
}

func (n *binary) print(p *printer) {
	own := level(n)
	p.at(n.l, own)
	p.WriteString(" " + n.op.String() + " ")
	p.at(n.r, own+1)
}

func (n *in) print(p *printer) {
	p.at(n.x, comparisonLevel)
	p.WriteString(" IN ")
	p.at(n.array, sumLevel)
}

func (n *exists) print(p *printer) {
	p.WriteString("EXISTS ")
	n.query.print(p)
}

func (n *choice) print(p *printer) {
	p.WriteString("CASE ")
	n.v.print(p)
	for _, w := range n.whens {
		p.WriteString(" WHEN ")
		w.test.print(p)
		p.WriteString(" THEN ")
		w.result.print(p)
	}
	if n.other != nil {
		p.WriteString(" ELSE ")
		n.other.print(p)
	}
	p.WriteString(" END")
}

func (n *array) print(p *printer) {
	p.WriteByte('[')
	p.list(n.items)
	p.WriteByte(']')
}

func (n *object) print(p *printer) {
	p.WriteByte('{')
	for i, name := range n.names {
		if i > 0 {
			p.WriteString(", ")
		}
		p.WriteString(quoted(name) + ": ")
		n.values[i].print(p)
	}
	p.WriteByte('}')
}

func (n *call) print(p *printer) {
	p.WriteString(n.function.name + "(")
	p.list(n.args)
	p.WriteByte(')')
}

func (n *cast) print(p *printer) {
	p.WriteString("cast(")
	n.x.print(p)
	p.WriteString(" AS " + n.name + ")")
}
