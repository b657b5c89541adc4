package authn

import (
	"net/http"
	"reflect"
	"strings"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/sigv4"
	"github.com/suback/suback/emulator/transport"
)

// SigV4 at the device gateway
//
//   - a WebSocket's signature is judged at the upgrade: 403 with AWS's text
//     at CONNECT the same is done again, as of then
//   - what the keys may do is judged at CONNECT: 101 says nothing about it
//   - MQTT user name and password count for nothing [A-212, guess]
//   - an upgrade without signature gets its 101: an authorizer may be named in
//     CONNECT [A-53, guess]. Not where the domain wants a signature, nor
//     with an Authorization header and no authorizer that it could be for

// Upgrade judges a request to become a WebSocket. A nil Answer accepts it. With
// an Answer comes the *Error that it follows from, for the trace.
func (a *Authenticator) Upgrade(f *transport.Facts) (*transport.Answer, error) {
	domain, err := a.domain(f)
	if err != nil {
		return nil, nil // told at CONNECT, as of other kinds
	}
	kind := authenticationType(f, domain)
	switch kind {
	case SigV4:
		_, err = a.signed(Request{Facts: f})
	case Custom:
		err = a.strayAuthorization(Request{Facts: f}, domain)
	}
	if err == nil {
		return nil, nil
	}
	e := typed(err, kind).(*Error)
	if isPythonV1(f.HTTP) {
		e = e.also(hintPythonV1, "D-49")
	}
	return &transport.Answer{Status: http.StatusForbidden, Type: "ForbiddenException", Message: e.Message}, e
}

// signed authenticates a WebSocket or a request by its SigV4 signature.
func (a *Authenticator) signed(r Request) (*Grant, error) {
	if r.Facts.HTTP == nil {
		return nil, refuse(notAuthenticated, "the domain takes signed requests only, "+
			"and this is MQTT without WebSocket").
			because("A-49").try(hintOverWebSocket, "A-50")
	}
	c, notes, err := a.verify(r.Facts, r.Body, gatewayServices)
	if err != nil {
		g, hint, rule := a.stranger(r, err)
		if g != nil {
			return g, nil
		}
		return nil, logged(err).also(hintInsteadOf(r)).also(hint, rule)
	}
	g := a.principal(c, r)
	g.Notes = append(notes, g.Notes...)
	return g, nil
}

// reviewSigned is Review for a connection that was signed. Neither the signature
// nor the keys are judged again: who they were of stays [A-34, guess]. If nothing
// has changed for it, it returns old.
func (a *Authenticator) reviewSigned(r Request, old *Grant) (*Grant, error) {
	s, err := readSignature(r.Facts.HTTP)
	if err != nil {
		return old, nil
	}
	c, ok := a.Registry.Credential(s.AccessKeyID)
	if !ok {
		return old, nil
	}
	g := a.principal(c, r)
	g.Notes, g.AuthenticationType = old.Notes, old.AuthenticationType
	a.propagate(g, r, SigV4)
	if reflect.DeepEqual(g, old) {
		return old, nil
	}
	return g, nil
}

// strayAuthorization refuses an Authorization header that is neither SigV4's nor
// can be an authorizer's.
func (a *Authenticator) strayAuthorization(r Request, d registry.DomainConfiguration) error {
	if r.Facts.HTTP == nil || a.hasAuthorizer(r, d) {
		return nil
	}
	if _, ok := sigv4.Header(r.Facts.HTTP.Header, "Authorization"); !ok {
		return nil
	}
	_, err := readSignature(r.Facts.HTTP)
	return logged(err.(*Error).because("A-167").try(hintStray, "A-168"))
}

// hasAuthorizer says whether an authorizer is named, or is the default.
func (a *Authenticator) hasAuthorizer(r Request, d registry.DomainConfiguration) bool {
	config := d.AuthorizerConfig
	if a.Registry.DefaultAuthorizer() != "" || config != nil && config.DefaultAuthorizerName != "" {
		return true
	}
	params, err := readParameters(r)
	return err != nil || params.get(nameParameter) != ""
}

// isPythonV1 knows AWSIoTPythonSDK by its overlong key.
func isPythonV1(h *transport.HTTP) bool {
	key, _ := sigv4.Header(h.Header, "Sec-WebSocket-Key")
	return len(strings.TrimSpace(key)) > 100
}
