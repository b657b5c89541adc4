package shadow

import (
	"encoding/json"
	"strings"
)

// parse reads one value of JSON, written at a moment. Of members of one name the last
// counts. Package json says whether it is JSON, and its decoder could read it as well, but
// that makes five allocations of each value, and a shadow is read at each request.
func (d *desk) parse(payload []byte, at int64) (*node, error) {
	if !json.Valid(payload) {
		return nil, json.Unmarshal(payload, new(json.RawMessage)) // which says what is wrong
	}
	p := parser{rest: string(payload), at: at, desk: d}
	return p.value(), nil
}

// A parser has what is left of JSON that is known to be that.
type parser struct {
	rest string
	at   int64
	desk *desk
}

// next skips what stands between values, and returns what comes then.
func (p *parser) next() byte {
	i := 0
	for between(p.rest[i]) {
		i++
	}
	p.rest = p.rest[i:]
	return p.rest[0]
}

// between reports whether a byte only stands between values and names.
func between(c byte) bool {
	return c == ',' || c == ':' || c == ' ' || c == '\t' || c == '\r' || c == '\n'
}

// take returns so many bytes and goes behind them.
func (p *parser) take(n int) (s string) {
	s, p.rest = p.rest[:n], p.rest[n:]
	return s
}

func (p *parser) value() *node {
	switch p.next() {
	case '{':
		return p.object()
	case '[':
		return p.array()
	case '"':
		return p.desk.node(node{kind: text, text: p.string(), at: p.at})
	case 't':
		return p.desk.node(node{kind: boolean, text: p.take(len("true")), at: p.at})
	case 'f':
		return p.desk.node(node{kind: boolean, text: p.take(len("false")), at: p.at})
	case 'n':
		return p.desk.node(node{kind: null, text: p.take(len("null")), at: p.at})
	}
	return p.desk.node(node{kind: number, text: p.number(), at: p.at})
}

func (p *parser) number() string {
	end := 1
	for end < len(p.rest) && !between(p.rest[end]) && p.rest[end] != ']' && p.rest[end] != '}' {
		end++
	}
	return p.take(end)
}

func (p *parser) object() *node {
	n := p.desk.object()
	p.take(1)
	for p.next() != '}' {
		name := p.string()
		if name = name[1 : len(name)-1]; strings.Contains(name, `\`) {
			name = (&node{text: `"` + name + `"`}).plain()
		}
		n.put(name, p.value())
	}
	p.take(1)
	return n
}

func (p *parser) array() *node {
	n := p.desk.node(node{kind: array})
	p.take(1)
	for p.next() != ']' {
		n.items = append(n.items, p.value())
	}
	p.take(1)
	return n
}

// string returns the JSON of a text, escaped no more than needed, so that the same text is
// the same JSON.
func (p *parser) string() string {
	end, escaped := 1, false
	for ; p.rest[end] != '"'; end++ {
		if p.rest[end] == '\\' {
			escaped = true
			end++
		}
	}
	s := p.take(end + 1)
	if !escaped {
		return s
	}
	return string(appendText(nil, (&node{text: s}).plain()))
}
