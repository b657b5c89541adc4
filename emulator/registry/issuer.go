package registry

import (
	"bytes"
	"crypto/x509"
	"fmt"
)

// Which CA of the account issued a certificate, and what that allows [A-236,
//

// IssuerOf finds the CA that signed a certificate, whatever its status; of
// several with one key an ACTIVE one, then the one with the lowest id.
func (r *Registry) IssuerOf(c *x509.Certificate) (CACertificate, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.issuerOf(c)
}

func (r *Registry) issuerOf(c *x509.Certificate) (found CACertificate, ok bool) {
	for _, ca := range r.caCerts.values() {
		if !bytes.Equal(ca.parsed.RawSubject, c.RawIssuer) || c.CheckSignatureFrom(ca.parsed) != nil {
			continue
		}
		if ca.Status == Active {
			return ca, true
		}
		if !ok {
			found, ok = ca, true
		}
	}
	return found, ok
}

// countCAs counts the CAs of one subject.
func (r *Registry) countCAs(subject []byte) int {
	n := 0
	for _, ca := range r.caCerts.all() {
		if bytes.Equal(ca.parsed.RawSubject, subject) {
			n++
		}
	}
	return n
}

// caOf finds the CA for RegisterCertificate.
func (r *Registry) caOf(c *x509.Certificate, caPEM string) (CACertificate, error) {
	id := CertificateIDOf(c)
	if caPEM == "" {
		if n := r.countCAs(c.RawIssuer); n > 1 {
			return CACertificate{}, certificate.refuse(CertificateConflict, id,
				fmt.Sprintf("has an issuer whose subject %d CA certificates have, want caCertificatePem", n))
		}
		ca, ok := r.issuerOf(c)
		if !ok {
			//
			return ca, because(WithoutIssuer,
				certificate.refuse(CertificateState, id,
					"has no issuer among the registered CA certificates, want one, or RegisterCertificateWithoutCA"))
		}
		return ca, nil
	}
	parsed, err := certificate.parse("caCertificatePem", caPEM)
	if err != nil {
		return CACertificate{}, err
	}
	ca, ok := r.caCerts.get(CertificateIDOf(parsed))
	switch {
	case !ok:
		//
		return ca, because(WithoutIssuer,
			certificate.refuse(CertificateState, id,
				"has a caCertificatePem that is not registered, want a registered CA certificate"))
	case c.CheckSignatureFrom(ca.parsed) != nil:
		return ca, certificate.refuse(CertificateValidation, id,
			"is not signed by caCertificatePem, want its issuer")
	}
	return ca, nil
}

// AutoRegister is just-in-time registration: it adds a certificate that a CA of
// this account issued and that a client showed, as PENDING_ACTIVATION. The CA
// must be ACTIVE with automatic registration. A certificate that exists
// is returned as it is. The error is an *Error.
func (r *Registry) AutoRegister(c *x509.Certificate) (Certificate, error) {
	return change(r, func() (Certificate, error) {
		id := CertificateIDOf(c)
		if old, ok := r.certificates.get(id); ok {
			return old, nil
		}
		ca, ok := r.issuerOf(c)
		if !ok || ca.Status != Active || ca.AutoRegistrationStatus != Enable {
			return Certificate{}, certificate.refuse(CertificateValidation, id,
				"has no issuer that registers automatically, want an ACTIVE CA certificate with autoRegistrationStatus "+
					"ENABLE")
		}
		if err := certificate.wantStrongKey(id, c); err != nil {
			return Certificate{}, err
		}
		return r.putCertificate(Certificate{CertificatePem: pemText(c), Status: PendingActivation,
			CACertificateID: ca.CertificateID, CertificateMode: ca.CertificateMode, parsed: c}), nil
	})
}
