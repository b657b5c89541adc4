package sigv4

import "strings"

// What a signature is made with and for.
const (
	// Algorithm is the only one there is.
	Algorithm = "AWS4-HMAC-SHA256"
	// Terminator ends each scope.
	Terminator = "aws4_request"
	// TimeFormat is that of X-Amz-Date, which is in UTC.
	TimeFormat = "20060102T150405Z"
	// SecurityToken is the header and the parameter of a session token.
	SecurityToken = "X-Amz-Security-Token"

	unsignedPayload = "UNSIGNED-PAYLOAD"
)

// A Scope is what a signature is good for.
type Scope struct{ Day, Region, Service, Terminator string }

func (s Scope) parts() []string { return []string{s.Day, s.Region, s.Service, s.Terminator} }

// String is the scope as it is signed.
func (s Scope) String() string { return strings.Join(s.parts(), "/") }

// key is what is signed with in this scope.
func (s Scope) key(secret string) []byte {
	key := []byte("AWS4" + secret)
	for _, part := range s.parts() {
		key = keyed(key, part)
	}
	return key
}

// A Credential is what a signature names: whose it is, and what it is good for.
type Credential struct {
	AccessKeyID string
	Scope       Scope
}

// ParseCredential reads <access key id>/<date>/<region>/<service>/<terminator>. The
// id is all before the last four parts: a secret key in its place may have slashes.
// If there are fewer than five parts, ok is false and the id the first of them.
func ParseCredential(text string) (c Credential, ok bool) {
	parts := strings.Split(text, "/")
	n := len(parts) - 4
	if n < 1 {
		return Credential{AccessKeyID: parts[0]}, false
	}
	return Credential{strings.Join(parts[:n], "/"), Scope{parts[n], parts[n+1], parts[n+2], parts[n+3]}}, true
}
