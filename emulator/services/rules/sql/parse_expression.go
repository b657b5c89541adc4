package sql

// An expression is read by precedence, the weakest first: OR, AND, NOT,
// comparisons and IN, + and -, * / and %, unary -.
func (p *parser) expression() node {
	return p.chain(p.conjunction, func(t token) tokenKind {
		if t.is("OR") {
			return tokOr
		}
		return tokEnd
	})
}

// chain reads operands with operators of one precedence between them, which bind to the
// left.
func (p *parser) chain(operand func() node, operator func(token) tokenKind) node {
	l := operand()
	for n := 0; p.err == nil; n++ {
		op := operator(p.peek())
		if op == tokEnd {
			break
		}
		if n == deepestChain {
			p.fail(p.peek().at, "too many "+op.String(), "fewer, or parentheses around some")
		}
		p.next()
		l = &binary{at: at(l.place()), op: op, l: l, r: operand()}
	}
	return l
}

// deepestChain is how many operators of one precedence stand beside each other: each is
// one deeper in the tree [choice].
const deepestChain = 1000

func (p *parser) conjunction() node {
	return p.chain(p.negation, func(t token) tokenKind {
		if t.is("AND") {
			return tokAnd
		}
		return tokEnd
	})
}

func (p *parser) negation() node {
	defer p.deeper()()
	t := p.peek()
	if p.err != nil || !t.is("NOT") {
		return p.comparison()
	}
	p.next()
	return &unary{at: at(t.at), op: tokNot, x: p.negation()}
}

func (p *parser) comparison() node {
	l := p.sum()
	for n := 0; p.err == nil; n++ {
		t := p.peek()
		if n == deepestChain {
			p.fail(t.at, "too many comparisons", "fewer, with AND between them")
		}
		switch {
		case t.kind >= tokEqual && t.kind <= tokGreaterEqual:
			p.next()
			l = &binary{at: at(l.place()), op: t.kind, l: l, r: p.sum()}
		case t.is("IN"):
			p.next()
			l = &in{at: at(l.place()), x: l, array: p.sum()}
		default:
			if problem, instead := p.foreignOperator(t, l); problem != "" {
				p.fail(t.at, problem, instead)
			}
			return l
		}
	}
	return l
}

func (p *parser) sum() node {
	return p.chain(p.product, func(t token) tokenKind {
		if t.kind == tokPlus || t.kind == tokMinus {
			return t.kind
		}
		return tokEnd
	})
}

func (p *parser) product() node {
	return p.chain(p.unary, func(t token) tokenKind {
		if t.kind == tokStar || t.kind == tokSlash || t.kind == tokPercent {
			return t.kind
		}
		return tokEnd
	})
}

func (p *parser) unary() node {
	defer p.deeper()()
	switch t := p.peek(); {
	case p.err != nil:
		return &literal{}
	case t.kind == tokMinus:
		p.next()
		return &unary{at: at(t.at), op: tokMinus, x: p.unary()}
	case t.is("NOT"): // behind an operator, as in a = NOT b
		p.next()
		return &unary{at: at(t.at), op: tokNot, x: p.unary()}
	}
	return p.postfix()
}

// postfix reads a value and the path behind it [R-36, R-36a, R-46].
func (p *parser) postfix() node {
	n := p.primary()
	for depth := 0; p.err == nil && p.peek().kind == tokDot; depth++ {
		p.next()
		if p.skip(tokStar) {
			return &all{at: at(n.place()), x: n}
		}
		t := p.next()
		switch {
		case t.kind == tokNumber:
			p.fail(t.at, "."+t.text,
				"get("+clip(text(n))+", "+quoted(t.text)+"), since a name of digits cannot stand in a path")
		case t.kind != tokWord:
			p.fail(t.at, p.found(t)+" in a path", "a name; others than letters, digits and _ need get(object, 'name')")
		case depth == deepestChain:
			p.fail(t.at, "a path of more than 1000 names", "fewer")
		}
		n = &member{at: at(n.place()), x: n, name: t.text}
	}
	if t := p.peek(); p.err == nil && t.kind == tokOpenSquare && t.at > 0 && p.isIndex(t) {
		p.fail(t.at, "[ ] behind a value", "get("+clip(text(n))+", 0), which counts from 0")
	}
	return n
}

// isIndex says whether [ is close behind the token before it.
func (p *parser) isIndex(t token) bool { return p.pos > 0 && p.tokens[p.pos-1].end == t.at }
