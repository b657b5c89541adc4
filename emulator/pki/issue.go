package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"
)

const (
	leafLife  = 397 * 24 * time.Hour // Apple's clients refuse more than 825 days
	renewal   = 24 * time.Hour       // reissued when less than this is left
	maxIssued = 256                  // cached server certificates
)

// ServerCertificate returns a certificate for the name a client asked for, and
// for localhost, *.localhost, the loopback addresses and ips. A name that cannot
// stand in a certificate is left out. Certificates are cached; which names are
// served is the caller's business.
func (ca *CA) ServerCertificate(serverName string, ips ...net.IP) (*tls.Certificate, error) {
	return ca.DefaultCertificate([]string{serverName}, ips...)
}

// DefaultCertificate is ServerCertificate for a client that asked for no name: it
// is for all of names, "*.example.test" among them, since the client may have any
// in mind.
func (ca *CA) DefaultCertificate(names []string, ips ...net.IP) (*tls.Certificate, error) {
	t := serverTemplate(names, ips)
	return ca.cached(fmt.Sprint(t.DNSNames, t.IPAddresses),
		func() (tls.Certificate, error) { return ca.issue(t) })
}

// RSAServerCertificate is DefaultCertificate for clients that know no ECDSA, as
// AWS has both: its key is an RSA key of 2048 bits, the CA's stays as it is.
// The first call makes the key, which all such certificates share.
func (ca *CA) RSAServerCertificate(names []string, ips ...net.IP) (*tls.Certificate, error) {
	key, err := ca.rsaKey()
	if err != nil {
		return nil, err
	}
	t := serverTemplate(names, ips)
	return ca.cached(fmt.Sprint("RSA ", t.DNSNames, t.IPAddresses), func() (tls.Certificate, error) {
		t.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
		leaf, err := ca.sign(t, key.Public())
		if err != nil {
			return tls.Certificate{}, err
		}
		return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}, nil
	})
}

// cached issues a server certificate, unless there is one that is good for a
// while.
func (ca *CA) cached(key string, issue func() (tls.Certificate, error)) (*tls.Certificate, error) {
	ca.mu.Lock()
	defer ca.mu.Unlock()
	if cert := ca.issued[key]; cert != nil && time.Until(cert.Leaf.NotAfter) > renewal {
		return cert, nil
	}
	cert, err := issue()
	if err != nil {
		return nil, err
	}
	if len(ca.issued) >= maxIssued {
		clear(ca.issued) // cheaper to issue again than to remember who was last
	}
	ca.issued[key] = &cert
	return &cert, nil
}

// ClientCertificate returns a new certificate with its key for the device named
// cn, as tests and examples need it.
func (ca *CA) ClientCertificate(cn string) (tls.Certificate, error) {
	return ca.issue(&x509.Certificate{
		Subject:     pkix.Name{CommonName: cn},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}

func serverTemplate(names []string, ips []net.IP) *x509.Certificate {
	t := &x509.Certificate{
		Subject:     pkix.Name{CommonName: "suback"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IPAddresses: append([]net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, ips...),
	}
	for _, name := range append(slices.Clone(names), "localhost", "*.localhost") {
		bare, wild := strings.CutPrefix(name, "*.")
		host := hostname(bare)
		switch ip := net.ParseIP(host); {
		case host == "":
		case ip != nil:
			t.IPAddresses = append(t.IPAddresses, ip)
		case wild:
			t.DNSNames = append(t.DNSNames, "*."+host)
		default:
			t.DNSNames = append(t.DNSNames, host)
		}
	}
	t.DNSNames = unique(t.DNSNames)
	return t
}

// unique leaves out what is there already.
func unique(names []string) (kept []string) {
	for _, name := range names {
		if !slices.Contains(kept, name) {
			kept = append(kept, name)
		}
	}
	return kept
}

func (ca *CA) issue(t *x509.Certificate) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	t.KeyUsage = x509.KeyUsageDigitalSignature
	leaf, err := ca.sign(t, key.Public())
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

// sign completes t and signs it.
func (ca *CA) sign(t *x509.Certificate, public crypto.PublicKey) (*x509.Certificate, error) {
	now := time.Now()
	t.SerialNumber = serial()
	if t.NotAfter.IsZero() {
		t.NotBefore, t.NotAfter = now.Add(-skew), now.Add(leafLife-skew)
	}
	if t.NotAfter.After(ca.cert.NotAfter) {
		t.NotAfter = ca.cert.NotAfter
	}
	t.BasicConstraintsValid = true
	der, err := x509.CreateCertificate(rand.Reader, t, ca.cert, public, ca.key)
	if err != nil {
		return nil, fmt.Errorf("certificate for %q: %w", t.Subject.CommonName, err)
	}
	return x509.ParseCertificate(der)
}

// hostname is name in the form of a certificate, or "" if it has none: clients
// may send any bytes as SNI.
func hostname(name string) string {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if net.ParseIP(name) != nil {
		return name
	}
	if len(name) > 253 {
		return ""
	}
	for label := range strings.SplitSeq(name, ".") {
		if !isLabel(label) {
			return ""
		}
	}
	return name
}

func isLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}
