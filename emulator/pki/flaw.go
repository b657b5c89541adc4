package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"time"
)

// A Flaw is what is wrong with a server certificate that no client should accept.
type Flaw string

// The flaws. Everything else about such a certificate is as it should be.
const (
	Expired   Flaw = "expired"              // it ended yesterday
	OtherName Flaw = "for another name"     // for OtherHost alone
	Forged    Flaw = "signed by an unknown" // by a CA of the same name that nobody has
)

// OtherHost is what a certificate for another name is for.
const OtherHost = "another-name.invalid"

// FlawedCertificate is DefaultCertificate with a flaw. It is made anew each time.
func (ca *CA) FlawedCertificate(flaw Flaw, names []string, ips ...net.IP) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return ca.flawed(flaw, serverTemplate(names, ips), key, x509.KeyUsageDigitalSignature)
}

// FlawedRSACertificate is RSAServerCertificate with a flaw.
func (ca *CA) FlawedRSACertificate(flaw Flaw, names []string, ips ...net.IP) (*tls.Certificate, error) {
	key, err := ca.rsaKey()
	if err != nil {
		return nil, err
	}
	return ca.flawed(flaw, serverTemplate(names, ips), key,
		x509.KeyUsageDigitalSignature|x509.KeyUsageKeyEncipherment)
}

func (ca *CA) flawed(
	flaw Flaw, t *x509.Certificate, key crypto.Signer, use x509.KeyUsage,
) (*tls.Certificate, error) {
	by, err := ca, error(nil)
	switch flaw {
	case Expired:
		t.NotBefore, t.NotAfter = time.Now().Add(-30*24*time.Hour), time.Now().Add(-24*time.Hour)
	case OtherName:
		t.DNSNames, t.IPAddresses = []string{OtherHost}, nil
	case Forged:
		by, err = create()
	default:
		err = fmt.Errorf("there is no flaw %q", flaw)
	}
	if err != nil {
		return nil, err
	}
	t.KeyUsage = use
	leaf, err := by.sign(t, key.Public())
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}, nil
}
