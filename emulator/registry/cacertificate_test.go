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
		{"no CA", CACertificate{CertificatePem: leaf.pem}, CertificateValidation, "is no CA, want basicConstraints CA:TRUE", "API:RegisterCACertificate"},
		{"status", with(func(c *CACertificate) { c.Status = Revoked }), InvalidRequest, "status is \"REVOKED\", want ACTIVE or INACTIVE", "API:RegisterCACertificate"},
		{"mode", with(func(c *CACertificate) { c.CertificateMode = "SNI" }), InvalidRequest, "want DEFAULT or SNI_ONLY", "A-236"},
		{"registration", with(func(c *CACertificate) { c.AutoRegistrationStatus = "ENABLED" }), InvalidRequest, "want ENABLE or DISABLE", "A-239"},
		{"template", config(RegistrationConfig{TemplateBody: `{}`, RoleArn: "arn:aws:iam::000000000000:role/x"}), "", "", "A-243"},
		{"broken template", config(RegistrationConfig{TemplateBody: `{`}), InvalidRequest, "templateBody that is no JSON", "A-243"},
		{"two templates", config(RegistrationConfig{TemplateBody: `{}`, TemplateName: "t"}), InvalidRequest, "want one of them", "API:RegistrationConfig"},
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
	got := must(r.UpdateCACertificate(id, CACertificateUpdate{Status: Active, AutoRegistrationStatus: Enable, RegistrationConfig: &RegistrationConfig{TemplateName: "t"}}))(t)
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

func TestAutoRegister(t *testing.T) {
	ca := newCA(t, "ca")
	leaf := sign(t, newTemplate("device"), &ca)
	tests := []struct {
		name          string
		status, auto  string
		code, source  string
		wantInstalled bool
	}{
		{"ready", Active, Enable, "", "A-239", true},
		{"no automatic registration", Active, Disable, CertificateValidation, "A-239", false},
		{"INACTIVE CA", Inactive, Enable, CertificateValidation, "A-239", false},
	}
	for _, tt := range tests {
		r := newRegistry(t, Options{})
		registered := must(r.RegisterCACertificate(CACertificate{CertificatePem: ca.pem, Status: tt.status, AutoRegistrationStatus: tt.auto}))(t)
		got, err := r.AutoRegister(leaf.x509)
		expect(t, tt.name, err, tt.code, "want an ACTIVE CA certificate", tt.source)
		if err == nil && (got.Status != PendingActivation || got.CACertificateID != registered.CertificateID || got.CertificatePem != leaf.pem) {
			t.Errorf("%s: got %+v, want PENDING_ACTIVATION of %s (%s)", tt.name, got, registered.CertificateID, tt.source)
		}
		if _, ok := r.CertificateOf(leaf.x509); ok != tt.wantInstalled {
			t.Errorf("%s: registered: got %v, want %v (%s)", tt.name, ok, tt.wantInstalled, tt.source)
		}
		if tt.wantInstalled {
			must(r.UpdateCertificateStatus(got.CertificateID, Active))(t)
			if again := must(r.AutoRegister(leaf.x509))(t); again.Status != Active {
				t.Errorf("again: got %s, want ACTIVE as it was (A-241)", again.Status)
			}
		}
	}
}

func TestIssuerOf(t *testing.T) {
	ca, other := newCA(t, "ca"), newCA(t, "ca") // two of one subject
	leaf := sign(t, newTemplate("device"), &ca)
	r := newRegistry(t, Options{})
	if _, ok := r.IssuerOf(leaf.x509); ok {
		t.Error("got an issuer, want none (A-239)")
	}
	for _, c := range []signer{ca, other} {
		must(r.RegisterCACertificate(CACertificate{CertificatePem: c.pem}))(t)
	}
	if got, ok := r.IssuerOf(leaf.x509); !ok || got.CertificatePem != ca.pem {
		t.Errorf("got %v, %v, want the CA whose key signed (A-239)", got.CertificateID, ok)
	}
	_, err := r.RegisterCertificate(leaf.pem, Active, "")
	expect(t, "ambiguous", err, CertificateConflict, "subject 2 CA certificates have, want caCertificatePem", "API:RegisterCertificate")
	_, err = r.RegisterCertificate(leaf.pem, Active, ca.pem)
	expect(t, "named", err, "", "", "API:RegisterCertificate")
	for range 8 {
		must(r.RegisterCACertificate(CACertificate{CertificatePem: newCA(t, "ca").pem}))(t)
	}
	_, err = r.RegisterCACertificate(CACertificate{CertificatePem: newCA(t, "ca").pem})
	expect(t, "11th of one subject", err, LimitExceeded, "has the subject of 10 others", "Q")
}
