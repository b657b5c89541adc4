package control

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/suback/suback/emulator/pki"
)

// withCA gives a bench a CA that issues device certificates.
func withCA(t *testing.T) func(*Options) {
	ca := must[*pki.CA](t)(pki.Open(""))
	return func(o *Options) { o.CA = ca }
}

// A signer is a certificate with its key.
type signer struct {
	pem  string
	x509 *x509.Certificate
	key  *ecdsa.PrivateKey
}

// newCA is a CA of its own, no matter who else has that name.
func newCA(t *testing.T, name string) signer {
	t.Helper()
	return sign(t, &x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign}, nil)
}

// issue makes a certificate of a CA.
func (ca signer) issue(t *testing.T, name string) signer {
	t.Helper()
	return sign(t, &x509.Certificate{Subject: pkix.Name{CommonName: name}}, &ca)
}

// sign makes a certificate; without an issuer it signs itself.
func sign(t *testing.T, template *x509.Certificate, issuer *signer) signer {
	t.Helper()
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template.SerialNumber = must[*big.Int](t)(rand.Int(rand.Reader, big.NewInt(1<<62)))
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	if issuer == nil {
		issuer = &signer{x509: template, key: key}
	}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, issuer.x509, key.Public(), issuer.key))
	return signer{
		string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		must[*x509.Certificate](t)(x509.ParseCertificate(der)), key,
	}
}

// csr is a certificate signing request for a new key of a curve.
func csr(t *testing.T, name string, curve elliptic.Curve) string {
	t.Helper()
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(curve, rand.Reader))
	der := must[[]byte](t)(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}}, key))
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
}
