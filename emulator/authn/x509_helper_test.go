package authn

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

// A ca signs the certificates of a test.
type ca struct{ tls.Certificate }

func newCA(t *testing.T, name pkix.Name) *ca {
	t.Helper()
	return &ca{issue(t, caTemplate(name), nil)}
}

// under is a CA that another one signs.
func (c *ca) under(t *testing.T, name pkix.Name) *ca {
	t.Helper()
	return &ca{issue(t, caTemplate(name), c)}
}

func caTemplate(name pkix.Name) *x509.Certificate {
	return &x509.Certificate{Subject: name, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
}

// leaf is a client certificate; change may alter its template.
func (c *ca) leaf(t *testing.T, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{Subject: pkix.Name{CommonName: "pump-7"}}
	if change != nil {
		change(template)
	}
	return issue(t, template, c)
}

// selfSigned is a client certificate that no CA knows.
func selfSigned(t *testing.T) *x509.Certificate {
	t.Helper()
	return issue(t, &x509.Certificate{Subject: pkix.Name{CommonName: "pump-7"}}, nil).Leaf
}

// issue makes a certificate; without a CA it signs itself.
func issue(t *testing.T, template *x509.Certificate, by *ca) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return issueFor(t, key, template, by)
}

func issueFor(t *testing.T, key crypto.Signer, template *x509.Certificate, by *ca) tls.Certificate {
	t.Helper()
	if template.SerialNumber == nil {
		template.SerialNumber, _ = rand.Int(rand.Reader, big.NewInt(1<<62))
	}
	if template.NotAfter.IsZero() {
		template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.Leaf, by.PrivateKey.(crypto.Signer)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

// withCertificate is a CONNECT to port 8883 with a client certificate.
func withCertificate(chain ...*x509.Certificate) Request {
	return Request{
		Facts: &transport.Facts{Listener: "mqtts", TLS: true, TLSVersion: tls.VersionTLS13, ServerName: "localhost",
			PeerCertificates: chain},
		ConnectionID: "8c9e6b5a-3f0d-4d0c-9a51-0d6f4d1f2b7e",
		ClientID:     "pump-7",
	}
}

// register registers a certificate as ACTIVE and attaches a policy that allows
// all.
func (g *gateway) register(t *testing.T, c *x509.Certificate) registry.Certificate {
	t.Helper()
	registered, err := g.Registry.RegisterCertificateWithoutCA(pemOf(c), registry.Active)
	if err != nil {
		t.Fatal(err)
	}
	g.attach(t, "all", registered.CertificateArn)
	return registered
}

// attach attaches a policy of this name that allows all.
func (g *gateway) attach(t *testing.T, name, target string) {
	t.Helper()
	if _, ok := g.Registry.Policy(name); !ok {
		if _, err := g.Registry.CreatePolicy(name, allowAll); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.Registry.AttachPolicy(name, target); err != nil {
		t.Fatal(err)
	}
}

func (g *gateway) registerCA(t *testing.T, c *ca, status, auto string) registry.CACertificate {
	t.Helper()
	registered, err := g.Registry.RegisterCACertificate(registry.CACertificate{CertificatePem: pemOf(c.Leaf), Status: status,
		AutoRegistrationStatus: auto})
	if err != nil {
		t.Fatal(err)
	}
	return registered
}
