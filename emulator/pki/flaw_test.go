package pki

import (
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"testing"
)

// TestFlawedCertificate: each has its flaw, and no other.
func TestFlawedCertificate(t *testing.T) {
	ca := open(t, "")
	tests := []struct {
		flaw Flaw
		is   func(error) bool
		mend func(*x509.VerifyOptions) // what has it accepted
	}{
		{Expired, func(err error) bool {
			var e x509.CertificateInvalidError
			return errors.As(err, &e) && e.Reason == x509.Expired
		}, nil}, // the CA is younger than that
		{OtherName, func(err error) bool { return errors.As(err, new(x509.HostnameError)) },
			func(o *x509.VerifyOptions) { o.DNSName = OtherHost }},
		{Forged, func(err error) bool { return errors.As(err, new(x509.UnknownAuthorityError)) }, nil},
	}
	for _, tt := range tests {
		for _, issue := range []func(Flaw, []string, ...net.IP) (*tls.Certificate, error){ca.FlawedCertificate, ca.FlawedRSACertificate} {
			cert, err := issue(tt.flaw, []string{"iot.example.test"})
			if err != nil {
				t.Fatal(err)
			}
			o := x509.VerifyOptions{Roots: ca.Pool(), DNSName: "iot.example.test"}
			if _, err := cert.Leaf.Verify(o); !tt.is(err) {
				t.Errorf("%s: got %v, want that it is not accepted for this", tt.flaw, err)
			}
			if tt.mend == nil {
				continue
			}
			tt.mend(&o)
			if _, err := cert.Leaf.Verify(o); err != nil {
				t.Errorf("%s: got %v, want nothing else to be wrong", tt.flaw, err)
			}
		}
	}
	if cert, err := ca.FlawedRSACertificate(Forged, nil); err != nil || cert.PrivateKey.(*rsa.PrivateKey) == nil {
		t.Errorf("got %v, want an RSA key", err)
	}
	if _, err := ca.FlawedCertificate("odd", nil); err == nil {
		t.Error("got a certificate for a flaw that there is not")
	}
}
