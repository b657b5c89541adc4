package registry

import "testing"

func TestRegisterCACertificate(t *testing.T) {
	ca, leaf := newCA(t, "ca"), sign(t, newTemplate("device"), nil)
	with := func(change func(*CACertificate)) CACertificate {
		c := CACertificate{CertificatePem: ca.pem}
		change(&c)
		return c
	}
	config := func(c RegistrationConfig) CACertificate {
		return with(func(ca *CACertificate) { ca.RegistrationConfig = &c })
	}
	tests := []struct {
		name       string
		ca         CACertificate
		code, part string
		source     string
	}{
		{"defaults", with(func(*CACertificate) {}), "", "", "A-236"},
		{"no CA", CACertificate{CertificatePem: leaf.pem}, CertificateValidation, "is no CA, want basicConstraints CA:TRUE",
			"API:RegisterCACertificate"},
		{"status", with(func(c *CACertificate) { c.Status = Revoked }), InvalidRequest, "status is \"REVOKED\", want ACTIVE or INACTIVE",
			"API:RegisterCACertificate"},
		{"mode", with(func(c *CACertificate) { c.CertificateMode = "SNI" }), InvalidRequest, "want DEFAULT or SNI_ONLY", "A-236"},
		{"registration", with(func(c *CACertificate) { c.AutoRegistrationStatus = "ENABLED" }), InvalidRequest, "want ENABLE or DISABLE",
			"A-239"},
		{"template", config(RegistrationConfig{TemplateBody: `{}`, RoleArn: "arn:aws:iam::000000000000:role/x"}), "", "", "A-243"},
		{"broken template", config(RegistrationConfig{TemplateBody: `{`}), InvalidRequest, "templateBody that is no JSON", "A-243"},
		{"two templates", config(RegistrationConfig{TemplateBody: `{}`, TemplateName: "t"}), InvalidRequest, "want one of them",
			"API:RegistrationConfig"},
		{"odd name", config(RegistrationConfig{TemplateName: "a b"}), InvalidRequest, "templateName that has ' '", "API:RegistrationConfig"},
	}
	for _, tt := range tests {
		r := newRegistry(t, Options{})
		got, err := r.RegisterCACertificate(tt.ca)
		expect(t, tt.name, err, tt.code, tt.part, tt.source)
		if err != nil {
			continue
		}
		if got.Status != Inactive || got.AutoRegistrationStatus != Disable || got.CertificateMode != ModeDefault ||
			got.CertificateArn != "arn:aws:iot:us-east-1:000000000000:cacert/"+CertificateIDOf(ca.x509) {
			t.Errorf("%s: got %+v, want INACTIVE, DISABLE, DEFAULT and its ARN (%s)", tt.name, got, tt.source)
		}
		_, err = r.RegisterCACertificate(tt.ca)
		expect(t, "twice", err, AlreadyExists, "", "API:RegisterCACertificate")
	}
}

func TestUpdateAndDeleteCACertificate(t *testing.T) {
	r := newRegistry(t, Options{})
	id := must(r.RegisterCACertificate(CACertificate{CertificatePem: newCA(t, "ca").pem}))(t).CertificateID
	got := must(r.UpdateCACertificate(id,
		CACertificateUpdate{Status: Active, AutoRegistrationStatus: Enable, RegistrationConfig: &RegistrationConfig{TemplateName: "t"}}))(t)
	if got.Status != Active || got.AutoRegistrationStatus != Enable || got.RegistrationConfig == nil {
		t.Errorf("got %+v, want ACTIVE, ENABLE and the template (API:UpdateCACertificate)", got)
	}
	got = must(r.UpdateCACertificate(id, CACertificateUpdate{RemoveAutoRegistration: true}))(t)
	if got.AutoRegistrationStatus != Disable || got.RegistrationConfig != nil || got.Status != Active {
		t.Errorf("got %+v, want ACTIVE without registration (API:UpdateCACertificate)", got)
	}
	_, err := r.UpdateCACertificate(id, CACertificateUpdate{Status: "on"})
	expect(t, "status", err, InvalidRequest, "status is \"on\"", "API:UpdateCACertificate")
	_, err = r.UpdateCACertificate("ab", CACertificateUpdate{})
	expect(t, "no id", err, InvalidRequest, "caCertificateId", "API:UpdateCACertificate")
	expect(t, "ACTIVE", r.DeleteCACertificate(id), CertificateState, "is ACTIVE", "API:DeleteCACertificate")
	must(r.UpdateCACertificate(id, CACertificateUpdate{Status: Inactive}))(t)
	expect(t, "INACTIVE", r.DeleteCACertificate(id), "", "", "API:DeleteCACertificate")
	expect(t, "gone", r.DeleteCACertificate(id), NotFound, "", "API:DeleteCACertificate")
	if _, ok := r.CACertificate(id); ok || len(r.CACertificates()) != 0 {
		t.Error("got a CA, want none (API:DeleteCACertificate)")
	}
}
