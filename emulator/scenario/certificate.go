package scenario

import (
	"cmp"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/registry"
)

// Certificates, made for clients.

// A made certificate, and that of the CA that signed it, if there is one.
type made struct {
	tls    tls.Certificate
	pem    []byte
	ca     []byte // PEM
	hidden bool   // the client does not show it
}

// id is what AWS calls the certificate.
func (m *made) id() string { return idOf(m.tls.Certificate[0]) }

func idOf(der []byte) string {
	sum := sha256.Sum256(der)
	return hex.EncodeToString(sum[:])
}

// shown are what the client shows in a handshake.
func (m *made) shown() []tls.Certificate {
	if m == nil || m.hidden {
		return nil
	}
	return []tls.Certificate{m.tls}
}

// newCertificate makes one: AWS takes any that is registered, so it may sign itself.
func (c *Certificate) newCertificate(name string) (*made, error) {
	key, err := ecdsa.GenerateKey(curves()[cmp.Or(c.Key, "P-256")], rand.Reader)
	if err != nil {
		return nil, err
	}
	template := unsigned(name)
	if now := time.Now(); c.Expired {
		template.NotAfter = now.Add(-time.Hour)
	} else if c.Early {
		template.NotBefore = now.Add(time.Hour)
	}
	m := &made{hidden: c.Status == statusNone}
	issuer, signer := template, crypto.Signer(key)
	if c.CA != nil {
		if issuer, signer, m.ca, err = newCA(name + " CA"); err != nil {
			return nil, err
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), signer)
	if err != nil {
		return nil, err
	}
	m.pem = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	m.tls = tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	return m, nil
}

func curves() map[string]elliptic.Curve {
	return map[string]elliptic.Curve{
		"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}
}

func newCA(name string) (cert *x509.Certificate, key crypto.Signer, text []byte, err error) {
	if key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, nil, nil, err
	}
	template := unsigned(name)
	template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, nil, nil, err
	}
	cert, err = x509.ParseCertificate(der)
	return cert, key, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), err
}

func unsigned(name string) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(30, 0, 0)}
}

// What a certificate's status may be beside AWS's.
const (
	statusNone         = "none"
	statusUnregistered = "unregistered"
)

// statuses are all that there are.
func statuses() []string {
	return []string{"ACTIVE", "INACTIVE", "REVOKED", "PENDING_ACTIVATION", statusUnregistered, statusNone}
}

func (c *Certificate) problem() string {
	switch {
	case c == nil:
		return ""
	case c.Status != "" && !slices.Contains(statuses(), c.Status):
		return fmt.Sprintf("the certificate's status is %q, want one of %s", c.Status,
			strings.Join(statuses(), ", "))
	case c.Key != "" && curves()[c.Key] == nil:
		return fmt.Sprintf("the certificate's key is %q, want one of %s", c.Key,
			strings.Join(slices.Sorted(maps.Keys(curves())), ", "))
	}
	return ""
}

// registered is the certificate as resources have it; ok is false if no account knows it.
func (c *Certificate) registered(m *made) (of config.Certificate, ok bool) {
	status := cmp.Or(c.Status, "ACTIVE")
	ok = !slices.Contains([]string{statusNone, statusUnregistered}, status)
	return config.Certificate{CertificatePem: config.PEM(m.pem), Status: status}, ok
}

func (c *CA) registered(m *made) config.CACertificate {
	of := config.CACertificate{CACertificatePem: config.PEM(m.ca), Status: c.Status}
	if c.AutoRegistration {
		of.AutoRegistrationStatus = "ENABLE"
	}
	if c.Template != "" {
		of.RegistrationConfig = &registry.RegistrationConfig{TemplateBody: c.Template}
	}
	return of
}
