package config

import (
	"cmp"

	"github.com/suback/suback/emulator/registry"
)

// CA certificates in suback.yaml.

func caCertificateKind() kind {
	return kind{key: "caCertificates", put: (*Config).putCACertificates,
		read: func(x *exporting, c *Config) { c.CACertificates = x.caCertificates() }}
}

// A CACertificate is one whose certificates may register themselves.
type CACertificate struct {
	CACertificatePem PEM    `yaml:"caCertificatePem"`
	Status           string `yaml:"status"`          // default ACTIVE
	CertificateMode  string `yaml:"certificateMode"` // default DEFAULT
	// ENABLE or DISABLE, the default
	AutoRegistrationStatus string                       `yaml:"autoRegistrationStatus"`
	RegistrationConfig     *registry.RegistrationConfig `yaml:"registrationConfig"`
}

func (c *Config) putCACertificates(r *registry.Registry) error {
	return each(c.CACertificates, func(i int, ca CACertificate) error {
		at := []any{"caCertificates", i}
		text, err := ca.CACertificatePem.text(c)
		if err != nil {
			return c.Errorf(append(at, "caCertificatePem"), "%v, want a PEM text or the path of one", err)
		}
		_, err = r.RegisterCACertificate(registry.CACertificate{
			CertificatePem: text, Status: cmp.Or(ca.Status, "ACTIVE"), CertificateMode: ca.CertificateMode,
			AutoRegistrationStatus: ca.AutoRegistrationStatus, RegistrationConfig: ca.RegistrationConfig,
		})
		return c.refused(at, err)
	})
}

func (x *exporting) caCertificates() (all []CACertificate) {
	for _, c := range x.CACertificates() {
		all = append(all, CACertificate{CACertificatePem: PEM(c.CertificatePem), Status: c.Status,
			CertificateMode:        c.CertificateMode,
			AutoRegistrationStatus: c.AutoRegistrationStatus, RegistrationConfig: c.RegistrationConfig})
	}
	return all
}
