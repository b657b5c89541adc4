package cloudformation

import (
	"maps"

	"github.com/suback/suback/emulator/registry"
)

const caType = "AWS::IoT::CACertificate"

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
