package registry

import "testing"

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
