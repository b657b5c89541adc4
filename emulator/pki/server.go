package pki

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"strings"
)

// ServerCertificateFor issues what ACM issues: a certificate for names with an
// RSA key of 2048 bits, fit for a domain configuration. A name is a host
// name, "*.example.test" among them; the first one is the subject's too. chainPEM
// is the CA, keyPEM a PRIVATE KEY block and a secret.
func (ca *CA) ServerCertificateFor(names []string) (certPEM, chainPEM, keyPEM []byte, err error) {
	t, err := domainTemplate(names)
	if err != nil {
		return nil, nil, nil, err
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, nil, nil, err
	}
	keyPEM, err = EncodeKey(key)
	if err != nil {
		return nil, nil, nil, err
	}
	leaf, err := ca.sign(t, key.Public())
	if err != nil {
		return nil, nil, nil, err
	}
	certPEM = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Raw})
	return certPEM, ca.PEM(), keyPEM, nil
}

func domainTemplate(names []string) (*x509.Certificate, error) {
	if len(names) == 0 {
		return nil, errors.New("no names, want one or more")
	}
	t := &x509.Certificate{
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
	}
	for i, name := range names {
		host := strings.TrimPrefix(name, "*.")
		if hostname(host) == "" || net.ParseIP(host) != nil {
			return nil, fmt.Errorf("names[%d] is %q, want a host name", i, name)
		}
		t.DNSNames = append(t.DNSNames, strings.ToLower(strings.TrimSuffix(name, ".")))
	}
	if len(t.DNSNames[0]) <= 64 { // RFC 5280, appendix A: no room for more
		t.Subject = pkix.Name{CommonName: t.DNSNames[0]}
	}
	return t, nil
}
