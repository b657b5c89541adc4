package sql

import (
	"encoding/json"
	"errors"
	"strings"
)

// deepest is how deep arrays and objects of a payload may lie in one another; AWS's
// limit is unknown, Jackson's is 1000 [choice].
const deepest = 1000

var (
	errNotJSON = errors.New("not JSON")
	errDeep    = errors.New("arrays and objects in one another deeper than 1000")
)

// ParseJSON reads a value. Keys keep their order; of two of the same name the last
// counts. It fails on what is not JSON, or is nested deeper than 1000.
func ParseJSON(text []byte, ver Version) (Value, error) {
	if !json.Valid(text) {
		return Value{}, errNotJSON
	}
	r := jsonReader{text: string(text), version: ver}
	v := r.value(0)
	return v, r.err
}

// A jsonReader reads what is known to be JSON.
type jsonReader struct {
	text    string
	at      int
	version Version
	err     error
}

func (r *jsonReader) space() {
	for r.at < len(r.text) && strings.IndexByte(" \t\r\n", r.text[r.at]) >= 0 {
		r.at++
	}
}

// next skips space and, behind it, one byte.
func (r *jsonReader) next() byte {
	r.space()
	r.at++
	return r.text[r.at-1]
}

func (r *jsonReader) value(depth int) Value {
	if depth > deepest || r.err != nil {
		r.err = errDeep
		return Value{}
	}
	r.space()
	switch r.text[r.at] {
	case '{':
		return r.object(depth)
	case '[':
		return r.array(depth)
	case '"':
		return OfText(r.string())
	case 't':
		r.at += len("true")
		return ofBool(true)
	case 'f':
		r.at += len("false")
		return ofBool(false)
	case 'n':
		r.at += len("null")
		return ofNull()
	}
	from := r.at
	for r.at < len(r.text) && strings.IndexByte("+-.0123456789eE", r.text[r.at]) >= 0 {
		r.at++
	}
	return r.version.parseNumber(r.text[from:r.at])
}

func (r *jsonReader) object(depth int) Value {
	m := &members{}
	r.at++
	if r.space(); r.text[r.at] == '}' {
		r.at++
		return ofMembers(m)
	}
	for r.err == nil {
		r.space()
		name := r.string()
		r.next() // the colon
		m.set(name, r.value(depth+1))
		if r.err != nil || r.next() == '}' {
			break
		}
	}
	return ofMembers(m)
}

func (r *jsonReader) array(depth int) Value {
	items := []Value{}
	r.at++
	if r.space(); r.text[r.at] == ']' {
		r.at++
		return ofArray(items)
	}
	for r.err == nil {
		items = append(items, r.value(depth+1))
		if r.err != nil || r.next() == ']' {
			break
		}
	}
	return ofArray(items)
}

func (r *jsonReader) string() string {
	from := r.at
	plain := true
	for r.at++; r.text[r.at] != '"'; r.at++ {
		if c := r.text[r.at]; c == '\\' {
			plain = false
			r.at++
		} else if c >= 0x80 {
			plain = false // perhaps not UTF-8
		}
	}
	r.at++
	if plain {
		return r.text[from+1 : r.at-1]
	}
	var s string
	if err := json.Unmarshal([]byte(r.text[from:r.at]), &s); err != nil {
		r.err = errNotJSON
	}
	return s
}
