package authn

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"github.com/suback/suback/emulator/transport"
)

// What a certificate must be like itself
//
//   - valid at this time
//   - an RSA key of 2048 bits or more, or a key on P-256, P-384 or P-521
//   - signed with SHA-256 or more; with RSA-PSS under TLS 1.3 alone

// sound looks at the certificate itself.
func (a *Authenticator) sound(f *transport.Facts, c *x509.Certificate) error {
	now, name := a.Registry.Now(), describe(c)
	switch {
	case now.After(c.NotAfter):
		return refuse(notAuthenticated, "%s has expired on %s", name, c.NotAfter.UTC().Format(time.RFC3339)).
			because("A-230").try("give the device a new certificate, and register it", "D-31")
	case now.Before(c.NotBefore):
		return refuse(notAuthenticated, "%s is not valid before %s", name, c.NotBefore.UTC().Format(time.RFC3339)).
			because("A-230").try("compare the clock of whoever issued it: here it is "+now.UTC().Format(time.RFC3339),
			"D-31")
	}
	if weakness := weakness(f, c); weakness != "" {
		return refuse(notAuthenticated, "%s %s", name, weakness).because("A-230").
			try("make a new key and certificate", "D-31")
	}
	return nil
}

const minRSA = 2048 // bits

// weakness says which key or signature algorithm AWS does not take.
func weakness(f *transport.Facts, c *x509.Certificate) string {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		if n := key.N.BitLen(); n < minRSA {
			return fmt.Sprintf("has an RSA key of %d bits, want %d or more", n, minRSA)
		}
	case *ecdsa.PublicKey:
		if !slices.Contains([]elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()}, key.Curve) {
			return fmt.Sprintf("has a key on curve %s, want P-256, P-384 or P-521", key.Curve.Params().Name)
		}
	default:
		return fmt.Sprintf("has a key of type %s, want RSA or ECDSA", c.PublicKeyAlgorithm)
	}
	switch c.SignatureAlgorithm {
	case x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA, x509.ECDSAWithSHA256, x509.ECDSAWithSHA384,
		x509.ECDSAWithSHA512, x509.DSAWithSHA256:
		return ""
	case x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS:
		if f.TLSVersion < tls.VersionTLS13 {
			return fmt.Sprintf("is signed with %s, which AWS takes with TLS 1.3 alone", c.SignatureAlgorithm)
		}
		return ""
	}
	return fmt.Sprintf("is signed with %s, want RSA or ECDSA with SHA-256 or more", c.SignatureAlgorithm)
}
