package authn

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// What a client tells the gateway: authorizer name, token and signature
//
//   - in headers, in the query, or behind a ? in the MQTT user name [A-79,
//     A-80]; HTTP goes before the user name [A-87, guess], headers before the
//     query and the first of several before the others [guess]
//   - names match whatever their case
//   - values are percent-decoded, and + stays + [A-82]; headers are taken as
//     they are [guess]
//   - an empty value is no value [A-88, guess]
//   - the last ? of a user name starts the parameters
//   - headers and query are 8 KB at most
//   - what does not decode is refused, be it a parameter nobody asks for
//     [A-91, guess]

// Parameter names the gateway knows itself. The token's name is the
// authorizer's TokenKeyName.
const (
	nameParameter      = "x-amz-customauthorizer-name"
	signatureParameter = "x-amz-customauthorizer-signature"
)

const maxHTTP = 8 << 10 // bytes of headers and query

type parameter struct{ name, value string }

// parameters are in order of precedence.
type parameters struct {
	list  []parameter
	notes []Note
}

// get returns the value of a parameter, "" if there is none.
func (p parameters) get(name string) string {
	for _, q := range p.list {
		if q.value != "" && strings.EqualFold(q.name, name) {
			return q.value
		}
	}
	return ""
}

// readParameters collects the parameters of a request, known or not. The error
// is an *Error.
func readParameters(r Request) (parameters, error) {
	var p parameters
	if h := r.Facts.HTTP; h != nil {
		size := len(h.RawQuery)
		for _, field := range h.Header {
			size += len(field.Name) + len(field.Value)
			p.list = append(p.list, parameter{field.Name, field.Value})
		}
		if size > maxHTTP {
			return p, refuse(parameterInvalid, "headers and query have %d bytes, allowed are %d", size, maxHTTP).
				because("A-90").
				try("send less: cookies and headers that nobody reads count too, and so does a token with many claims")
		}
		if err := p.parse("query", h.RawQuery); err != nil {
			return p, err
		}
	}
	if query, ok := usernameQuery(r.Username); ok {
		if strings.Count(*r.Username, "?") > 1 {
			p.notes = append(p.notes, Note{hintSeveralMarks, "A-86"})
		}
		if err := p.parse("part of the user name behind the ?", query); err != nil {
			return p, err
		}
	}
	return p, nil
}

// usernameQuery is the part of a user name behind its last ?.
func usernameQuery(username *string) (string, bool) {
	if username == nil {
		return "", false
	}
	i := strings.LastIndexByte(*username, '?')
	if i < 0 {
		return "", false
	}
	return (*username)[i+1:], true
}

// parse adds the parameters of a query. An error tells where, never what: the
// query may hold a token.
func (p *parameters) parse(place, query string) error {
	if i := badEscape(query); i >= 0 {
		return refuse(parameterInvalid,
			"%s: character %d is %%, want two hexadecimal digits behind it, or %%25 for a plain %%", place, i+1).
			because("A-91").try("percent-encode each value once, as encodeURIComponent does")
	}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, value = unescape(name), unescape(value)
		if !utf8.ValidString(name) || !utf8.ValidString(value) {
			return refuse(parameterInvalid, "%s: a parameter is not UTF-8 when decoded", place).because("A-91").
				try("percent-encode the UTF-8 bytes of each value; bytes that are no text go in base64")
		}
		p.list = append(p.list, parameter{name, value})
	}
	return nil
}

// badEscape finds the first % that starts no escape, or returns -1.
func badEscape(s string) int {
	for i := range len(s) {
		if s[i] == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])) {
			return i
		}
	}
	return -1
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// unescape decodes a text that badEscape has passed; + stays + [A-82].
func unescape(s string) string {
	decoded, err := url.PathUnescape(s)
	if err != nil {
		return s
	}
	return decoded
}
