package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Bounds of what is read; what is beyond is a Broken text.
const (
	MaxFile   = 4 << 20 // bytes
	maxDepth  = 64      // values within values
	MaxValues = 200_000 // of one file
)

// A Broken text is none of its language: where, and why.
type Broken struct {
	At   Spot
	Text string
}

func (b *Broken) Error() string { return b.Text }

// A reader makes values of a source.
type reader struct {
	src    *Source
	values int // so far
}

// count counts a value, and a long text as several: an alias costs no file, but time.
func (r *reader) count(depth, length int, at Spot) error {
	const part = 64 // bytes
	r.values += 1 + length/part
	switch {
	case depth > maxDepth:
		return &Broken{at, fmt.Sprintf("is nested deeper than %d levels", maxDepth)}
	case r.values > MaxValues:
		return &Broken{at, fmt.Sprintf("has more than %d values", MaxValues)}
	}
	return nil
}

// readJSON reads one JSON value. The error is a *Broken.
func readJSON(src *Source) (*Value, error) {
	var whole json.RawMessage
	if err := json.Unmarshal(src.Text, &whole); err != nil {
		at := len(src.Text)
		if e := (*json.SyntaxError)(nil); errors.As(err, &e) {
			at = max(int(e.Offset)-1, 0)
		}
		return nil, &Broken{Spot{src: src, off: at}, "is no JSON: " + err.Error()}
	}
	r := &jsonReader{reader{src: src}, json.NewDecoder(bytes.NewReader(src.Text))}
	r.dec.UseNumber()
	return r.value(0)
}

type jsonReader struct {
	reader
	dec *json.Decoder
}

// next is where the next token begins.
func (r *jsonReader) next() Spot {
	off := int(r.dec.InputOffset())
	for off < len(r.src.Text) && bytes.IndexByte([]byte(" \t\r\n,:"), r.src.Text[off]) >= 0 {
		off++
	}
	return Spot{src: r.src, off: off}
}

func (r *jsonReader) value(depth int) (*Value, error) {
	at := r.next()
	if err := r.count(depth, 0, at); err != nil {
		return nil, err
	}
	token, err := r.dec.Token()
	if err != nil {
		return nil, &Broken{at, "is no JSON: " + err.Error()}
	}
	v := &Value{At: at}
	switch t := token.(type) {
	case json.Delim:
		if t == '{' {
			v.Kind = Object
			return v, r.object(v, depth)
		}
		v.Kind = Array
		return v, r.array(v, depth)
	case string:
		v.Kind, v.Text = Text, t
		v.Inside = func(i int) Spot { return Spot{src: r.src, off: insideString(r.src.Text, at.off, i)} }
	case json.Number:
		v.Kind, v.Text = Number, t.String()
	case bool:
		v.Kind, v.Text = Boolean, fmt.Sprint(t)
	default:
		v.Kind = Null
	}
	return v, nil
}

func (r *jsonReader) object(v *Value, depth int) error {
	for r.dec.More() {
		m := Member{At: r.next()}
		token, err := r.dec.Token()
		if err != nil {
			return &Broken{m.At, "is no JSON: " + err.Error()}
		}
		m.Name, _ = token.(string) // keys of valid JSON are
		if m.Value, err = r.value(depth + 1); err != nil {
			return err
		}
		v.Members = append(v.Members, m)
	}
	_, err := r.dec.Token()
	return err
}

func (r *jsonReader) array(v *Value, depth int) error {
	for r.dec.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		v.Items = append(v.Items, item)
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
