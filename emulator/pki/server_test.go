package pki

import (
	"bytes"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"strings"
	"testing"
	"time"
)

// What ACM would issue, fit for a domain configuration.
func TestServerCertificateFor(t *testing.T) {
	t.Parallel()
	ca := open(t, "")
	long := strings.Repeat("a.", 40) + "test"
	tests := []struct {
		names  []string
		cn     string
		valid  []string
		not    []string
		source string
	}{
		{[]string{"iot.example.test"}, "iot.example.test", []string{"iot.example.test"}, []string{"localhost", "x.iot.example.test"}, "A-269"},
		{[]string{"*.example.test", "Example.test."}, "*.example.test", []string{"iot.example.test", "example.test"},
			[]string{"a.b.example.test"}, "A-269"},
		{[]string{long}, "", []string{long}, nil, "RFC 5280"},
	}
	for _, tt := range tests {
		certPEM, chainPEM, keyPEM, err := ca.ServerCertificateFor(tt.names)
		if err != nil {
			t.Fatal(err)
		}
		pair, err := tls.X509KeyPair(append(certPEM, chainPEM...), keyPEM)
		if err != nil || len(pair.Certificate) != 2 {
			t.Fatalf("%q: got %v, want a pair with its chain (%s)", tt.names, err, tt.source)
		}
		for _, name := range tt.valid {
			if _, err := pair.Leaf.Verify(x509.VerifyOptions{Roots: ca.Pool(), DNSName: name}); err != nil {
				t.Errorf("%s: %v (%s)", name, err, tt.source)
			}
		}
		for _, name := range tt.not {
			if pair.Leaf.VerifyHostname(name) == nil {
				t.Errorf("valid for %s too (%s)", name, tt.source)
			}
		}
		if got := pair.Leaf.Subject.CommonName; got != tt.cn {
			t.Errorf("got CN %q, want %q (%s)", got, tt.cn, tt.source)
		}
		if key, ok := pair.Leaf.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() != 2048 {
			t.Errorf("got key %T, want RSA 2048 (A-269)", pair.Leaf.PublicKey)
		}
		if !bytes.Equal(chainPEM, ca.PEM()) {
			t.Error("the chain is not the CA")
		}
		if life := pair.Leaf.NotAfter.Sub(pair.Leaf.NotBefore); life > 398*24*time.Hour {
			t.Errorf("got a life of %v, want 13 months at most", life)
		}
	}
}

func TestServerCertificateForRefuses(t *testing.T) {
	ca := open(t, "")
	tests := []struct {
		names []string
		want  string
	}{
		{nil, "no names"},
		{[]string{""}, `names[0] is "", want a host name`},
		{[]string{"a.test", "b c"}, `names[1] is "b c"`},
		{[]string{"127.0.0.1"}, `names[0] is "127.0.0.1"`},
		{[]string{"*.*.test"}, `names[0] is "*.*.test"`},
		{[]string{"*"}, `names[0] is "*"`},
	}
	for _, tt := range tests {
		if _, _, _, err := ca.ServerCertificateFor(tt.names); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: got %v, want %q", tt.names, err, tt.want)
		}
	}
}
