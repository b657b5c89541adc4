package registry

import (
	"regexp"
	"testing"
)

func TestRegistrationCode(t *testing.T) {
	r := newRegistry(t, Options{})
	expect(t, "delete none", r.DeleteRegistrationCode(), NotFound, "", "A-338")
	first := must(r.RegistrationCode())(t)
	if !regexp.MustCompile(`\A[0-9a-f]{64}\z`).MatchString(first) {
		t.Errorf("got %s, want 64 hexadecimal digits (A-338)", first)
	}
	if got := must(newRegistry(t, Options{}).RegistrationCode())(t); got != first {
		t.Errorf("after a restart: got %s, want %s (A-338, emulator)", got, first)
	}
	if got := must(newRegistry(t, Options{Account: "123456789012"}).RegistrationCode())(t); got == first {
		t.Error("another account: got the same code, want another (API:GetRegistrationCode)")
	}
	expect(t, "delete", r.DeleteRegistrationCode(), "", "", "A-338")
	second := must(r.RegistrationCode())(t)
	if second == first {
		t.Error("got the deleted code, want another (A-338)")
	}
	if got := must(must(Load(Options{}, r.State()))(t).RegistrationCode())(t); got != second {
		t.Errorf("after a restart with a state: got %s, want %s (A-338, emulator)", got, second)
	}
}

func TestVerifyCA(t *testing.T) {
	r := newRegistry(t, Options{})
	ca, other := newCA(t, "ca"), newCA(t, "ca")
	early := sign(t, newTemplate(r.code()), &ca)
	expect(t, "before anybody asked", r.VerifyCA(ca.pem, early.pem), RegistrationCodeValidation, "", "A-338")
	code := must(r.RegistrationCode())(t)
	tests := []struct {
		name, ca, proof    string
		code, part, source string
	}{
		{"right", ca.pem, sign(t, newTemplate(code), &ca).pem, "", "", "A-338"},
		{"another name", ca.pem, sign(t, newTemplate("device"), &ca).pem, RegistrationCodeValidation, "want the code of GetRegistrationCode",
			"A-338"},
		{"another key", ca.pem, sign(t, newTemplate(code), &other).pem, CertificateValidation, "is not signed with the key", "A-338, guess"},
		{"self-signed", ca.pem, sign(t, newTemplate(code), nil).pem, CertificateValidation, "is not signed with the key", "A-338, guess"},
		{"no certificate", ca.pem, "x", CertificateValidation, "verificationCertificate is no PEM", "API:RegisterCACertificate"},
		{"no CA", "x", early.pem, CertificateValidation, "caCertificate is no PEM", "API:RegisterCACertificate"},
	}
	for _, tt := range tests {
		expect(t, tt.name, r.VerifyCA(tt.ca, tt.proof), tt.code, tt.part, tt.source)
	}
}
