package config

import (
	"errors"
	"maps"
	"slices"

	"github.com/suback/suback/emulator/registry"
)

// Device certificates in suback.yaml, with the policies and things that are attached to
// them.

func certificateKind() kind {
	return kind{key: "certificates", after: []string{"caCertificates", "policies", "things"},
		put:  (*Config).putCertificates,
		read: func(x *exporting, c *Config) { c.Certificates = x.certificates() }}
}

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

func (c *Config) putCertificates(r *registry.Registry) error {
	return each(c.Certificates, func(i int, cert Certificate) error {
		at := []any{"certificates", i}
		text, err := cert.CertificatePem.text(c)
		if err != nil {
			return c.Errorf(append(at, "certificatePem"), "%v, want a PEM text or the path of one", err)
		}
		made, err := r.AddCertificate(registry.Certificate{
			CertificatePem: text, Status: cert.Status, CertificateMode: cert.CertificateMode,
			CACertificateID: cert.CACertificateID})
		if err != nil {
			return c.refused(at, err)
		}
		return errors.Join(
			c.attachThings(r, at, cert.Things, made.CertificateArn, cert.ThingPrincipalType),
			c.attach(r, at, cert.Policies, made.CertificateArn),
		)
	})
}

// attachThings attaches a principal to things.
func (c *Config) attachThings(
	r *registry.Registry, at []any, names []string, principal, thingPrincipalType string,
) error {
	return each(names, func(i int, name string) error {
		return c.refused(append(at, "things", i), r.AttachThingPrincipal(name, principal, thingPrincipalType))
	})
}

func (x *exporting) certificates() (all []Certificate) {
	for _, c := range x.Certificates() {
		names, kind := x.thingsOf(c.CertificateArn)
		all = append(all, Certificate{CertificatePem: PEM(c.CertificatePem), Status: c.Status,
			CertificateMode: c.CertificateMode,
			CACertificateID: c.CACertificateID, Policies: x.attached(c.CertificateArn), Things: names,
			ThingPrincipalType: kind})
	}
	return all
}

// thingsOf are the things of a principal, and how it is attached to them: in one
// way to all, since an exclusive one has only one.
func (x *exporting) thingsOf(principal string) (names []string, thingPrincipalType string) {
	things := x.ThingsOf(principal)
	for _, name := range slices.Sorted(maps.Keys(things)) {
		names, thingPrincipalType = append(names, name), things[name]
	}
	return names, thingPrincipalType
}
