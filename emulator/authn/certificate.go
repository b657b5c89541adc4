package authn

import (
	"context"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

// certificate authenticates by X.509 client certificate.
func (a *Authenticator) certificate(_ context.Context, r Request, _ registry.DomainConfiguration) (*Grant, error) {
	return nil, refuseCertificate(r.Facts)
}

// certificateAndCustom authenticates by certificate first, then by custom
// authorizer.
func (a *Authenticator) certificateAndCustom(_ context.Context, r Request, _ registry.DomainConfiguration) (*Grant, error) {
	return nil, refuseCertificate(r.Facts)
}

// reviewCertificate is Review for a connection with a certificate.
func (a *Authenticator) reviewCertificate(_ Request, old *Grant) (*Grant, error) { return old, nil }

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
