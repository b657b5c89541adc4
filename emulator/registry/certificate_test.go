package registry

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
)

func TestRegisterCertificate(t *testing.T) {
	ca, other := newCA(t, "ca"), newCA(t, "other")
	leaf := sign(t, newTemplate("device"), &ca)
	foreign := sign(t, newTemplate("device"), &other)
	tests := []struct {
		name             string
		pem, status, ca  string
		code, part       string
		wantMode, source string
	}{
		{"its CA is found", leaf.pem, Active, "", "", "", ModeDefault, "API:RegisterCertificate"},
		{"its CA is given", leaf.pem, Active, ca.pem, "", "", ModeDefault, "API:RegisterCertificate"},
		{"no status", leaf.pem, "", ca.pem, "", "", ModeDefault, "API:RegisterCertificate"},
		{"PENDING_ACTIVATION", leaf.pem, PendingActivation, "", CertificateState, "not allowed to be registered with PENDING_ACTIVATION status",
			"", "A-237"},
		{"PENDING_TRANSFER", leaf.pem, PendingTransfer, "", InvalidRequest, "status is", "", "A-224"},
		{"unknown CA", foreign.pem, Active, "", CertificateState, "no issuer among the registered CA certificates", "", "A-336"},
		{"CA that is not registered", foreign.pem, Active, other.pem, CertificateState, "is not registered", "", "A-336"},
		{"another CA", foreign.pem, Active, ca.pem, CertificateValidation, "is not signed by caCertificatePem", "", "API:RegisterCertificate"},
		{"no PEM", "abc", Active, "", CertificateValidation, "certificatePem is no PEM certificate", "", "API:RegisterCertificate"},
		{"a key", leaf.keyPEM, Active, "", CertificateValidation, "certificatePem is no PEM certificate", "", "API:RegisterCertificate"},
		{"broken", pemOf("CERTIFICATE", []byte("x")), Active, "", CertificateValidation, "cannot be read", "", "API:RegisterCertificate"},
		{"too long", strings.Repeat(" ", 65537), Active, "", InvalidRequest, "want at most 65536", "", "API:RegisterCertificate"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRegistry(t, Options{})
			registered := must(r.RegisterCACertificate(CACertificate{CertificatePem: ca.pem}))(t)
			got, err := r.RegisterCertificate(tt.pem, tt.status, tt.ca)
			expect(t, tt.name, err, tt.code, tt.part, tt.source)
			if err == nil && (got.CACertificateID != registered.CertificateID || got.CertificateMode != tt.wantMode ||
				got.Status != orElse(tt.status, Inactive)) {
				t.Errorf("got %+v, want CA %s, mode %s (%s)", got, registered.CertificateID, tt.wantMode, tt.source)
			}
		})
	}
}

func TestCertificateAsStored(t *testing.T) {
	r := newRegistry(t, Options{Region: "eu-west-1", Account: "123456789012"})
	leaf := sign(t, newTemplate("device"), nil)
	sum := sha256.Sum256(leaf.x509.Raw)
	id := hex.EncodeToString(sum[:])
	c := must(r.RegisterCertificateWithoutCA(leaf.pem, Active))(t)
	if c.CertificateID != id || c.CertificateArn != "arn:aws:iot:eu-west-1:123456789012:cert/"+id {
		t.Errorf("got id %s, ARN %s, want the SHA-256 of the DER, %s (A-223)", c.CertificateID, c.CertificateArn, id)
	}
	if c.CertificateMode != ModeSNIOnly || c.CACertificateID != "" || !c.NotAfter.Equal(leaf.x509.NotAfter) {
		t.Errorf("got %+v, want SNI_ONLY without a CA, and its validity (A-236)", c)
	}
	for _, spelled := range []string{id, strings.ToUpper(id), "0x" + id} {
		if _, ok := r.Certificate(spelled); !ok {
			t.Errorf("Certificate(%s): got none, want one (API: pattern of CertificateId)", spelled)
		}
	}
	if got, ok := r.CertificateOf(leaf.x509); !ok || got.CertificateID != id || got.X509() == nil {
		t.Errorf("CertificateOf: got %v, %v, want it (A-226)", got, ok)
	}
	_, err := r.CreateCertificate(leaf.pem, Active)
	expect(t, "twice", err, AlreadyExists, "", "API:RegisterCertificate")
	if e := err.(*Error); e.ResourceID != id || e.ResourceARN != c.CertificateArn {
		t.Errorf("got %+v, want its id and ARN (API:RegisterCertificate)", e)
	}
	must(r.CreateCertificate(sign(t, newTemplate("device"), nil).pem, ""))(t)
	ids := []string{}
	for _, c := range r.Certificates() {
		ids = append(ids, c.CertificateID)
	}
	if len(ids) != 2 || !slices.IsSorted(ids) {
		t.Errorf("got %v, want two ids, sorted (design: stable order)", ids)
	}
}

