package sql

import "strings"

func (n *query) print(p *printer) {
	p.WriteByte('(')
	n.printColumns(p)
	p.WriteString(" FROM ")
	p.at(n.from, postfixLevel)
	if n.alias != "" {
		p.WriteString(" AS " + n.alias)
	}
	n.printWhere(p)
	p.WriteByte(')')
}

func (n *query) printColumns(p *printer) {
	p.WriteString("SELECT ")
	if n.value {
		p.WriteString("VALUE ")
	}
	for i, c := range n.columns {
		if i > 0 {
			p.WriteString(", ")
		}
		printColumn(p, c.node, n.value)
		if len(c.alias) > 0 {
			p.WriteString(" AS " + strings.Join(c.alias, "."))
		}
	}
}

// printColumn writes a column. Behind VALUE, which may be a field's name, a sign would be
// an operator.
func printColumn(p *printer, n node, value bool) {
	s := text(n)
	_, isStar := n.(*star)
	if value && (s[0] == '-' || s[0] == '*' && !isStar && level(n) < postfixLevel) {
		s = "(" + s + ")"
	}
	p.WriteString(s)
}

func (n *query) printWhere(p *printer) {
	if n.where != nil {
		p.WriteString(" WHERE ")
		n.where.print(p)
	}
}
