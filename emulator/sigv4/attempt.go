package sigv4

import (
	"crypto/hmac"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/transport"
)

// An attempt is what a client may have signed, and with what.
type attempt struct {
	canonical // its path, query and host follow from what is below

	host, path string
	pairs      []queryPair                // in the order received
	render     func(p []queryPair) string // makes a query of them

	secret   string
	keyScope Scope // of the key; r.Scope is signed beside the request
}

// request is the canonical request.
func (t attempt) request() canonical {
	c := t.canonical.with("host", t.host)
	c.path, c.query = t.path, t.render(t.pairs)
	return c
}

func (t attempt) matches(r *Request) bool {
	signature := t.request().sign(t.keyScope.key(t.secret), r.Date, r.Scope)
	return hmac.Equal([]byte(signature), []byte(r.Hex))
}

// attempts are all that is accepted, AWS's first.
func (r *Request) attempts(secret string) []attempt {
	base := attempt{
		canonical: canonical{method: r.Method, payload: r.payloadHash()},
		pairs:     r.signedPairs(), secret: secret, keyScope: r.Scope,
	}
	for _, name := range r.SignedHeaders {
		value, _ := Header(r.Header, name)
		base.headers = append(base.headers, transport.Field{Name: name, Value: value})
	}
	paths := slices.Compact([]string{canonicalPath(r.Path), canonicalPath(withoutDots(r.Path))})
	var all []attempt
	hosts := r.Hosts
	if len(hosts) == 0 {
		hosts = []string{r.Host}
	}
	for _, base.host = range hosts {
		for _, base.path = range paths {
			base.render = canonicalQuery
			all = append(all, base)
			if strings.Contains(r.RawQuery, "+") {
				base.render = spacedQuery
				all = append(all, base)
			}
		}
	}
	return all
}

// spacedQuery takes + for a space, as many do; who is right for a query that is
// signed is not known [A-82, A-203, guess].
func spacedQuery(pairs []queryPair) string {
	spaced := make([]queryPair, 0, len(pairs))
	for _, p := range pairs {
		name, value := strings.ReplaceAll(p.name, "+", " "), strings.ReplaceAll(p.value, "+", " ")
		spaced = append(spaced, queryPair{name, value})
	}
	return canonicalQuery(spaced)
}

// signedPairs are the parameters that are signed.
func (r *Request) signedPairs() []queryPair {
	pairs := r.allPairs()
	if !r.omitsToken() {
		return pairs
	}
	return without(pairs, SecurityToken)
}

// allPairs are the parameters but for the signature.
func (r *Request) allPairs() []queryPair {
	pairs := parseQuery(r.RawQuery)
	if !r.InQuery {
		return pairs
	}
	return without(pairs, amzSignature)
}

// omitsToken says whether the session token is not among what is signed.
func (r *Request) omitsToken() bool { return r.InQuery && r.AppendsToken }

// payloadHash is the hash of the body, unless a signed header says that the
// body is not signed [guess: nothing is published about it for IoT].
func (r *Request) payloadHash() string {
	if r.sentHash() == unsignedPayload {
		return unsignedPayload
	}
	return hashed(r.Body)
}

// sentHash is what the client says the body's hash is, "" if it does not.
func (r *Request) sentHash() string {
	const name = "x-amz-content-sha256"
	if !slices.Contains(r.SignedHeaders, name) {
		return ""
	}
	hash, _ := Header(r.Header, name)
	return hash
}
