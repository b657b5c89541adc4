package sigv4

import (
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

// sign returns the signature of c in hexadecimal; at is its X-Amz-Date.
func (c canonical) sign(key []byte, at string, s Scope) string {
	text := []string{Algorithm, at, s.String(), hashed([]byte(c.String()))}
	return hex.EncodeToString(keyed(key, strings.Join(text, "\n")))
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

// Header collects the values of one header, as they are signed.
func Header(fields []transport.Field, name string) (value string, found bool) {
	var values []string
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			values = append(values, strings.Join(strings.Fields(f.Value), " "))
		}
	}
	return strings.Join(values, ","), values != nil
}
