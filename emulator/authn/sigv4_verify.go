package authn

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/sigv4"
	"github.com/suback/suback/emulator/transport"
)

// Is a request signed with keys of this account
//
//   - it is signed for this place and this time: see sigv4_scope.go
//   - the keys are known and not expired, and the session token is theirs: see
//     sigv4_keys.go
//   - the signature is that of the request with the Host it was sent to, with the
//     same without its port, with the name in SNI, or that of an endpoint; the
//     first is what AWS takes
//   - in the query of the device gateway the session token is not signed, it is
//     appended afterwards, behind the signature; elsewhere it is
//     signed like the rest
//   - the first of these that fails is told [guess]

// gatewayServices are the device gateway's: for WebSocket both are accepted, and
// so they are for its HTTPS [A-199, A-200; the last: guess].
var gatewayServices = []string{"iotdevicegateway", "iotdata"}

// A signedRequest is a request whose signature is to be verified.
type signedRequest struct {
	sigv4.Request
	services []string
	now      time.Time
}

// VerifyRequest verifies the signature of a request to another API than the
// device gateway: service is its name in the scope, as "sts" or "iot", body all
// of the request's body. It returns the keys that signed.
//
// The error is an *Error. Its Code is AWS's name for it:
// MissingAuthenticationToken, IncompleteSignature, InvalidClientTokenId,
// ExpiredToken, SignatureDoesNotMatch, or RequestExpired for a SignatureDoesNotMatch
// because of the time. Its Message is AWS's text.
func (a *Authenticator) VerifyRequest(
	r *http.Request, body []byte, service string,
) (registry.Credential, error) {
	f := transport.FactsFrom(r.Context())
	if f == nil {
		f = factsOf(r)
	}
	c, _, err := a.verify(f, body, []string{service})
	return c, err
}

// factsOf is for a request that came by no listener of ours.
func factsOf(r *http.Request) *transport.Facts {
	h := &transport.HTTP{Method: r.Method, Path: r.URL.EscapedPath(), RawQuery: r.URL.RawQuery, Host: r.Host}
	for name, values := range r.Header {
		for _, v := range values {
			h.Header = append(h.Header, transport.Field{Name: name, Value: v})
		}
	}
	return &transport.Facts{HTTP: h}
}

// verify returns the keys that signed a request. The error is an *Error whose
// Code is AWS's name in its APIs.
func (a *Authenticator) verify(
	f *transport.Facts, body []byte, services []string,
) (registry.Credential, []Note, error) {
	s, err := readSignature(f.HTTP)
	if err != nil {
		return registry.Credential{}, nil, err
	}
	r := signedRequest{services: services, now: receivedAt(f.HTTP), Request: sigv4.Request{
		HTTP: f.HTTP, Signature: s, Body: body, Hosts: a.hosts(f),
		AppendsToken: slices.Contains(gatewayServices, services[0]),
	}}
	for _, check := range []func(*signedRequest) error{a.checkScope, checkClock} {
		if err := check(&r); err != nil {
			return registry.Credential{}, nil, err
		}
	}
	c, err := a.credential(&r)
	if err != nil {
		return registry.Credential{}, nil, err
	}
	notes, err := r.checkSignature(c)
	return c, notes, err
}

// readSignature takes the signature out of a request. The error is an *Error.
func readSignature(h *transport.HTTP) (sigv4.Signature, error) {
	s, err := sigv4.Read(h)
	if flaw := new(sigv4.FormError); errors.As(err, &flaw) {
		return s, unreadable(flaw)
	}
	return s, nil
}

// checkSignature compares with the signatures of all that may be signed.
func (r *signedRequest) checkSignature(c registry.Credential) ([]Note, error) {
	host, ok := r.SignedHost(c.SecretAccessKey)
	switch name, port, err := net.SplitHostPort(r.Host); {
	case !ok:
		return nil, mismatch(r.Explain(c.SecretAccessKey))
	case r.IsTokenFirst():
		return nil, tokenTooEarly()
	case strings.EqualFold(host, r.Host):
		return nil, nil
	case err == nil && port != "443" && strings.EqualFold(host, name): // AWS has no such port
		return nil, nil
	}
	text := fmt.Sprintf("the signature is for host %q, and the request has Host %q: "+
		"AWS takes Host as it is sent, and would refuse", host, r.Host)
	return []Note{{text, "D-41"}}, nil
}

// receivedAt is the time a signature is judged at: by the machine's clock, as the
// client signed, however far deadlines were advanced.
func receivedAt(h *transport.HTTP) time.Time {
	if h.ReceivedAt.IsZero() {
		return time.Now()
	}
	return h.ReceivedAt
}

// hosts are the names a request may be signed for, the one sent first.
func (a *Authenticator) hosts(f *transport.Facts) []string {
	sent := f.HTTP.Host
	names := []string{sent, strings.ToLower(sent), strings.ToLower(transport.WithoutPort(sent)), f.ServerName}
	names = append(names, a.setting().Endpoints...)
	for _, d := range a.Registry.DomainConfigurations() {
		names = append(names, d.DomainName)
	}
	var hosts []string
	for _, name := range names {
		if name != "" && !slices.Contains(hosts, name) {
			hosts = append(hosts, name)
		}
	}
	return hosts
}
