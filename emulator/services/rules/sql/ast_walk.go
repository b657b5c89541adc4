package sql

// What is below each node, in the order of the text.

func (literal) children() []node  { return nil }
func (star) children() []node     { return nil }
func (field) children() []node    { return nil }
func (variable) children() []node { return nil }
func (n member) children() []node { return []node{n.x} }
func (n all) children() []node    { return []node{n.x} }
func (n unary) children() []node  { return []node{n.x} }
func (n binary) children() []node { return []node{n.l, n.r} }
func (n in) children() []node     { return []node{n.x, n.array} }
func (n exists) children() []node { return []node{n.query} }
func (n array) children() []node  { return n.items }
func (n object) children() []node { return n.values }
func (n call) children() []node   { return n.args }
func (n cast) children() []node   { return []node{n.x} }

func (n choice) children() []node {
	c := []node{n.v}
	for _, w := range n.whens {
		c = append(c, w.test, w.result)
	}
	if n.other != nil {
		c = append(c, n.other)
	}
	return c
}

func (n query) children() (c []node) {
	for _, col := range n.columns {
		c = append(c, col.node)
	}
	if n.from != nil {
		c = append(c, n.from)
	}
	if n.where != nil {
		c = append(c, n.where)
	}
	return c
}

// walk visits a node and all below it.
func walk(n node, visit func(node)) {
	if n == nil {
		return
	}
	visit(n)
	for _, c := range n.children() {
		walk(c, visit)
	}
}
