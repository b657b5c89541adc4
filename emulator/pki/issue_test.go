package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

func TestServerCertificate(t *testing.T) {
	ca := open(t, "")
	always := []string{"localhost", "abc.localhost", "127.0.0.1", "::1"}
	tests := []struct {
		name   string
		ips    []net.IP
		valid  []string
		not    []string
		source string
	}{
		{"", nil, nil, []string{"iot.example.test"}, "A-30"},
		{"localhost", nil, nil, nil, "conventions.md"},
		{"iot.example.test", nil, []string{"iot.example.test"}, []string{"other.example.test"}, "A-28"},
		{"IOT.example.test.", nil, []string{"iot.example.test"}, nil, "DNS names have no case"},
		{"a-ats.iot.us-east-1.amazonaws.com", nil, []string{"a-ats.iot.us-east-1.amazonaws.com"}, nil, "A-3, A-8"},
		{"192.0.2.7", nil, []string{"192.0.2.7"}, nil, "A-31 guess"},
		{"", []net.IP{net.IPv4(192, 0, 2, 8)}, []string{"192.0.2.8"}, nil, "A-31 guess"},
		{"not a\x00name", nil, nil, nil, "clients may send any bytes"},
		{strings.Repeat("a.", 200) + "test", nil, nil, nil, "RFC 1035"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cert, err := ca.ServerCertificate(tt.name, tt.ips...)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range append(tt.valid, always...) {
				// What Go, OpenSSL in strict mode and Apple check.
				if _, err := cert.Leaf.Verify(x509.VerifyOptions{Roots: ca.Pool(), DNSName: name}); err != nil {
					t.Errorf("%s: %v (%s)", name, err, tt.source)
				}
			}
			for _, name := range tt.not {
				if cert.Leaf.VerifyHostname(name) == nil {
					t.Errorf("valid for %s too (%s)", name, tt.source)
				}
			}
		})
	}
}

// TestDefaultCertificate: who asks for no name may have any of the account's in mind.
func TestDefaultCertificate(t *testing.T) {
	ca := open(t, "")
	names := []string{"localhost", "*.iot.us-east-1.amazonaws.com", "iot.example.test", "192.0.2.9", "IOT.example.test", "no name", "*.*.test",
		"*."}
	cert, err := ca.DefaultCertificate(names, net.IPv4(192, 0, 2, 8))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"localhost", "a.localhost", "a1-ats.iot.us-east-1.amazonaws.com", "iot.example.test", "192.0.2.8",
		"192.0.2.9", "127.0.0.1"} {
		if err := cert.Leaf.VerifyHostname(name); err != nil {
			t.Errorf("%s: %v (A-27, A-31)", name, err)
		}
	}
	if got := cert.Leaf.DNSNames; len(got) != 4 {
		t.Errorf("got names %q, want those that are names, once", got)
	}
}

func TestCertificateForm(t *testing.T) {
	ca := open(t, "")
	cert, err := ca.ServerCertificate("iot.example.test")
	if err != nil {
		t.Fatal(err)
	}
	leaf := cert.Leaf
	if key, ok := leaf.PublicKey.(*ecdsa.PublicKey); !ok || key.Curve != elliptic.P256() {
		t.Errorf("got key %T, want P-256", leaf.PublicKey)
	}
	if life := leaf.NotAfter.Sub(leaf.NotBefore); life > 825*24*time.Hour {
		t.Errorf("got a life of %v, want at most 825 days (Apple HT210176)", life)
	}
	if len(leaf.AuthorityKeyId) == 0 || string(leaf.AuthorityKeyId) != string(ca.cert.SubjectKeyId) {
		t.Error("no authority key identifier (Python 3.13 is strict)")
	}
	if len(leaf.ExtKeyUsage) != 1 || leaf.ExtKeyUsage[0] != x509.ExtKeyUsageServerAuth {
		t.Errorf("got usage %v, want serverAuth alone (Apple HT210176)", leaf.ExtKeyUsage)
	}
}

func TestRSACertificateForm(t *testing.T) {
	t.Parallel()
	ca := open(t, "")
	cert, err := ca.RSAServerCertificate([]string{"iot.example.test"}, net.IPv4(192, 0, 2, 8))
	if err != nil {
		t.Fatal(err)
	}
	if key, ok := cert.Leaf.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() != 2048 {
		t.Errorf("got key %T, want RSA of 2048 bits (A-7)", cert.Leaf.PublicKey)
	}
	if cert.Leaf.KeyUsage&x509.KeyUsageKeyEncipherment == 0 {
		t.Error("the key may not encipher, want it for suites without ECDHE (A-24)")
	}
	for _, name := range []string{"iot.example.test", "localhost", "192.0.2.8"} {
		if _, err := cert.Leaf.Verify(x509.VerifyOptions{Roots: ca.Pool(), DNSName: name}); err != nil {
			t.Errorf("%s: %v (A-28)", name, err)
		}
	}
	if again, _ := ca.RSAServerCertificate([]string{"iot.example.test"}, net.IPv4(192, 0, 2, 8)); again != cert {
		t.Error("issued again for the same name")
	}
	if other, _ := ca.ServerCertificate("iot.example.test", net.IPv4(192, 0, 2, 8)); other == cert {
		t.Error("got the RSA certificate, want the one with an ECDSA key")
	}
}

func TestCertificatesAreCached(t *testing.T) {
	ca := open(t, "")
	first, _ := ca.ServerCertificate("a.test")
	if again, _ := ca.ServerCertificate("A.test"); again != first {
		t.Error("issued again for the same name")
	}
	if other, _ := ca.ServerCertificate("a.test", net.IPv4(192, 0, 2, 8)); other == first {
		t.Error("the address was forgotten")
	}
	for i := range maxIssued + 10 {
		if _, err := ca.ServerCertificate(fmt.Sprintf("n%d.localhost", i)); err != nil {
			t.Fatal(err)
		}
		if len(ca.issued) > maxIssued {
			t.Fatalf("cache holds %d, want at most %d", len(ca.issued), maxIssued)
		}
	}
	cert, _ := ca.ServerCertificate("b.test")
	cert.Leaf.NotAfter = time.Now().Add(renewal / 2)
	if again, _ := ca.ServerCertificate("b.test"); again == cert {
		t.Error("a certificate about to expire was not renewed")
	}
}

func TestClientCertificate(t *testing.T) {
	ca := open(t, "")
	cert, err := ca.ClientCertificate("pump-7")
	if err != nil {
		t.Fatal(err)
	}
	_, err = cert.Leaf.Verify(x509.VerifyOptions{Roots: ca.Pool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	if err != nil || cert.Leaf.Subject.CommonName != "pump-7" {
		t.Errorf("got %q, %v, want pump-7 for client authentication", cert.Leaf.Subject.CommonName, err)
	}
}

// FuzzServerCertificate: any SNI gets a certificate.
func FuzzServerCertificate(f *testing.F) {
	ca, err := Open("")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range []string{"", "localhost", "*.test", "a..b", "xn--a", "::1", "ä.test"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		cert, err := ca.ServerCertificate(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := cert.Leaf.VerifyHostname("localhost"); err != nil {
			t.Error(err)
		}
	})
}
