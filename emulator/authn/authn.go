package authn

import (
	"context"
	"strings"
	"time"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

// A Request is what a connection shows at CONNECT, or an HTTP request at once.
type Request struct {
	Facts *transport.Facts

	// ConnectionID is a UUID, the same whenever this connection asks again
	//
	ConnectionID string

	Refresh  bool    // a connection asks again; nothing else differs from its CONNECT [A-144, guess]
	ClientID string  // "" if the client sent none
	Username *string // nil without the user name flag
	Password []byte  // nil without the password flag
}

// A Grant is what a connection gets when its authentication succeeds: a name,
// and the documents that bound what it may do.
type Grant struct {
	// PrincipalID is 1 to 128 letters and digits.
	PrincipalID string

	// Documents apply together; at most policy.MaxDocuments. None allow
	// nothing [A-126, guess].
	Documents []*policy.Document

	// RefreshAfter and DisconnectAfter are whole seconds, 300 to 86400. A
	// refresh does not move the end of the connection.
	RefreshAfter, DisconnectAfter time.Duration

	Authorizer string // the name of the authorizer that granted this

	// Notes say what went well here and may not on AWS, or not as meant.
	Notes []Note
}

// A Note is a sentence and the number of the rule that it follows from.
type Note struct{ Text, Rule string }

// An Authenticator authenticates. It keeps no state of its own; all methods
// are safe for concurrent use if Invoke is.
type Authenticator struct {
	Registry *registry.Registry

	// Invoke calls the function of this ARN, which the Registry has. It must
	// return soon after ctx ends. An error of the function itself is a
	// *lambda.FunctionError.
	Invoke func(ctx context.Context, functionARN string, event []byte) ([]byte, error)
}

// Authenticate returns what the client of r is granted. The error is an *Error.
func (a *Authenticator) Authenticate(ctx context.Context, r Request) (*Grant, error) {
	switch {
	case wantsCertificate(r.Facts):
		return nil, refuseCertificate(r.Facts)
	case signed(r.Facts.HTTP):
		return nil, refuse(notAuthenticated, "the request is signed with SigV4, and signatures are not verified yet").
			because("A-52").try(hintSigned, "D-25")
	default:
		return a.custom(ctx, r)
	}
}

// wantsCertificate says whether only X.509 is possible: on AWS's port 8883
// and on 443 with an ALPN name that asks for it.
func wantsCertificate(f *transport.Facts) bool {
	return f.Listener == "mqtts" || f.ALPN == "x-amzn-mqtt-ca" || f.ALPN == "x-amzn-http-ca"
}

func refuseCertificate(f *transport.Facts) *Error {
	if len(f.PeerCertificates) > 0 {
		return refuse(notAuthenticated, "client certificates are not verified yet, so none is accepted").
			because("A-16").try(hintCertificateWins, "D-4")
	}
	if f.Listener == "mqtts" {
		return refuse(notAuthenticated, "listener mqtts takes client certificates only, and the client sent none").
			because("A-11").try(hintPort443, "D-1")
	}
	return refuse(notAuthenticated, "ALPN %s takes client certificates only, and the client sent none", f.ALPN).
		because("A-10").try(hintALPN)
}

// signed says whether an HTTP request or upgrade carries SigV4 material, which
// goes before any authorizer.
func signed(h *transport.HTTP) bool {
	if h == nil {
		return false
	}
	for _, field := range h.Header {
		if strings.EqualFold(field.Name, "Authorization") && strings.HasPrefix(field.Value, "AWS4-HMAC-SHA256") {
			return true
		}
	}
	for pair := range strings.SplitSeq(h.RawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if strings.EqualFold(name, "X-Amz-Algorithm") || strings.EqualFold(name, "X-Amz-Signature") {
			return true
		}
	}
	return false
}
