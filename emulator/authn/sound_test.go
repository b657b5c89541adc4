package authn

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestUnsound: what is wrong with a certificate itself.
func TestUnsound(t *testing.T) {
	ec := func(c elliptic.Curve) crypto.Signer {
		key, err := ecdsa.GenerateKey(c, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	rsaKey := func(bits int) crypto.Signer {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	hour := time.Hour
	tests := []struct {
		name        string
		key         crypto.Signer
		algorithm   x509.SignatureAlgorithm
		version     uint16
		from, until time.Duration
		want        string // part of the detail, "" for a sound one
		source      string
	}{
		{"P-256", ec(elliptic.P256()), 0, tls.VersionTLS12, -hour, hour, "", "A-230"},
		{"P-384", ec(elliptic.P384()), 0, tls.VersionTLS12, -hour, hour, "", "A-230"},
		{"P-521", ec(elliptic.P521()), 0, tls.VersionTLS12, -hour, hour, "", "A-230"},
		{"P-224", ec(elliptic.P224()), 0, tls.VersionTLS12, -hour, hour, "has a key on curve P-224", "A-230"},
		{"RSA 2048", rsaKey(2048), 0, tls.VersionTLS12, -hour, hour, "", "A-230"},
		{"RSA 1024", rsaKey(1024), 0, tls.VersionTLS12, -hour, hour, "has an RSA key of 1024 bits, want 2048 or more", "A-230"},
		{"Ed25519", ed, 0, tls.VersionTLS13, -hour, hour, "has a key of type Ed25519", "A-230"},
		{"RSA-PSS, TLS 1.3", rsaKey(2048), x509.SHA256WithRSAPSS, tls.VersionTLS13, -hour, hour, "", "A-230"},
		{"RSA-PSS, TLS 1.2", rsaKey(2048), x509.SHA256WithRSAPSS, tls.VersionTLS12, -hour, hour,
			"is signed with SHA256-RSAPSS, which AWS takes with TLS 1.3 alone", "A-230"},
		{"expired", ec(elliptic.P256()), 0, tls.VersionTLS13, -2 * hour, -hour, "has expired on ", "A-230, D-31"},
		{"not valid yet", ec(elliptic.P256()), 0, tls.VersionTLS13, hour, 2 * hour, "is not valid before ", "A-230, D-31"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, yesAnswer)
			template := &x509.Certificate{Subject: pkix.Name{CommonName: "pump-7"}, SignatureAlgorithm: tt.algorithm,
				NotBefore: time.Now().Add(tt.from), NotAfter: time.Now().Add(tt.until)}
			leaf := issueFor(t, tt.key, template, nil).Leaf
			r := withCertificate(leaf)
			r.Facts.TLSVersion = tt.version
			if tt.want == "" {
				g.register(t, leaf)
			}
			_, refused := g.authenticate(r)
			if tt.want == "" && refused != nil {
				t.Fatalf("got %v, want a grant (%s)", refused, tt.source)
			}
			if tt.want != "" && (code(refused) != notAuthenticated || !strings.Contains(refused.Detail, tt.want) ||
				!slices.Contains(refused.Rules, "D-31")) {
				t.Errorf("got %+v, want %s %q (%s)", refused, notAuthenticated, tt.want, tt.source)
			}
		})
	}
}

// TestExpiryByAdvancing: the clock of the registry decides.
func TestExpiryByAdvancing(t *testing.T) {
	g := newGateway(t, yesAnswer)
	leaf := selfSigned(t)
	g.register(t, leaf)
	if _, refused := g.authenticate(withCertificate(leaf)); refused != nil {
		t.Fatal(refused)
	}
	g.Registry.Advance(2 * time.Hour)
	if _, refused := g.authenticate(withCertificate(leaf)); refused == nil || !strings.Contains(refused.Detail, "has expired") {
		t.Errorf("got %v, want it expired (A-230)", refused)
	}
}
