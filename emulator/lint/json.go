package lint

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Bounds of what is read; what is beyond is refused with a finding.
const (
	maxFile   = 4 << 20 // bytes
	maxDepth  = 64      // values within values
	maxValues = 200_000 // of one file
)

// A broken text is none of its language: where, and why.
type broken struct {
	at   spot
	text string
}

func (b *broken) Error() string { return b.text }

// A reader makes values of a source.
type reader struct {
	src    *source
	values int // so far
}

// count counts a value, and a long text as several: an alias costs no file, but time.
func (r *reader) count(depth, length int, at spot) error {
	const part = 64 // bytes
	r.values += 1 + length/part
	switch {
	case depth > maxDepth:
		return &broken{at, fmt.Sprintf("is nested deeper than %d levels", maxDepth)}
	case r.values > maxValues:
		return &broken{at, fmt.Sprintf("has more than %d values", maxValues)}
	}
	return nil
}

// readJSON reads one JSON value. The error is a *broken.
func readJSON(src *source) (*value, error) {
	var whole json.RawMessage
	if err := json.Unmarshal(src.text, &whole); err != nil {
		at := len(src.text)
		if e := (*json.SyntaxError)(nil); errors.As(err, &e) {
			at = max(int(e.Offset)-1, 0)
		}
		return nil, &broken{spot{src: src, off: at}, "is no JSON: " + err.Error()}
	}
	r := &jsonReader{reader{src: src}, json.NewDecoder(bytes.NewReader(src.text))}
	r.dec.UseNumber()
	return r.value(0)
}

type jsonReader struct {
	reader
	dec *json.Decoder
}

// next is where the next token begins.
func (r *jsonReader) next() spot {
	off := int(r.dec.InputOffset())
	for off < len(r.src.text) && bytes.IndexByte([]byte(" \t\r\n,:"), r.src.text[off]) >= 0 {
		off++
	}
	return spot{src: r.src, off: off}
}

func (r *jsonReader) value(depth int) (*value, error) {
	at := r.next()
	if err := r.count(depth, 0, at); err != nil {
		return nil, err
	}
	token, err := r.dec.Token()
	if err != nil {
		return nil, &broken{at, "is no JSON: " + err.Error()}
	}
	v := &value{at: at}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			v.kind = object
			return v, r.object(v, depth)
		}
		v.kind = array
		return v, r.array(v, depth)
	case string:
		v.kind, v.text = text, t
		v.inside = func(i int) spot { return spot{src: r.src, off: insideString(r.src.text, at.off, i)} }
	case json.Number:
		v.kind, v.text = number, t.String()
	case bool:
		v.kind, v.text = boolean, fmt.Sprint(t)
	default:
		v.kind = null
	}
	return v, nil
}

func (r *jsonReader) object(v *value, depth int) error {
	for r.dec.More() {
		m := member{at: r.next()}
		token, err := r.dec.Token()
		if err != nil {
			return &broken{m.at, "is no JSON: " + err.Error()}
		}
		m.name, _ = token.(string) // keys of valid JSON are
		if m.value, err = r.value(depth + 1); err != nil {
			return err
		}
		v.members = append(v.members, m)
	}
	_, err := r.dec.Token()
	return err
}

func (r *jsonReader) array(v *value, depth int) error {
	for r.dec.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		v.items = append(v.items, item)
	}
	_, err := r.dec.Token()
	return err
}

// insideString returns where byte i of a string stands that begins with a quotation mark
// at off, its escapes undone.
func insideString(raw []byte, off, i int) int {
	off++
	for i > 0 && off < len(raw) && raw[off] != '"' {
		size, decoded := 1, 1
		switch {
		case raw[off] != '\\':
			_, size = utf8.DecodeRune(raw[off:])
			decoded = size
		case off+1 < len(raw) && raw[off+1] == 'u':
			size, decoded = 6, escaped(raw[off:])
		case off+1 < len(raw):
			size = 2
		}
		off, i = off+size, i-decoded
	}
	return min(off, len(raw))
}

// escaped is how many bytes the character of an escape as \u00e9 has; of a pair of them,
// each has half.
func escaped(raw []byte) int {
	code := 0
	for _, c := range raw[2:min(6, len(raw))] {
		code = code<<4 | int(bytes.IndexByte([]byte("0123456789abcdef"), c|0x20)&15)
	}
	if code >= 0xd800 && code < 0xe000 {
		return 2
	}
	return utf8.RuneLen(rune(code))
}
