package emulator

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/registry"
)

// What suback.yaml says of certificates.

// A Certificate is a device certificate.
type Certificate struct {
	CertificatePem     PEM      `yaml:"certificatePem"`
	Status             string   `yaml:"status"`             // default ACTIVE
	CertificateMode    string   `yaml:"certificateMode"`    // default DEFAULT
	CACertificateID    string   `yaml:"caCertificateId"`    // of the CA that it was registered with
	Policies           []string `yaml:"policies"`           // names, attached to the certificate
	Things             []string `yaml:"things"`             // names, to which it is attached
	ThingPrincipalType string   `yaml:"thingPrincipalType"` // default NON_EXCLUSIVE_THING
}

// A CACertificate is one whose certificates may register themselves.
type CACertificate struct {
	CACertificatePem       PEM                          `yaml:"caCertificatePem"`
	Status                 string                       `yaml:"status"`                 // default ACTIVE
	CertificateMode        string                       `yaml:"certificateMode"`        // default DEFAULT
	AutoRegistrationStatus string                       `yaml:"autoRegistrationStatus"` // ENABLE or DISABLE, the default
	RegistrationConfig     *registry.RegistrationConfig `yaml:"registrationConfig"`
}

// A ServerCertificate is one that domain configurations serve.
type ServerCertificate struct {
	CertificateArn   string `yaml:"certificateArn"` // as AWS Certificate Manager's; default: one made of the certificate
	Type             string `yaml:"type"`           // IMPORTED, the default, or AMAZON_ISSUED
	Certificate      PEM    `yaml:"certificate"`
	CertificateChain PEM    `yaml:"certificateChain"`
	PrivateKey       PEM    `yaml:"privateKey"`
}

func (c *Config) putCACertificates(r *registry.Registry) error {
	return each(c.CACertificates, func(i int, ca CACertificate) error {
		at := []any{"caCertificates", i}
		text, err := ca.CACertificatePem.text(c)
		if err != nil {
			return c.errorf(append(at, "caCertificatePem"), "%v, want a PEM text or the path of one", err)
		}
		_, err = r.RegisterCACertificate(registry.CACertificate{
			CertificatePem: text, Status: cmp.Or(ca.Status, "ACTIVE"), CertificateMode: ca.CertificateMode,
			AutoRegistrationStatus: ca.AutoRegistrationStatus, RegistrationConfig: ca.RegistrationConfig,
		})
		return c.refused(at, err)
	})
}

func (c *Config) putCertificates(r *registry.Registry) error {
	return each(c.Certificates, func(i int, cert Certificate) error {
		at := []any{"certificates", i}
		text, err := cert.CertificatePem.text(c)
		if err != nil {
			return c.errorf(append(at, "certificatePem"), "%v, want a PEM text or the path of one", err)
		}
		made, err := r.AddCertificate(registry.Certificate{
			CertificatePem: text, Status: cert.Status, CertificateMode: cert.CertificateMode, CACertificateID: cert.CACertificateID})
		if err != nil {
			return c.refused(at, err)
		}
		return errors.Join(
			c.attachThings(r, at, cert.Things, made.CertificateArn, cert.ThingPrincipalType),
			c.attach(r, at, cert.Policies, made.CertificateArn),
		)
	})
}

func (c *Config) putServerCertificates(r *registry.Registry) error {
	return each(c.ServerCertificates, func(i int, s ServerCertificate) error {
		at := []any{"serverCertificates", i}
		cert, err1 := s.Certificate.text(c)
		chain, err2 := s.CertificateChain.text(c)
		key, err3 := s.PrivateKey.text(c)
		if err := cmp.Or(err1, err2, err3); err != nil {
			return c.errorf(at, "server certificate %q: %v, want PEM texts or the paths of them", s.CertificateArn, err)
		}
		made := registry.ServerCertificate{CertificateArn: s.CertificateArn, Type: s.Type, PEM: cert, ChainPEM: chain}
		if made.CertificateArn == "" { // the same after each reload
			made.CertificateArn = fmt.Sprintf("arn:%s:acm:%s:%s:certificate/%s", r.Partition(), r.Region(), r.Account(), uuid.NewSHA1(uuid.NameSpaceOID, []byte(cert)))
		}
		_, err := r.PutServerCertificate(made, key)
		return c.refused(at, err)
	})
}
