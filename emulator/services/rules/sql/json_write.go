package sql

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// JSON writes the value. Undefined is nothing: by itself the empty text, in an object
// or an array left out.
func (v Value) JSON() []byte { return v.appendJSON(nil) }

func (v Value) appendJSON(to []byte) []byte {
	switch v.kind {
	case Null:
		return append(to, "null"...)
	case Boolean:
		return strconv.AppendBool(to, v.small != 0)
	case Int, Decimal:
		return v.appendNumber(to)
	case String:
		return appendString(to, v.text)
	case Array:
		return appendItems(to, v.items())
	case Object:
		return appendMembers(to, v.members())
	}
	return to
}

// appendNumber writes an Int in plain notation, a Decimal perhaps with an exponent, as
// Java's BigDecimal does.
func (v Value) appendNumber(to []byte) []byte {
	switch {
	case v.ref == nil:
		return strconv.AppendInt(to, v.small, 10)
	case v.kind == Int:
		return v.number().Append(to, 'f')
	}
	return v.number().Append(to, 'G')
}

func appendItems(to []byte, items []Value) []byte {
	to = append(to, '[')
	first := true
	for _, i := range items {
		if i.kind == Undefined {
			continue
		}
		if !first {
			to = append(to, ',')
		}
		first, to = false, i.appendJSON(to)
	}
	return append(to, ']')
}

func appendMembers(to []byte, m *members) []byte {
	to = append(to, '{')
	first := true
	for i, name := range m.names {
		if m.values[i].kind == Undefined {
			continue
		}
		if !first {
			to = append(to, ',')
		}
		first = false
		to = append(appendString(to, name), ':')
		to = m.values[i].appendJSON(to)
	}
	return append(to, '}')
}

func appendString(to []byte, s string) []byte {
	to = append(to, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			to, i = utf8.AppendRune(to, r), i+size
			continue
		}
		i++
		switch at := strings.IndexByte("\"\\\n\r\t\b\f", c); {
		case at >= 0:
			to = append(to, '\\', `"\nrtbf`[at])
		case c < ' ':
			to = append(to, '\\', 'u', '0', '0', "0123456789abcdef"[c>>4], "0123456789abcdef"[c&15])
		default:
			to = append(to, c)
		}
	}
	return append(to, '"')
}

// Text is the standard conversion to a string: text as it is, anything else as JSON. Null
// and Undefined have none.
func (v Value) Text() (text string, ok bool) {
	switch v.kind {
	case Undefined, Null:
		return "", false
	case String:
		return v.text, true
	}
	return string(v.JSON()), true
}
