package sigv4

import (
	"slices"
	"strings"

	"github.com/suback/suback/emulator/transport"
)

// A Request is a signed request, and what its signature may be of.
type Request struct {
	*transport.HTTP
	Signature

	Body []byte // all of it
	// Hosts are the names that it may be signed for, the one it was sent to first.
	// None: that alone.
	Hosts []string
	// AppendsToken says that the service wants the session token appended to a query
	// after signing, as the device gateway does.
	AppendsToken bool
}

// SignedHost returns the one of Hosts that a request is signed for with this secret
// key; if its signature is not that of any, ok is false.
func (r *Request) SignedHost(secret string) (host string, ok bool) {
	for _, t := range r.attempts(secret) {
		if t.matches(r) {
			return t.host, true
		}
	}
	return "", false
}

// IsTokenFirst tells a session token that is not signed, as the device gateway wants
// it, but stands among what is: AWS takes it for signed then. Behind those, just
// before the signature, is where AWS's own SDKs put it.
func (r *Request) IsTokenFirst() bool {
	if !r.omitsToken() || r.Token == "" {
		return false
	}
	at := func(name string) int {
		return slices.IndexFunc(parseQuery(r.RawQuery), func(p queryPair) bool {
			return strings.EqualFold(p.name, name)
		})
	}
	return at(SecurityToken) < at("X-Amz-SignedHeaders")
}

// Parameter returns the first value of a parameter of the query, "" for none; its
// name counts whatever the case.
func (r *Request) Parameter(name string) string { return find(parseQuery(r.RawQuery), name) }
