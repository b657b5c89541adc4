package authn

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

// hintForCertificate is for an HTTPS request that shows nothing: where no
// certificate is asked for, a client that has one does not send it [D-35].
func hintForCertificate(r Request) (text, rule string) {
	if hasMQTT(r.Facts) || !r.Facts.TLS {
		return "", ""
	}
	return "if it has a client certificate: that is asked for under ALPN x-amzn-http-ca alone; AWS's port " +
		"8443 needs no ALPN", "D-35"
}

// hintCA says why a CA does not register its certificates automatically.
func hintCA(ca registry.CACertificate) string {
	if ca.Status != registry.Active {
		return fmt.Sprintf("its CA certificate %s is %s: set it ACTIVE to have it register automatically, or "+
			"register the certificate itself", short(ca.CertificateID), ca.Status)
	}
	return fmt.Sprintf("register it; or set autoRegistrationStatus of its CA certificate %s, which is %s, to "+
		"ENABLE", short(ca.CertificateID), ca.AutoRegistrationStatus)
}

// hintUnregistered looks for what may have been registered instead of a
// certificate: one of the same subject, or a CA that signed its issuer [D-30].
func (a *Authenticator) hintUnregistered(f *transport.Facts, leaf *x509.Certificate) string {
	for _, c := range a.Registry.Certificates() {
		if other := c.X509(); leaf.Subject.CommonName != "" && bytes.Equal(other.RawSubject, leaf.RawSubject) {
			return fmt.Sprintf("certificate %s, with the same subject, is registered: the device has another one, "+
				"made at another time (this one is valid from %s)",
				short(c.CertificateID), leaf.NotBefore.UTC().Format(time.RFC3339))
		}
	}
	for _, issuer := range f.PeerCertificates[1:] {
		if ca, ok := a.Registry.IssuerOf(issuer); ok && leaf.CheckSignatureFrom(issuer) == nil {
			return fmt.Sprintf("CA certificate %s is registered, but %s signed this one: register the signing CA "+
				"itself", short(ca.CertificateID), describe(issuer))
		}
	}
	return hintRegister
}
