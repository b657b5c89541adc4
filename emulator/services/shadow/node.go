package shadow

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
)

// A node is a value of JSON, and when it was written. It is not changed once others can
// see it.
type node struct {
	kind kind

	text string // of a leaf: its JSON, numbers as they were written
	at   int64  // of a leaf: when, in seconds since 1970 [S-46]

	names   []string // of an object, in the order they came
	members map[string]*node
	items   []*node // of an array
}

// A kind is what a value of JSON is.
type kind byte

const (
	null kind = iota
	boolean
	number
	text
	array
	object
)

// is reports whether there is a node of a kind.
func (n *node) is(k kind) bool { return n != nil && n.kind == k }

// member returns a member of an object; nil if there is none, or n is nil.
func (n *node) member(name string) *node {
	if n == nil {
		return nil
	}
	return n.members[name]
}

func newObject(size int) *node {
	return &node{kind: object, names: make([]string, 0, size), members: make(map[string]*node, size)}
}

// put adds a member to an object, or replaces it in its place.
func (n *node) put(name string, value *node) {
	if _, known := n.members[name]; !known {
		n.names = append(n.names, name)
	}
	n.members[name] = value
}

// remove takes a member out of an object.
func (n *node) remove(name string) {
	if _, known := n.members[name]; known {
		delete(n.members, name)
		n.names = slices.DeleteFunc(n.names, func(one string) bool { return one == name })
	}
}

// parse reads one value of JSON, written at a moment. Of members of one name the last
// counts.
func parse(payload []byte, at int64) (*node, error) {
	if err := json.Unmarshal(payload, new(json.RawMessage)); err != nil {
		return nil, err // a decoder does not look at what comes behind
	}
	d := json.NewDecoder(bytes.NewReader(payload))
	d.UseNumber()
	return parseValue(d, at)
}

func parseValue(d *json.Decoder, at int64) (*node, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '[' {
			return parseArray(d, at)
		}
		return parseObject(d, at)
	case string:
		return &node{kind: text, text: string(appendText(nil, t)), at: at}, nil
	case json.Number:
		return &node{kind: number, text: t.String(), at: at}, nil
	case bool:
		if t {
			return &node{kind: boolean, text: "true", at: at}, nil
		}
		return &node{kind: boolean, text: "false", at: at}, nil
	case nil:
		return &node{kind: null, text: "null", at: at}, nil
	}
	return nil, io.ErrUnexpectedEOF // there is no other token
}

func parseArray(d *json.Decoder, at int64) (*node, error) {
	n := &node{kind: array}
	for d.More() {
		item, err := parseValue(d, at)
		if err != nil {
			return nil, err
		}
		n.items = append(n.items, item)
	}
	_, err := d.Token()
	return n, err
}

func parseObject(d *json.Decoder, at int64) (*node, error) {
	n := newObject(0)
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		value, err := parseValue(d, at)
		if err != nil {
			return nil, err
		}
		n.put(name.(string), value)
	}
	_, err := d.Token()
	return n, err
}

// depth is how many levels of names and positions there are below a node; empty objects
// and arrays have none [S-40].
func (n *node) depth() (deepest int) {
	if n == nil {
		return 0
	}
	for _, one := range n.items {
		deepest = max(deepest, 1+one.depth())
	}
	for _, one := range n.members {
		deepest = max(deepest, 1+one.depth())
	}
	return deepest
}

// plain is what the text of a leaf says.
func (n *node) plain() (s string) {
	_ = json.Unmarshal([]byte(n.text), &s) // we have written it
	return s
}
