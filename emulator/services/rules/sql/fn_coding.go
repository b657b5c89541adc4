package sql

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// codingFunctions are encode and decode. What of decode AWS has besides, Protocol
// Buffers, is refused when the statement is parsed.
func codingFunctions() []function {
	return []function{
		{name: "encode", min: 2, max: 2, since: V2016, special: encode},
		{name: "decode", min: 2, max: 6, since: V2016, special: decode},
	}
}

// raw is the bytes of *, whatever they are, and the string of anything else.
func (r *run) raw(s *scope, n node) (string, bool) {
	if s == nil && isStar(n) {
		raw := r.message.Payload.Raw()
		return string(raw), r.grow(len(raw))
	}
	return r.text(n.eval(r, s))
}

func isBase64(r *run, s *scope, n node) bool {
	scheme := n.eval(r, s)
	return scheme.kind == String && strings.EqualFold(scheme.text, "base64")
}

func encode(r *run, s *scope, c *call) Value {
	text, ok := r.raw(s, c.args[0])
	if !ok || !isBase64(r, s, c.args[1]) || !r.grow(2*len(text)) {
		return Value{}
	}
	return OfText(base64.StdEncoding.EncodeToString([]byte(text)))
}

// decode gives what JSON text says, other text as a string, and Null for what is not
// base64.
func decode(r *run, s *scope, c *call) Value {
	text, ok := r.raw(s, c.args[0])
	if !ok || len(c.args) > 2 || !isBase64(r, s, c.args[1]) || !r.grow(8*len(text)) {
		return Value{}
	}
	bytes, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return ofNull()
	}
	if !r.spend(len(bytes) / 4) {
		return Value{}
	}
	if v, err := ParseJSON(bytes, r.version); err == nil {
		return v
	}
	if !utf8.Valid(bytes) {
		return OfText(strings.ToValidUTF8(string(bytes), "\uFFFD"))
	}
	return OfText(string(bytes))
}
