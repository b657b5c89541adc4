package authn

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/transport"
)

// What SigV4 signs
//
//   - method, path, query, headers, the list of headers, the hash of the body, a
//     line each [A-197]
//   - the path as requested, percent-encoded once more
//   - the query sorted by name and value, percent-encoded anew: only letters,
//     digits and -._~ stay as they are; + stays + [A-82]
//   - header values without spaces around them, runs of spaces as one; several of
//     a name joined with a comma
//
// The SDK's signer could not sign these again: it leaves user-agent out, which
// the SDKs for Java 1 and .NET sign, and always adds X-Amz-Date.

const (
	algorithm       = "AWS4-HMAC-SHA256"
	terminator      = "aws4_request"
	unsignedPayload = "UNSIGNED-PAYLOAD"
	amzTime         = "20060102T150405Z"
)

// A canonical is a canonical request.
type canonical struct {
	method, path, query string
	headers             []transport.Field // in the order of SignedHeaders, names as there
	payload             string            // the hash of the body, in hexadecimal
}

// String is the canonical request.
func (c canonical) String() string {
	lines := []string{c.method, c.path, c.query}
	var names []string
	for _, h := range c.headers {
		lines = append(lines, h.Name+":"+h.Value)
		names = append(names, h.Name)
	}
	return strings.Join(append(lines, "", strings.Join(names, ";"), c.payload), "\n")
}

// with returns c with another value of a header.
func (c canonical) with(name, value string) canonical {
	c.headers = slices.Clone(c.headers)
	for i := range c.headers {
		if c.headers[i].Name == name {
			c.headers[i].Value = value
		}
	}
	return c
}

// A scope is what a signature is good for.
type scope struct{ day, region, service, terminator string }

func (s scope) String() string {
	return strings.Join([]string{s.day, s.region, s.service, s.terminator}, "/")
}

// key is what is signed with in this scope.
func (s scope) key(secret string) []byte {
	key := []byte("AWS4" + secret)
	for _, part := range []string{s.day, s.region, s.service, s.terminator} {
		key = keyed(key, part)
	}
	return key
}

// sign returns the signature of c in hexadecimal; at is its X-Amz-Date.
func (c canonical) sign(key []byte, at string, s scope) string {
	return hex.EncodeToString(keyed(key, strings.Join([]string{algorithm, at, s.String(), hashed([]byte(c.String()))}, "\n")))
}

func keyed(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

func hashed(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// A queryPair is a parameter of a query, decoded.
type queryPair struct{ name, value string }

// parseQuery takes a query apart. A % that starts no escape stands for itself.
func parseQuery(raw string) []queryPair {
	var pairs []queryPair
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		pairs = append(pairs, queryPair{decode(name), decode(value)})
	}
	return pairs
}

// canonicalQuery encodes and sorts.
func canonicalQuery(pairs []queryPair) string { return joinPairs(sortPairs(encodePairs(pairs))) }

func sortPairs(pairs []queryPair) []queryPair {
	return slices.SortedStableFunc(slices.Values(pairs), func(a, b queryPair) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.value, b.value))
	})
}

func encodePairs(pairs []queryPair) []queryPair {
	encoded := make([]queryPair, 0, len(pairs))
	for _, p := range pairs {
		encoded = append(encoded, queryPair{encode(p.name, ""), encode(p.value, "")})
	}
	return encoded
}

func joinPairs(pairs []queryPair) string {
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.name + "=" + p.value)
	}
	return b.String()
}

// canonicalPath encodes a path that is escaped already.
func canonicalPath(escaped string) string {
	if escaped == "" {
		return "/"
	}
	return encode(escaped, "/")
}

// withoutDots resolves the . and .. of a path and drops empty segments, as most
// signers do.
func withoutDots(path string) string {
	var kept []string
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "", ".":
		case "..":
			kept = kept[:max(0, len(kept)-1)]
		default:
			kept = append(kept, segment)
		}
	}
	clean := "/" + strings.Join(kept, "/")
	if strings.HasSuffix(path, "/") && len(kept) > 0 {
		clean += "/"
	}
	return clean
}

// encode percent-encodes all but the unreserved characters of RFC 3986 and
// those in also.
func encode(s, also string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if isUnreserved(c) || strings.IndexByte(also, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteString("%" + digits[c>>4:c>>4+1] + digits[c&15:c&15+1])
	}
	return b.String()
}

func isUnreserved(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("-._~", c) >= 0
}

// decode undoes percent-encoding, also where it is broken.
func decode(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			b.WriteString(unescape(s[i : i+3]))
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// canonicalHeader collects the values of one header.
func canonicalHeader(fields []transport.Field, name string) (value string, found bool) {
	var values []string
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			values = append(values, strings.Join(strings.Fields(f.Value), " "))
		}
	}
	return strings.Join(values, ","), values != nil
}
