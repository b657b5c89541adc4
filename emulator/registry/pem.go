package registry

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const (
	maxCertificatePEM = 65536 // characters
	minRSA            = 2048  // bits
)

// parse reads one certificate; what stands behind it is not looked at.
func (k kind) parse(field, text string) (*x509.Certificate, error) {
	if p := wantAtMost(text, maxCertificatePEM); p != "" {
		return nil, k.invalid("", field, p)
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, &Error{Code: CertificateValidation, Kind: string(k), Field: field,
			Problem: "is no PEM certificate, want -----BEGIN CERTIFICATE-----"}
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, &Error{Code: CertificateValidation, Kind: string(k), Field: field,
			Problem: "cannot be read, want an X.509 certificate"}
	}
	return c, nil
}

func pemText(c *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}

// wantStrongKey wants the keys that AWS takes of clients.
func (k kind) wantStrongKey(name string, c *x509.Certificate) error {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		if n := key.N.BitLen(); n < minRSA {
			return k.refuse(CertificateValidation, name,
				fmt.Sprintf("has an RSA key of %d bits, want %d or more", n, minRSA))
		}
		return nil
	case *ecdsa.PublicKey:
		if slices.Contains([]elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()}, key.Curve) {
			return nil
		}
	}
	return k.refuse(CertificateValidation, name,
		fmt.Sprintf("has a key of the type %s, want RSA, or ECC on P-256, P-384 or P-521", c.PublicKeyAlgorithm))
}

// names lists the keys of a map.
func names[V any](m map[string]V) string { return strings.Join(slices.Sorted(maps.Keys(m)), ", ") }
