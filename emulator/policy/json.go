package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// encoding/json keeps the last of two equal keys and says nothing. A policy
// with two "Effect" keys is a mistake worth naming, so documents are read token
// by token into nodes, which also bounds their depth [B-110].

const (
	maxText  = 1 << 20 // bytes; white space does not count towards MaxDocumentSize, so a text may be longer
	maxDepth = 8       // a valid policy has 6: document, Statement, statement, Condition, operator, values
)

// A node is one JSON value, with the members of an object in their order.
type node struct {
	kind    string // "an object", "an array", "a string", "a number", "a boolean", "null"
	text    string // of a string, number or boolean
	members []member
	items   []node
}

type member struct {
	name  string
	value node
}

// readJSON reads exactly one JSON value.
func readJSON(document string, text []byte) (node, error) {
	if len(text) > maxText {
		return node{}, &Error{Document: document, Path: "document",
			Problem: fmt.Sprintf("has %d bytes, want at most %d", len(text), maxText)}
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return node{}, syntaxError(document, text, i, "invalid UTF-8")
		}
		i += size
	}
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil {
		at := len(text)
		if broken := (*json.SyntaxError)(nil); errors.As(err, &broken) {
			at = max(int(broken.Offset)-1, 0)
		}
		return node{}, syntaxError(document, text, at, err.Error())
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	r := jsonReader{document, dec}
	return r.value("", 0)
}

func syntaxError(document string, text []byte, at int, problem string) error {
	before := text[:min(at, len(text))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return &Error{Document: document, Line: line, Column: column, Problem: problem +
		", want a JSON policy document"}
}

type jsonReader struct {
	document string
	dec      *json.Decoder
}

func (r jsonReader) value(path string, depth int) (node, error) {
	if depth > maxDepth {
		return node{}, &Error{Document: r.document, Path: orDocument(path),
			Problem: fmt.Sprintf("is nested deeper than %d levels, want a policy", maxDepth)}
	}
	token, err := r.dec.Token()
	if err != nil {
		return node{}, &Error{Document: r.document, Path: orDocument(path), Problem: err.Error()}
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			return r.object(path, depth)
		}
		return r.array(path, depth)
	case string:
		return node{kind: "a string", text: t}, nil
	case json.Number:
		return node{kind: "a number", text: t.String()}, nil
	case bool:
		return node{kind: "a boolean", text: strconv.FormatBool(t)}, nil
	default:
		return node{kind: "null"}, nil
	}
}

func (r jsonReader) object(path string, depth int) (node, error) {
	n := node{kind: "an object"}
	seen := map[string]bool{}
	for r.dec.More() {
		key, err := r.dec.Token()
		name, ok := key.(string)
		if err != nil || !ok {
			return n, &Error{Document: r.document, Path: orDocument(path), Problem: "has a key that is no string"}
		}
		if seen[name] {
			return n, &Error{Document: r.document, Path: orDocument(path),
				Problem: fmt.Sprintf("has %s twice, want it once", quote(name))}
		}
		seen[name] = true
		value, err := r.value(join(path, clip(name)), depth+1)
		if err != nil {
			return n, err
		}
		n.members = append(n.members, member{name, value})
	}
	_, err := r.dec.Token() // the closing brace
	return n, err
}

func (r jsonReader) array(path string, depth int) (node, error) {
	n := node{kind: "an array"}
	for r.dec.More() {
		item, err := r.value(index(path, len(n.items)), depth+1)
		if err != nil {
			return n, err
		}
		n.items = append(n.items, item)
	}
	_, err := r.dec.Token() // the closing bracket
	return n, err
}

func orDocument(path string) string {
	if path == "" {
		return "document"
	}
	return path
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// clip keeps messages readable when someone put a novel into a policy.
func clip(text string) string {
	const most = 120 // characters
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}

func quote(text string) string { return strconv.Quote(clip(text)) }