// Certificates come with RSA keys too, but not with any.
func TestWeakKeys(t *testing.T) {
	for bits, code := range map[int]string{1024: CertificateValidation, 2048: ""} {
		key := must(rsa.GenerateKey(rand.Reader, bits))(t)
		template := newTemplate("device")
		der := must(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))(t)
		_, err := newRegistry(t, Options{}).RegisterCertificateWithoutCA(pemOf("CERTIFICATE", der), Active)
		expect(t, "RSA", err, code, "has an RSA key of 1024 bits, want 2048 or more", "A-230")
	}
}

func TestUpdateCertificateStatus(t *testing.T) {
	tests := []struct {
		status, code, part, source string
	}{
		{Inactive, "", "", "A-224"},
		{Revoked, "", "", "A-224"},
		{Active, "", "", "A-224"},
		{PendingActivation, CertificateState, "cannot be set to PENDING_ACTIVATION", "API:UpdateCertificate"},
		{PendingTransfer, CertificateState, "cannot be set to PENDING_TRANSFER", "API:UpdateCertificate"},
		{"active", InvalidRequest, `newStatus is "active"`, "API:UpdateCertificate"},
	}
	for _, tt := range tests {
		r := newRegistry(t, Options{})
		c := must(r.CreateCertificate(sign(t, newTemplate("device"), nil).pem, Active))(t)
		got, err := r.UpdateCertificateStatus(c.CertificateID, tt.status)
		expect(t, tt.status, err, tt.code, tt.part, tt.source)
		if err == nil && got.Status != tt.status {
			t.Errorf("got %s, want %s (%s)", got.Status, tt.status, tt.source)
		}
	}
	r := newRegistry(t, Options{})
	_, err := r.UpdateCertificateStatus(strings.Repeat("a", 64), Active)
	expect(t, "unknown", err, NotFound, "", "API:UpdateCertificate")
	_, err = r.UpdateCertificateStatus("abc", Active)
	expect(t, "no id", err, InvalidRequest, "certificateId is \"abc\", want 64 hexadecimal digits", "API:UpdateCertificate")
}

func TestDeleteCertificate(t *testing.T) {
	r := newRegistry(t, Options{})
	c := must(r.CreateCertificate(sign(t, newTemplate("device"), nil).pem, Active))(t)
	id, arn := c.CertificateID, c.CertificateArn
	must(r.CreatePolicy("p", allow))(t)
	must(r.CreateThing(Thing{ThingName: "x"}))(t)
	expect(t, "attach", r.AttachPolicy("p", arn), "", "", "API")
	expect(t, "attach", r.AttachThingPrincipal("x", arn, ""), "", "", "API")
	expect(t, "ACTIVE", r.DeleteCertificate(id, true), CertificateState, "is ACTIVE, want it INACTIVE", "A-244")
	must(r.UpdateCertificateStatus(id, Inactive))(t)
	expect(t, "a thing", r.DeleteCertificate(id, true), DeleteConflict, "is attached to things, want it detached first: x",
		"API:DeleteCertificate")
	expect(t, "detach", r.DetachThingPrincipal("x", arn), "", "", "API")
	expect(t, "a policy", r.DeleteCertificate(id, false), DeleteConflict, "has policies attached, want them detached or forceDelete: p",
		"A-244")
	expect(t, "a policy, by force", r.DeleteCertificate(id, true), "", "", "A-244")
	expect(t, "gone", r.DeleteCertificate(id, false), NotFound, "", "API:DeleteCertificate")
	if got := r.TargetsOf("p"); len(got) != 0 {
		t.Errorf("got targets %v, want none (A-244)", got)
	}
}
