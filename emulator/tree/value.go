package tree

import (
	"bytes"
	"encoding/json"
	"strings"
)

// The kinds of a value, as messages call them.
const (
	Object  = "an object"
	Array   = "a list"
	Text    = "a text"
	Number  = "a number"
	Boolean = "true or false"
	Null    = "null"

	// Opaque is what only whoever deploys a template knows, as a !Ref is.
	Opaque = "an intrinsic function"
)

// Unknown stands in a text for what only whoever deploys a template knows. It is the
// character that Unicode has for an object within a text.
const Unknown = "\uFFFC"

// A Value is a value of a file, with its place.
type Value struct {
	Kind    string
	Text    string // of a text, number or boolean
	Shown   string // the text as the file has it, if it has unknown in it
	Target  string // of an intrinsic function: "Ref Name" or "GetAtt Name.Arn", if it is one of those
	Members []Member
	Items   []*Value
	At      Spot
	Inside  func(int) Spot // where a byte of the text stands
	IsShort bool           // it was written in the short form of a function, as !Sub
}

// A Member is one of an object's.
type Member struct {
	Name  string
	At    Spot // of the name
	Value *Value
}

// Get returns a member of an object; nil if there is none, or v is none.
func (v *Value) Get(name string) *Value {
	if v == nil {
		return nil
	}
	for _, m := range v.Members {
		if m.Name == name {
			return m.Value
		}
	}
	return nil
}

// Fold returns a member by its name in upper or lower case: the API and CloudFormation
// differ in that alone.
func (v *Value) Fold(name string) *Value {
	if v == nil {
		return nil
	}
	for _, m := range v.Members {
		if strings.EqualFold(m.Name, name) {
			return m.Value
		}
	}
	return nil
}

// Within is where a byte of a text stands.
func (v *Value) Within(i int) Spot {
	if v.Inside == nil {
		return v.At
	}
	return v.Inside(i)
}

// Path returns the value at names, one below the other.
func (v *Value) Path(names ...string) *Value {
	for _, name := range names {
		v = v.Get(name)
	}
	return v
}

// String is the text of a text that is wholly known; "" of anything else.
func (v *Value) String() string {
	if v == nil || v.Kind != Text || strings.Contains(v.Text, Unknown) {
		return ""
	}
	return v.Text
}

// IsOpaque reports whether a value, or a part of its text, is not known.
func (v *Value) IsOpaque() bool {
	return v != nil && (v.Kind == Opaque || v.Kind == Text && strings.Contains(v.Text, Unknown))
}

// HasOpaque reports whether anything in a value is not known.
func (v *Value) HasOpaque() bool {
	if v == nil || v.IsOpaque() {
		return v != nil
	}
	for _, m := range v.Members {
		if m.Value.HasOpaque() {
			return true
		}
	}
	for _, item := range v.Items {
		if item.HasOpaque() {
			return true
		}
	}
	return false
}

// IsFalse reports whether a value is the boolean false.
func (v *Value) IsFalse() bool { return v != nil && v.Kind == Boolean && v.Text == "false" }

// List is what a value that may be one or several holds.
func (v *Value) List() []*Value {
	switch {
	case v == nil:
		return nil
	case v.Kind == Array:
		return v.Items
	}
	return []*Value{v}
}

// Show is a text as the file has it.
func (v *Value) Show() string {
	if v.Shown != "" {
		return v.Shown
	}
	return v.Text
}

// JSON writes a value as compact JSON. What is not known is written as what stands for it.
func (v *Value) JSON(standsFor func(name string) string) []byte {
	var b bytes.Buffer
	v.write(&b, "", standsFor)
	return b.Bytes()
}

func (v *Value) write(b *bytes.Buffer, name string, standsFor func(name string) string) {
	switch v.Kind {
	case Opaque:
		b.WriteString(standsFor(name))
	case Object:
		b.WriteByte('{')
		for i, m := range v.Members {
			if i > 0 {
				b.WriteByte(',')
			}
			writeText(b, m.Name)
			b.WriteByte(':')
			m.Value.write(b, m.Name, standsFor)
		}
		b.WriteByte('}')
	case Array:
		b.WriteByte('[')
		for i, item := range v.Items {
			if i > 0 {
				b.WriteByte(',')
			}
			item.write(b, name, standsFor)
		}
		b.WriteByte(']')
	case Text:
		if strings.HasPrefix(v.Text, Unknown) {
			b.WriteString(standsFor(name))
			return
		}
		writeText(b, v.Text)
	case Null:
		b.WriteString("null")
	default:
		b.WriteString(v.Text)
	}
}

func writeText(b *bytes.Buffer, s string) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s)         // a text can always be written
	b.Truncate(b.Len() - 1) // its newline
}
