package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"strings"
	"testing"
	"time"
)

// What CreateKeysAndCertificate hands out: three texts that fit together.
func TestKeysAndCertificate(t *testing.T) {
	t.Parallel()
	ca := open(t, "")
	keys, err := NewDeviceKeys()
	if err != nil {
		t.Fatal(err)
	}
	text, err := ca.DeviceCertificate(keys.Public)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tls.X509KeyPair(text, keys.PrivatePEM); err != nil {
		t.Errorf("certificate and private key: %v (A-231)", err)
	}
	public, _ := pem.Decode(keys.PublicPEM)
	private, _ := pem.Decode(keys.PrivatePEM)
	if public.Type != "PUBLIC KEY" || private.Type != "RSA PRIVATE KEY" {
		t.Errorf("got blocks %s and %s, want PUBLIC KEY and RSA PRIVATE KEY", public.Type, private.Type)
	}
	cert := parse(t, text)
	if key, ok := cert.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() != 2048 {
		t.Errorf("got key %T, want RSA 2048 (A-231)", cert.PublicKey)
	}
	if !bytes.Equal(cert.RawSubjectPublicKeyInfo, public.Bytes) {
		t.Error("the certificate is for another key")
	}
	wantDevice(t, ca, cert)
	if got := cert.Subject.String(); got != "CN=AWS IoT Certificate" {
		t.Errorf("subject: got %s, want CN=AWS IoT Certificate (A-231)", got)
	}
}

// wantDevice checks what all device certificates have in common.
func wantDevice(t *testing.T, ca *CA, cert *x509.Certificate) {
	t.Helper()
	if got := cert.Issuer.OrganizationalUnit; len(cert.Issuer.Names) != 1 ||
		got[0] != "Amazon Web Services O=Amazon.com Inc. L=Seattle ST=Washington C=US" {
		t.Errorf("issuer: got %s, want AWS's single OU (A-231)", cert.Issuer)
	}
	if want := time.Date(2049, 12, 31, 23, 59, 59, 0, time.UTC); !cert.NotAfter.Equal(want) || time.Until(cert.NotBefore) > 0 {
		t.Errorf("validity: got %v to %v, want now to %v (A-231)", cert.NotBefore, cert.NotAfter, want)
	}
	if cert.IsCA || !cert.BasicConstraintsValid || cert.KeyUsage != x509.KeyUsageDigitalSignature || len(cert.ExtKeyUsage) != 0 {
		t.Errorf("got CA %v, usage %v %v, want no CA, digital signature alone", cert.IsCA, cert.KeyUsage, cert.ExtKeyUsage)
	}
	if len(cert.SubjectKeyId) != 20 || !bytes.Equal(cert.AuthorityKeyId, ca.cert.SubjectKeyId) {
		t.Errorf("got key ids %x, %x, want both", cert.SubjectKeyId, cert.AuthorityKeyId)
	}
	if err := ca.cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature); err != nil {
		t.Errorf("signature: %v", err)
	}
}

// The subject of a CSR is kept as it is, down to its bytes.
func TestDeviceCertificateFromCSR(t *testing.T) {
	t.Parallel()
	ca := open(t, "")
	subjects := []pkix.Name{
		{CommonName: "pump-7", Organization: []string{"Example"}, Country: []string{"JP"}, SerialNumber: "7"},
		{CommonName: "AWS IoT Certificate"},
		{},
	}
	for _, subject := range subjects {
		for _, key := range []crypto.Signer{newRSA(t, 2048), newEC(t, elliptic.P256()), newEC(t, elliptic.P521())} {
			text, err := ca.DeviceCertificateFromCSR(csr(t, key, &x509.CertificateRequest{Subject: subject, DNSNames: []string{"a.test"}}))
			if err != nil {
				t.Fatal(err)
			}
			cert := parse(t, text)
			wantDevice(t, ca, cert)
			if cert.Subject.String() != subject.String() || len(cert.DNSNames) != 0 {
				t.Errorf("got %s with %q, want %s without names (A-231)", cert.Subject, cert.DNSNames, subject)
			}
		}
	}
}

func TestDeviceCertificateFromCSRRefuses(t *testing.T) {
	ca := open(t, "")
	good := csr(t, newEC(t, elliptic.P256()), &x509.CertificateRequest{Subject: pkix.Name{CommonName: "a"}})
	block, _ := pem.Decode(good)
	block.Bytes[len(block.Bytes)-1] ^= 1
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		text []byte
		want string
	}{
		{"nothing", nil, "no CERTIFICATE REQUEST block"},
		{"a certificate", ca.PEM(), "no CERTIFICATE REQUEST block"},
		{"garbage", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: []byte("x")}), "certificate signing request: "},
		{"changed", pem.EncodeToMemory(block), "signature of the certificate signing request: "},
		{"RSA 1024", csr(t, newRSA(t, 1024), &x509.CertificateRequest{}), "RSA of 1024 bits, want 2048 or more"},
		{"P-224", csr(t, newEC(t, elliptic.P224()), &x509.CertificateRequest{}), "curve P-224, want P-256"},
		{"Ed25519", csr(t, ed, &x509.CertificateRequest{}), "want RSA or ECDSA"},
	}
	for _, tt := range tests {
		if _, err := ca.DeviceCertificateFromCSR(tt.text); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q (A-230)", tt.name, err, tt.want)
		}
	}
}

func newRSA(t *testing.T, bits int) crypto.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func newEC(t *testing.T, curve elliptic.Curve) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func csr(t *testing.T, key crypto.Signer, template *x509.CertificateRequest) []byte {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
}

func parse(t *testing.T, text []byte) *x509.Certificate {
	t.Helper()
	cert, err := parseCert(text)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// FuzzDeviceCertificateFromCSR: any text gets a certificate or an error.
func FuzzDeviceCertificateFromCSR(f *testing.F) {
	ca, err := Open("")
	if err != nil {
		f.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "a"}}, key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
	f.Add([]byte("-----BEGIN CERTIFICATE REQUEST-----\n-----END CERTIFICATE REQUEST-----\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := ca.DeviceCertificateFromCSR(text)
		if err != nil {
			return
		}
		if _, err := parseCert(got); err != nil {
			t.Errorf("got a certificate that cannot be read: %v", err)
		}
	})
}
