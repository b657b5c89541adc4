package registry

import (
	"strings"
	"testing"
	"time"
)

func TestAddPolicy(t *testing.T) {
	version := func(id string, isDefault bool) PolicyVersion {
		return PolicyVersion{VersionID: id, Document: allow, IsDefault: isDefault}
	}
	tests := []struct {
		name     string
		versions []PolicyVersion
		want     string // ids, the default one in parentheses
		part     string // of the error
		source   string
	}{
		{"one", []PolicyVersion{version("", true)}, "(1)", "", "B-129"},
		{"numbered on", []PolicyVersion{version("3", false), version("", true)}, "3 (4)", "", "B-129"},
		{"a gap", []PolicyVersion{version("2", true), version("7", false)}, "(2) 7", "", "B-129"},
		{"in disorder", []PolicyVersion{version("2", true), version("1", false)}, "",
			`policyVersions[1] has versionId "1", want a number above 2`, "B-129"},
		{"no number", []PolicyVersion{version("x", true)}, "", `has versionId "x", want a number`, "B-129"},
		{"none", nil, "", "have 0 with isDefaultVersion, want 1", "B-129"},
		{"two defaults", []PolicyVersion{version("", true), version("", true)}, "", "have 2 with isDefaultVersion, want 1", "B-129"},
		{"six", []PolicyVersion{version("", true), version("", false), version("", false), version("", false), version("", false),
			version("", false)}, "", "are 6, want at most 5", "B-129"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRegistry(t, Options{})
			p, err := r.AddPolicy("p", tt.versions)
			if text(err) != "" || tt.part != "" {
				if !strings.Contains(text(err), tt.part) || tt.part == "" {
					t.Errorf("got error %v, want …%s… (%s)", err, tt.part, tt.source)
				}
				return
			}
			var ids []string
			for _, v := range p.Versions {
				if v.IsDefault {
					v.VersionID = "(" + v.VersionID + ")"
				}
				ids = append(ids, v.VersionID)
			}
			if got := strings.Join(ids, " "); got != tt.want {
				t.Errorf("got versions %s, want %s (%s)", got, tt.want, tt.source)
			}
		})
	}
	r := newRegistry(t, Options{})
	must(r.CreatePolicy("p", allow))(t)
	expect(t, "twice", second(r.AddPolicy("p", []PolicyVersion{version("", true)})), AlreadyExists, "", "A-68")
	expect(t, "malformed", second(r.AddPolicy("q", []PolicyVersion{{Document: "{", IsDefault: true}})), MalformedPolicy, "", "B-113")
	expect(t, "name", second(r.AddPolicy("a b", []PolicyVersion{version("", true)})), InvalidRequest, "policyName has ' '", "API:CreatePolicy")
}

func second[T any](_ T, err error) error { return err }

func TestAddCertificate(t *testing.T) {
	r := newRegistry(t, Options{})
	ca := newCA(t, "ca")
	id := must(r.RegisterCACertificate(CACertificate{CertificatePem: ca.pem}))(t).CertificateID
	for _, status := range []string{Active, Inactive, Revoked, PendingTransfer, RegisterInactive, PendingActivation} {
		c := must(r.AddCertificate(Certificate{CertificatePem: sign(t, newTemplate(status), &ca).pem, Status: status, CACertificateID: id,
			CertificateMode: ModeSNIOnly}))(t)
		if got, ok := r.Certificate(c.CertificateID); !ok || got.Status != status || got.CACertificateID != id ||
			got.CertificateMode != ModeSNIOnly {
			t.Errorf("%s: got %v %s, want it as it was given (A-237)", status, ok, got.Status)
		}
	}
	pem := sign(t, newTemplate("c"), nil).pem
	if c := must(r.AddCertificate(Certificate{CertificatePem: pem}))(t); c.Status != Active || c.CertificateMode != ModeDefault {
		t.Errorf("got %s %s, want ACTIVE DEFAULT (fixtures/suback.yaml)", c.Status, c.CertificateMode)
	}
	expect(t, "twice", second(r.AddCertificate(Certificate{CertificatePem: pem})), AlreadyExists, "", "A-223")
	for _, tt := range []struct{ c, part string }{{"status", "status is"}, {"mode", "certificateMode is"}, {"ca", "caCertificateId is"}} {
		c := Certificate{CertificatePem: sign(t, newTemplate("d"), nil).pem}
		switch tt.c {
		case "status":
			c.Status = "x"
		case "mode":
			c.CertificateMode = "x"
		case "ca":
			c.CACertificateID = "x"
		}
		expect(t, tt.c, second(r.AddCertificate(c)), InvalidRequest, tt.part, "API:DescribeCertificate")
	}
	expect(t, "no PEM", second(r.AddCertificate(Certificate{})), CertificateValidation, "", "A-223")
}

func TestAddIdentity(t *testing.T) {
	r := newRegistry(t, Options{})
	must(r.PutIdentityPool(IdentityPool{IdentityPoolID: somePool}))(t)
	old := must(r.NewIdentity(somePool, map[string]string{"login": "me"}))(t)
	next := newRegistry(t, Options{})
	must(next.PutIdentityPool(IdentityPool{IdentityPoolID: somePool}))(t)
	must(next.AddIdentity(old))(t)
	if got := must(next.NewIdentity(somePool, map[string]string{"login": "me"}))(t); got.IdentityID != old.IdentityID {
		t.Errorf("got another identity for the same login, want %s (A-255)", old.IdentityID)
	}
	expect(t, "no pool", second(newRegistry(t, Options{}).AddIdentity(old)), NotFound, "", "A-255")
	expect(t, "no id", second(next.AddIdentity(Identity{IdentityID: "x", IdentityPoolID: somePool})), InvalidRequest, "is no id", "A-255")
}

func TestLists(t *testing.T) {
	r := full(t)
	if keys := r.Credentials(); len(keys) != 1 || keys[0].AccessKeyID != "AKIA1" {
		t.Errorf("got %v, want the long-term keys alone (A-261)", keys)
	}
	r.IssueCredential(Credential{}, time.Hour)
	const unknown = "eu-west-1:99999999-2222-3333-4444-555555555555"
	expect(t, "attach", r.AttachPolicy("p", unknown), "", "", "A-218")
	if ids := r.IdentityIDs(); len(ids) != 2 || !strings.Contains(strings.Join(ids, " "), unknown) {
		t.Errorf("got identities %v, want the known one and the one that has a policy (A-218)", ids)
	}
	if tags := r.TaggedResources(); len(tags) != 1 || tags[r.arn("iot", "thinggroup/g")]["a key"] != "v" {
		t.Errorf("got tags %v, want those of the group (A-71)", tags)
	}
}
