package sql

import "strings"

// A Template is a parameter of an action with ${…} in it. It does not change.
type Template struct {
	text   string
	parts  []part
	secret bool
}

// A part is text, or an expression.
type part struct {
	text string
	node node
}

// ParseTemplate reads a template for the actions of a statement, whose variables it may
// use; of another nothing is known there, aliases neither. The error is an *Error.
func (s *Statement) ParseTemplate(text string) (*Template, error) {
	t := &Template{text: text}
	for at := 0; at < len(text); {
		open := strings.Index(text[at:], "${")
		if open < 0 {
			t.parts = append(t.parts, part{text: text[at:]})
			break
		}
		if open > 0 {
			t.parts = append(t.parts, part{text: text[at : at+open]})
		}
		begin := at + open + len("${")
		end := templateEnd(text, begin)
		if end < 0 {
			return nil, errorAt(text, at+open, "${ that does not end", "a } behind the expression")
		}
		n, err := s.templateExpression(text, begin, end)
		if err != nil {
			return nil, err
		}
		t.parts, t.secret = append(t.parts, part{node: n}), t.secret || s.hides(n)
		at = end + 1
	}
	return t, nil
}

// templateEnd finds the } that ends an expression: not one in a string, nor of an object.
func templateEnd(text string, at int) int {
	depth := 0
	for ; at < len(text); at++ {
		switch c := text[at]; c {
		case '\'', '"':
			n := strings.IndexByte(text[at+1:], c)
			if n < 0 {
				return -1
			}
			at += n + 1
		case '{':
			depth++
		case '}':
			if depth == 0 {
				return at
			}
			depth--
		}
	}
	return -1
}

func (s *Statement) templateExpression(text string, begin, end int) (node, error) {
	p, err := newParser(text[begin:end], s.version)
	if err != nil {
		return nil, shifted(err, text, begin)
	}
	p.variables = s.Variables()
	n := p.expression()
	p.end("an operator or }")
	if p.err != nil {
		return nil, shifted(p.err, text, begin)
	}
	return n, nil
}

// shifted is an error of an expression at its place in the template.
func shifted(err error, text string, by int) error {
	e, ok := err.(*Error)
	if !ok {
		return err
	}
	return errorAt(text, by+e.Offset, e.Problem, e.Want)
}

// String is the template as it was written.
func (t *Template) String() string { return t.text }

// Constant says whether the template has no ${…}: it is its own text then.
func (t *Template) Constant() bool {
	for _, p := range t.parts {
		if p.node != nil {
			return false
		}
	}
	return true
}

// External are the external functions that the template calls.
func (t *Template) External() (names []string) {
	for _, p := range t.parts {
		walk(p.node, func(n node) {
			if c, ok := n.(*call); ok && c.function.external {
				names = append(names, c.function.name)
			}
		})
	}
	return names
}

// Secret says whether the template's text may have a value of get_secret in it, which it calls or
// has from a variable.
func (t *Template) Secret() bool { return t.secret }

// Expand gives the text for the message of a result, with its payload and its variables,
// not with what SELECT made. Undefined is the empty text [R-107, guess], and so is Null;
// a string stands without quotes, a number in plain notation. It fails as
// Evaluate does, and is not for several goroutines at once with the same result.
func (r *Result) Expand(t *Template) (string, error) {
	var out strings.Builder
	r.run.err = nil
	for _, p := range t.parts {
		if p.node == nil {
			out.WriteString(p.text)
			continue
		}
		v := p.node.eval(r.run, nil)
		if v.kind == Decimal {
			out.Write(v.number().Append(nil, 'f'))
			continue
		}
		s, _ := r.run.text(v)
		out.WriteString(s)
	}
	if r.run.err != nil {
		return "", r.run.err
	}
	return out.String(), nil
}
