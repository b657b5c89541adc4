package authn

import (
	"crypto/hmac"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

// An attempt is what a client may have signed, and with what.
type attempt struct {
	canonical // its path, query and host follow from what is below

	host, path string
	pairs      []queryPair                // in the order received
	render     func(p []queryPair) string // makes a query of them

	secret   string
	keyScope scope // of the key; r.scope is signed beside the request
}

// request is the canonical request.
func (t attempt) request() canonical {
	c := t.canonical.with("host", t.host)
	c.path, c.query = t.path, t.render(t.pairs)
	return c
}

func (t attempt) matches(r *signedRequest) bool {
	signature := t.request().sign(t.keyScope.key(t.secret), r.amzDate, r.scope)
	return hmac.Equal([]byte(signature), []byte(r.signature))
}

// attempts are all that is accepted, AWS's first.
func (r *signedRequest) attempts(c registry.Credential) []attempt {
	base := attempt{
		canonical: canonical{method: r.Method, payload: r.payloadHash()},
		pairs:     r.signedPairs(), secret: c.SecretAccessKey, keyScope: r.scope,
	}
	for _, name := range r.signedHeaders {
		value, _ := canonicalHeader(r.Header, name)
		base.headers = append(base.headers, transport.Field{Name: name, Value: value})
	}
	var all []attempt
	for _, base.host = range r.hosts {
		for _, base.path = range slices.Compact([]string{canonicalPath(r.Path), canonicalPath(withoutDots(r.Path))}) {
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
		spaced = append(spaced, queryPair{strings.ReplaceAll(p.name, "+", " "), strings.ReplaceAll(p.value, "+", " ")})
	}
	return canonicalQuery(spaced)
}

// signedPairs are the parameters that are signed.
func (r *signedRequest) signedPairs() []queryPair {
	pairs := r.allPairs()
	if !r.inQuery || !r.omitsToken() {
		return pairs
	}
	return without(pairs, securityToken)
}

// allPairs are the parameters but for the signature.
func (r *signedRequest) allPairs() []queryPair {
	pairs := parseQuery(r.RawQuery)
	if !r.inQuery {
		return pairs
	}
	return without(pairs, "X-Amz-Signature")
}

func without(pairs []queryPair, name string) []queryPair {
	return slices.DeleteFunc(slices.Clone(pairs), func(p queryPair) bool { return strings.EqualFold(p.name, name) })
}

// omitsToken says whether the service wants the session token appended after
// signing, as the device gateway does.
func (r *signedRequest) omitsToken() bool { return slices.Contains(gatewayServices, r.services[0]) }

// payloadHash is the hash of the body, unless a signed header says that the
// body is not signed [guess: nothing is published about it for IoT].
func (r *signedRequest) payloadHash() string {
	if r.sentHash() == unsignedPayload {
		return unsignedPayload
	}
	return hashed(r.body)
}

// sentHash is what the client says the body's hash is, "" if it does not.
func (r *signedRequest) sentHash() string {
	const name = "x-amz-content-sha256"
	if !slices.Contains(r.signedHeaders, name) {
		return ""
	}
	hash, _ := canonicalHeader(r.Header, name)
	return hash
}
