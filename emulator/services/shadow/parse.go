package shadow

import (
	"encoding/json"
	"strings"
)

// parse reads one value of JSON, written at a moment. Of members of one name the last
// counts. Package json says whether it is JSON, and its decoder could read it as well, but
// that makes five allocations of each value, and a shadow is read at each request.
func parse(payload []byte, at int64) (*node, error) {
	if err := json.Unmarshal(payload, new(json.RawMessage)); err != nil {
		return nil, err
	}
	p := parser{string(payload), at}
	return p.value(), nil
}

// A parser has what is left of JSON that is known to be that.
type parser struct {
	rest string
	at   int64
}

// next skips what stands between values, and returns what comes then.
func (p *parser) next() byte {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n,:")
	return p.rest[0]
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
		return &node{kind: text, text: p.string(), at: p.at}
	case 't':
		return &node{kind: boolean, text: p.take(len("true")), at: p.at}
	case 'f':
		return &node{kind: boolean, text: p.take(len("false")), at: p.at}
	case 'n':
		return &node{kind: null, text: p.take(len("null")), at: p.at}
	}
	end := strings.IndexAny(p.rest, " \t\r\n,]}")
	if end < 0 {
		end = len(p.rest)
	}
	return &node{kind: number, text: p.take(end), at: p.at}
}

func (p *parser) object() *node {
	n := newObject()
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
	n := &node{kind: array}
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
