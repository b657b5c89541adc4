package lint

import (
	"bytes"
	"encoding/json"
	"strings"
)

// The kinds of a value, as messages call them.
const (
	object  = "an object"
	array   = "a list"
	text    = "a text"
	number  = "a number"
	boolean = "true or false"
	null    = "null"

	// opaque is what only whoever deploys a template knows, as a !Ref is.
	opaque = "an intrinsic function"
)

// unknown stands in a text for what only whoever deploys a template knows. It is the
// character that Unicode has for an object within a text.
const unknown = "\uFFFC"

// A value is a value of a file, with its place.
type value struct {
	kind    string
	text    string // of a text, number or boolean
	shown   string // the text as the file has it, if it has unknown in it
	target  string // of an intrinsic function: "Ref Name" or "GetAtt Name.Arn", if it is one of those
	members []member
	items   []*value
	at      spot
	inside  func(int) spot // where a byte of the text stands
}

type member struct {
	name  string
	at    spot // of the name
	value *value
}

// get returns a member of an object; nil if there is none, or v is none.
func (v *value) get(name string) *value {
	if v == nil {
		return nil
	}
	for _, m := range v.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// fold returns a member by its name in upper or lower case: the API and CloudFormation
// differ in that alone.
func (v *value) fold(name string) *value {
	if v == nil {
		return nil
	}
	for _, m := range v.members {
		if strings.EqualFold(m.name, name) {
			return m.value
		}
	}
	return nil
}

// within is where a byte of a text stands.
func (v *value) within(i int) spot {
	if v.inside == nil {
		return v.at
	}
	return v.inside(i)
}

// path returns the value at names, one below the other.
func (v *value) path(names ...string) *value {
	for _, name := range names {
		v = v.get(name)
	}
	return v
}

// string is the text of a text that is wholly known; "" of anything else.
func (v *value) string() string {
	if v == nil || v.kind != text || strings.Contains(v.text, unknown) {
		return ""
	}
	return v.text
}

// isOpaque reports whether a value, or a part of its text, is not known.
func (v *value) isOpaque() bool {
	return v != nil && (v.kind == opaque || v.kind == text && strings.Contains(v.text, unknown))
}

// hasOpaque reports whether anything in a value is not known.
func (v *value) hasOpaque() bool {
	if v == nil || v.isOpaque() {
		return v != nil
	}
	for _, m := range v.members {
		if m.value.hasOpaque() {
			return true
		}
	}
	for _, item := range v.items {
		if item.hasOpaque() {
			return true
		}
	}
	return false
}

// isFalse reports whether a value is the boolean false.
func (v *value) isFalse() bool { return v != nil && v.kind == boolean && v.text == "false" }

// list is what a value that may be one or several holds.
func (v *value) list() []*value {
	switch {
	case v == nil:
		return nil
	case v.kind == array:
		return v.items
	}
	return []*value{v}
}

// show is a text as the file has it.
func (v *value) show() string {
	if v.shown != "" {
		return v.shown
	}
	return v.text
}

// json writes a value as compact JSON. What is not known is written as what stands for it.
func (v *value) json(standsFor func(name string) string) []byte {
	var b bytes.Buffer
	v.write(&b, "", standsFor)
	return b.Bytes()
}

func (v *value) write(b *bytes.Buffer, name string, standsFor func(name string) string) {
	switch v.kind {
	case opaque:
		b.WriteString(standsFor(name))
	case object:
		b.WriteByte('{')
		for i, m := range v.members {
			if i > 0 {
				b.WriteByte(',')
			}
			writeText(b, m.name)
			b.WriteByte(':')
			m.value.write(b, m.name, standsFor)
		}
		b.WriteByte('}')
	case array:
		b.WriteByte('[')
		for i, item := range v.items {
			if i > 0 {
				b.WriteByte(',')
			}
			item.write(b, name, standsFor)
		}
		b.WriteByte(']')
	case text:
		if strings.HasPrefix(v.text, unknown) {
			b.WriteString(standsFor(name))
			return
		}
		writeText(b, v.text)
	case null:
		b.WriteString("null")
	default:
		b.WriteString(v.text)
	}
}

func writeText(b *bytes.Buffer, s string) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s)         // a text can always be written
	b.Truncate(b.Len() - 1) // its newline
}
