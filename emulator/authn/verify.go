package authn

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

// Is a request signed with keys of this account
//
//   - the scope names this region, the service, and the day of X-Amz-Date
//
//   - X-Amz-Date is at most 5 minutes away; X-Amz-Expires counts for nothing, and
//     a URL may be used again meanwhile
//   - the keys are known and not expired, and the session token is theirs
//
//   - the signature is that of the request with the Host it was sent to, with the
//     same without its port, with the name in SNI, or that of an endpoint; the
//     first is what AWS takes
//   - in the query of the device gateway the session token is not signed, it is
//     appended afterwards, behind the signature; elsewhere it is
//     signed like the rest
//   - the first of these that fails is told [guess]

// clockWindow is how far a signature's time may be off.
const clockWindow = 5 * time.Minute

// gatewayServices are the device gateway's: for WebSocket both are accepted, and
// so they are for its HTTPS [A-199, A-200; the last: guess].
var gatewayServices = []string{"iotdevicegateway", "iotdata"}

// A signedRequest is a request whose signature is to be verified.
type signedRequest struct {
	*transport.HTTP
	signing
	body     []byte
	hosts    []string // for which it may be signed
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
func (a *Authenticator) VerifyRequest(r *http.Request, body []byte, service string) (registry.Credential, error) {
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
func (a *Authenticator) verify(f *transport.Facts, body []byte, services []string) (registry.Credential, []Note, error) {
	s, err := readSigning(f.HTTP)
	if err != nil {
		return registry.Credential{}, nil, err
	}
	r := signedRequest{HTTP: f.HTTP, signing: s, body: body, services: services, now: receivedAt(f.HTTP), hosts: a.hosts(f)}
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

// checkSignature compares with the signatures of all that may be signed.
func (r *signedRequest) checkSignature(c registry.Credential) ([]Note, error) {
	all := r.attempts(c)
	for _, t := range all {
		if !t.matches(r) {
			continue
		}
		switch name, port, err := net.SplitHostPort(r.Host); {
		case r.tokenFirst():
			return nil, r.tokenTooEarly()
		case strings.EqualFold(t.host, r.Host):
			return nil, nil
		case err == nil && port != "443" && strings.EqualFold(t.host, name): // AWS has no such port
			return nil, nil
		}
		return []Note{{fmt.Sprintf("the signature is for host %q, and the request has Host %q: AWS takes Host as it is sent, and would refuse", t.host, r.Host), "D-41"}}, nil
	}
	return nil, r.mismatch(all)
}

// tokenFirst tells a session token that is not signed, as the device gateway wants
// it, but stands among what is: AWS takes it for signed then. Behind those, just
// before the signature, is where AWS's own SDKs put it.
func (r *signedRequest) tokenFirst() bool {
	if !r.inQuery || !r.omitsToken() || r.token == "" {
		return false
	}
	at := func(name string) int {
		return slices.IndexFunc(parseQuery(r.RawQuery), func(p queryPair) bool { return strings.EqualFold(p.name, name) })
	}
	return at(securityToken) < at("X-Amz-SignedHeaders")
}

func (r *signedRequest) tokenTooEarly() *Error {
	e := refuse(signatureMismatch, "%s stands before X-Amz-SignedHeaders in the query, where AWS takes it for signed, and it is not", securityToken).
		because("A-206", "A-196").try(hintTokenLast, "A-198")
	e.Message = mismatchMessage
	return e
}

// receivedAt is the time a signature is judged at: by the machine's clock, as the
// client signed, however far deadlines were advanced.
func receivedAt(h *transport.HTTP) time.Time {
	if h.ReceivedAt.IsZero() {
		return time.Now()
	}
	return h.ReceivedAt
}

// expired says whether keys were no good any more at a time, as the registry's
// clock has it.
func (a *Authenticator) expired(c registry.Credential, at time.Time) bool {
	advanced := time.Until(a.Registry.Now()).Round(time.Millisecond)
	return !c.Expiration.IsZero() && !at.Add(advanced).Before(c.Expiration)
}

// hosts are the names a request may be signed for, the one sent first.
func (a *Authenticator) hosts(f *transport.Facts) []string {
	names := []string{f.HTTP.Host, strings.ToLower(f.HTTP.Host), strings.ToLower(hostname(f.HTTP.Host)), f.ServerName}
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

// checkScope is about what the signature is good for.
func (a *Authenticator) checkScope(r *signedRequest) error {
	e := refuse(signatureMismatch, "").because("A-206")
	wrong := func(message, detail string) {
		e.Message += message
		e.Detail = strings.TrimPrefix(e.Detail+", "+detail, ", ")
	}
	if got := r.scope.region; !a.inRegion(got, r.services) {
		wrong(fmt.Sprintf("Credential should be scoped to a valid region, not '%s'. ", got),
			fmt.Sprintf("the request is signed for region %q, this is %s", shorten(got), a.Registry.Region()))
		e = e.also(hintRegion, "D-42")
	}
	if got := r.scope.service; !slices.Contains(r.services, got) {
		wrong(fmt.Sprintf("Credential should be scoped to correct service: '%s'. ", r.services[0]),
			fmt.Sprintf("the request is signed for service %q, this is %s", shorten(got), strings.Join(r.services, " or ")))
		e = e.also(hintService(got, r.services[0]), "D-50")
	}
	if got := r.scope.terminator; got != terminator {
		wrong(fmt.Sprintf("Credential should be scoped with a valid terminator: '%s', not '%s'. ", terminator, got),
			"the scope does not end with /"+terminator)
		e = e.also("end the credential's scope with /" + terminator)
	}
	if got, want := r.scope.day, r.at.Format("20060102"); got != want {
		wrong(fmt.Sprintf("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', from '%s'. ", got, want, r.amzDate),
			fmt.Sprintf("the scope has the day %q, X-Amz-Date has %s", shorten(got), want))
		e = e.also("take day and time from one clock reading, both in UTC")
	}
	if e.Message == "" {
		return nil
	}
	return e
}

// inRegion says whether a scope's region is this one. STS is asked at its global
// endpoint too, which is in us-east-1.
func (a *Authenticator) inRegion(region string, services []string) bool {
	return region == a.Registry.Region() || region == "us-east-1" && services[0] == "sts"
}

// checkClock wants a signature of now.
func checkClock(r *signedRequest) error {
	now, e := r.now.UTC(), refuse(requestExpired, "").because("A-204")
	if expired := now.Add(-clockWindow); r.at.Before(expired) {
		e.Message = fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - 5 min.)", r.amzDate, expired.Format(amzTime), now.Format(amzTime))
		e.Detail = fmt.Sprintf("X-Amz-Date %s is %v ago, want at most 5 min", r.amzDate, now.Sub(r.at).Round(time.Second))
		return e.try(hintExpired(r), "D-39", "D-40")
	}
	if early := now.Add(clockWindow); r.at.After(early) {
		e.Message = fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + 5 min.)", r.amzDate, early.Format(amzTime), now.Format(amzTime))
		e.Detail = fmt.Sprintf("X-Amz-Date %s is %v ahead, want at most 5 min", r.amzDate, r.at.Sub(now).Round(time.Second))
		return e.try(hintClock, "D-39")
	}
	return nil
}

// credential finds the keys and compares the session token.
func (a *Authenticator) credential(r *signedRequest) (registry.Credential, error) {
	c, ok := a.Registry.Credential(r.accessKeyID)
	if !ok {
		return c, invalid("there are no keys with the access key id %s", keyName(r.accessKeyID)).try(hintUnknownKey(r.accessKeyID), "A-206")
	}
	switch {
	case r.token == c.SessionToken:
	case r.token == "":
		return c, invalid("access key %s is a temporary one, and the request has no session token", c.AccessKeyID).try(hintTokenMissing(r), "A-198")
	case c.SessionToken == "":
		return c, wrongToken("access key %s is a long-term one, and the request has a session token", c.AccessKeyID).try(hintTokenOfOther)
	default:
		return c, wrongToken("the session token is not that of access key %s", c.AccessKeyID).try(hintToken(r.token, c.SessionToken))
	}
	if a.expired(c, r.now) {
		e := refuse(expiredToken, "the temporary keys %s expired at %s", c.AccessKeyID, c.Expiration.UTC().Format(time.RFC3339)).
			because("A-207").try(hintNewKeys)
		e.Message = "The security token included in the request is expired"
		return c, e
	}
	return c, nil
}

func invalid(format string, args ...any) *Error {
	e := refuse(invalidToken, format, args...).because("A-206")
	e.Message = "The security token included in the request is invalid."
	return e
}

// wrongToken is invalid for a session token that was sent: AWS was seen to end that
// sentence without a full stop.
func wrongToken(format string, args ...any) *Error {
	e := invalid(format, args...)
	e.Message = "The security token included in the request is invalid"
	return e
}

// keyName is an access key id that may be shown; what may be a secret key in its
// place is not: those made up for local use may be short.
func keyName(id string) string {
	if len(id) > 32 || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != "" {
		return fmt.Sprintf("that was sent, of %d characters", len(id))
	}
	return fmt.Sprintf("%q", id)
}
