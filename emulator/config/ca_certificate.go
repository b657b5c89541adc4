package config

import (
	"cmp"
	"maps"

	"github.com/suback/suback/emulator/registry"
)

// CA certificates in suback.yaml and in a CloudFormation template.

const caType = "AWS::IoT::CACertificate"

func caCertificateKind() kind {
	return kind{key: "caCertificates", put: (*Config).putCACertificates,
		read: func(x *exporting, c *Config) { c.CACertificates = x.caCertificates() }, add: (*template).
			addCACertificates}
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

func (t *template) addCACertificates() {
	for _, c := range t.CACertificates() {
		properties := map[string]any{"CACertificatePem": c.CertificatePem, "Status": c.Status,
			"CertificateMode":        c.CertificateMode,
			"AutoRegistrationStatus": c.AutoRegistrationStatus,
			"Tags":                   t.tagsWithValues(caType, shortID(c.CertificateID), c.CertificateArn)}
		if c.CertificateMode == registry.ModeDefault {
			properties["VerificationCertificatePem"] = t.parameter("VerificationCertificate", shortID(c.CertificateID),
				"PEM of a certificate that bears the account's registration code and is signed by the CA "+c.X509().
					Subject.CommonName)
		}
		if rc := c.RegistrationConfig; rc != nil {
			config := map[string]any{"TemplateBody": rc.TemplateBody, "TemplateName": rc.TemplateName, "RoleArn": ""}
			if rc.RoleArn != "" {
				config["RoleArn"] = t.role(rc.RoleArn)
			}
			if maps.DeleteFunc(config, func(_ string, v any) bool { return v == "" }); len(config) > 0 {
				properties["RegistrationConfig"] = config
			}
		}
		t.add(caType, shortID(c.CertificateID), properties)
	}
}
