package registry

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"
)

// expect wants an *Error of a code with a part of its text; code "" wants none.
func expect(t *testing.T, what string, err error, code, part, source string) {
	t.Helper()
	var e *Error
	errors.As(err, &e)
	switch {
	case code == "" && err == nil:
	case code == "" || e == nil:
		t.Errorf("%s: got error %v, want %q (%s)", what, err, code, source)
	case codeOf(e) != code || !strings.Contains(e.Error(), part):
		t.Errorf("%s: got %s: %v, want %s: …%s… (%s)", what, codeOf(e), e, code, part, source)
	}
}

func codeOf(e *Error) string { return orElse(e.Code, InvalidRequest) }

// must ends the test if there is an error.
func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// A signer is a certificate with its key.
type signer struct {
	pem, keyPEM string
	x509        *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newTemplate(name string) *x509.Certificate {
	serial, _ := rand.Int(rand.Reader, big.NewInt(1<<62))
	return &x509.Certificate{SerialNumber: serial, Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
}

// newCA is a CA of its own.
func newCA(t *testing.T, name string) signer {
	template := newTemplate(name)
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	return sign(t, template, nil)
}

// sign issues a certificate; without an issuer it signs itself.
func sign(t *testing.T, template *x509.Certificate, issuer *signer) signer {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))(t)
	parent, parentKey := template, key
	if issuer != nil {
		parent, parentKey = issuer.x509, issuer.key
	}
	der := must(x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey))(t)
	s := signer{pem: pemOf("CERTIFICATE", der), key: key, x509: must(x509.ParseCertificate(der))(t)}
	s.keyPEM = string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: must(x509.MarshalECPrivateKey(key))(t)}))
	return s
}

const allow = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}`
