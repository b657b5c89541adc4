package authn

import (
	"context"
	"crypto/x509"
	"maps"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

// X.509 client certificates
//
//   - the TLS handshake takes any well-formed one; it is judged here, when the
//     CONNECT or the HTTPS request has come
//   - dates, key and signature come first, then the pre-authentication function
//     then the certificate must be registered and ACTIVE
//   - one that nobody knows may be registered by its first CONNECT
//   - the principal is its id; it may do what the policies of the
//     certificate allow, by HTTPS too, and, while the connection is a
//     thing, those of the thing's groups [A-232, B-134];
//     without any it may nothing, and iot:Connect is refused
//   - user name and password, an authorizer's parameters in them too, are ignored
//     [A-16, B-611]
//   - the connection has no end of its own
//   - with a domain configuration SNI is needed: the Host header comes too late
//

// certificate authenticates by X.509 client certificate.
func (a *Authenticator) certificate(
	ctx context.Context, r Request, domain registry.DomainConfiguration,
) (*Grant, error) {
	grant, err := a.identify(ctx, r, domain)
	named := namesAuthorizer(r)
	switch {
	case err != nil && (named || r.Password != nil):
		return nil, err.(*Error).also(hintCertificateWins, "D-4")
	case err != nil:
		return nil, err
	case named:
		grant.Notes = append(grant.Notes,
			Note{"the user name names an authorizer, which is not asked: " + hintCertificateWins, "D-4"})
	}
	return grant, nil
}

// namesAuthorizer says whether a user name is meant for a custom authorizer.
func namesAuthorizer(r Request) bool {
	query, _ := usernameQuery(r.Username)
	return strings.Contains(strings.ToLower(query), "x-amz-customauthorizer-")
}

// identify finds out which certificate the client has, and what it may do.
func (a *Authenticator) identify(
	ctx context.Context, r Request, domain registry.DomainConfiguration,
) (*Grant, error) {
	leaf, err := shown(r.Facts, domain)
	if err != nil {
		return nil, err
	}
	if err := a.sound(r.Facts, leaf); err != nil {
		return nil, err
	}
	if err := a.preauthenticate(ctx, r, domain, leaf); err != nil {
		return nil, err
	}
	c, ok := a.Registry.CertificateOf(leaf)
	if !ok {
		return nil, a.unknown(r.Facts, leaf)
	}
	if err := a.active(r.Facts, c); err != nil {
		return nil, err
	}
	grant := a.granted(r, c)
	if c.CertificateMode == registry.ModeSNIOnly && r.Facts.ServerName == "" {
		grant.Notes = append(grant.Notes,
			Note{"the client sent no server name; AWS wants one (SNI) with this certificate, whose mode is SNI_ONLY",
				"A-236"})
	}
	return grant, nil
}

// granted is what a registered certificate may do now.
func (a *Authenticator) granted(r Request, c registry.Certificate) *Grant {
	thing := a.thing(r, c.CertificateArn)
	grant := &Grant{PrincipalID: c.CertificateID,
		Documents: a.Registry.PrincipalDocuments(c.CertificateArn, thing.name)}
	grant.Values = certificateValues(c.CertificateID, c.X509())
	grant.be(thing)
	grant.idleGroups = len(a.Registry.InheritedPolicies(c.CertificateArn)) > len(grant.Documents)
	return grant
}

// reviewCertificate is Review for a connection with a certificate. If nothing
// has changed for it, it returns old.
func (a *Authenticator) reviewCertificate(r Request, old *Grant) (*Grant, error) {
	c, ok := a.Registry.CertificateOf(r.Facts.PeerCertificates[0])
	if !ok {
		return nil, refuse(certificateNotRegistered, "certificate %s has been deleted", short(old.PrincipalID)).
			because("A-229").
			try(hintRegister, "D-30")
	}
	if c.Status != registry.Active {
		return nil, inactive(c).because("A-229")
	}
	next := a.granted(r, c)
	next.Documents = append(next.Documents, old.custom...)
	a.propagate(next, r, old.AuthenticationType)
	if slices.Equal(next.UserProperties, old.UserProperties) && slices.Equal(next.LeftOut, old.LeftOut) &&
		slices.Equal(next.Documents, old.Documents) && maps.EqualFunc(next.Values, old.Values, slices.Equal) &&
		next.noThing == old.noThing && next.Exclusive == old.Exclusive && next.idleGroups == old.idleGroups {
		return old, nil
	}
	reviewed := *old
	reviewed.Documents, reviewed.Values, reviewed.ThingName, reviewed.Exclusive =
		next.Documents, next.Values, next.ThingName, next.Exclusive
	reviewed.noThing, reviewed.idleGroups = next.noThing, next.idleGroups
	reviewed.UserProperties, reviewed.LeftOut = next.UserProperties, next.LeftOut
	return &reviewed, nil
}

// certificateAndCustom authenticates by certificate first, then by custom
// authorizer. Policies of both apply together.
func (a *Authenticator) certificateAndCustom(
	ctx context.Context, r Request, domain registry.DomainConfiguration,
) (*Grant, error) {
	grant, err := a.identify(ctx, r, domain)
	if err != nil {
		return nil, err
	}
	r.principal = grant.PrincipalID
	custom, err := a.custom(ctx, r, domain)
	if err != nil {
		return nil, err
	}
	grant.custom = custom.Documents
	grant.Documents = slices.Concat(grant.Documents, custom.Documents)
	grant.RefreshAfter, grant.DisconnectAfter, grant.Authorizer =
		custom.RefreshAfter, custom.DisconnectAfter, custom.Authorizer
	grant.Notes = append(grant.Notes, custom.Notes...)
	return grant, nil
}

// shown returns the certificate of a client. The error is an *Error.
func shown(f *transport.Facts, domain registry.DomainConfiguration) (*x509.Certificate, error) {
	configured := domain.DomainConfigurationName != ""
	switch {
	case configured && f.ServerName == "":
		return nil, refuse(notAuthenticated,
			"domain configuration %q takes client certificates, and the client sent no server name (SNI)",
			domain.DomainConfigurationName).
			because("A-27").try("let the client send "+domain.DomainName+
			" as server name: connect to that name, not to an address", "D-33")
	case len(f.PeerCertificates) > 0:
		return f.PeerCertificates[0], nil
	case !f.TLS:
		return nil, refuse(notAuthenticated,
			"domain configuration %q takes client certificates, which listener %s cannot ask for",
			domain.DomainConfigurationName, f.Listener).
			because("A-22").try("connect with TLS")
	case configured && domain.AuthenticationType != "" && domain.AuthenticationType != "DEFAULT":
		return nil, refuse(notAuthenticated,
			"domain configuration %q (authenticationType %s) takes client certificates only, and the client sent none",
			domain.DomainConfigurationName, domain.AuthenticationType).because("A-49", "A-225").try(hintDeviceFiles)
	case f.Listener == "mqtts":
		return nil, refuse(notAuthenticated,
			"listener mqtts takes client certificates only, and the client sent none").
			because("A-11").try(hintPort443, "D-1")
	}
	return nil, refuse(notAuthenticated, "ALPN %s takes client certificates only, and the client sent none",
		f.ALPN).
		because("A-10").try(hintALPN)
}

// active wants the status ACTIVE. A certificate that waits for its activation
// is announced again.
func (a *Authenticator) active(f *transport.Facts, c registry.Certificate) error {
	switch c.Status {
	case registry.Active:
		return nil
	case registry.PendingActivation:
		return a.announceAgain(f, c)
	}
	return inactive(c)
}

// inactive refuses a certificate for its status. AWS has no code of its own for
// most of them [guess].
func inactive(c registry.Certificate) *Error {
	code := certificateInactive
	if c.Status == registry.Revoked {
		code = certificateRevoked
	}
	return refuse(code, "certificate %s is %s", short(c.CertificateID), c.Status).because("A-224").
		try("set its status to ACTIVE", "D-30")
}

// unknown refuses a certificate that is not registered, and registers it if its
// CA says so.
func (a *Authenticator) unknown(f *transport.Facts, leaf *x509.Certificate) error {
	ca, ok := a.Registry.IssuerOf(leaf)
	if ok && ca.Status == registry.Active && ca.AutoRegistrationStatus == registry.Enable {
		return a.registerAutomatically(f, leaf, ca)
	}
	e := refuse(certificateNotRegistered, "%s is not registered in account %s, region %s", describe(leaf),
		a.Registry.Account(), a.Registry.Region()).
		because("A-226")
	if ok {
		return e.try(hintCA(ca), "D-30", "A-239")
	}
	return e.try(a.hintUnregistered(f, leaf), "D-30")
}
