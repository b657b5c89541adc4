package registry

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestPutServerCertificate(t *testing.T) {
	ca := newCA(t, "ca")
	template := newTemplate("first")
	template.DNSNames = []string{"a.example.test", "*.example.test"}
	good, plain := sign(t, template, &ca), sign(t, newTemplate("only.example.test"), nil)
	const arn = "arn:aws:acm:us-east-1:000000000000:certificate/11111111-2222-3333-4444-555555555555"
	tests := []struct {
		name, arn, pem, chain, key string
		wantNames                  []string
		code, part                 string
		source                     string
	}{
		{"with a chain", "", good.pem, ca.pem, good.keyPEM, template.DNSNames, "", "", "A-268"},
		{"no trailing line break", "", strings.TrimSpace(good.pem), ca.pem, good.keyPEM, template.DNSNames, "", "", "A-268"},
		{"common name only", arn, plain.pem, "", plain.keyPEM, []string{"only.example.test"}, "", "", "A-269"},
		{"key of another", "", good.pem, "", plain.keyPEM, nil, InvalidRequest, "privateKey is not the key of the certificate",
			"ACM:ImportCertificate"},
		{"no key", "", good.pem, "", "", nil, InvalidRequest, "privateKey is no PEM", "ACM:ImportCertificate"},
		{"no certificate", "", good.keyPEM, "", good.keyPEM, nil, CertificateValidation, "certificate is no PEM certificate",
			"ACM:ImportCertificate"},
		{"ARN of another service", "arn:aws:iot:us-east-1:000000000000:cert/x", good.pem, "", good.keyPEM, nil, InvalidRequest,
			"want arn:aws:acm:us-east-1:000000000000:certificate/<id>", "A-268"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRegistry(t, Options{})
			got, err := r.PutServerCertificate(ServerCertificate{CertificateArn: tt.arn, PEM: tt.pem, ChainPEM: tt.chain}, tt.key)
			expect(t, tt.name, err, tt.code, tt.part, tt.source)
			if err != nil {
				return
			}
			if !slices.Equal(got.SubjectAlternativeNames, tt.wantNames) || got.DomainName != tt.wantNames[0] || got.Type != Imported ||
				got.Status != Issued {
				t.Errorf("got %v, %s, %s, want %v, IMPORTED, ISSUED (%s)", got.SubjectAlternativeNames, got.Type, got.Status, tt.wantNames, tt.source)
			}
			stored, ok := r.ServerCertificate(got.CertificateArn)
			if !ok || stored.TLS().PrivateKey == nil ||
				!strings.HasPrefix(got.CertificateArn, orElse(tt.arn, "arn:aws:acm:us-east-1:000000000000:certificate/")) {
				t.Errorf("got %s, %v, want it stored with its key (%s)", got.CertificateArn, ok, tt.source)
			}
		})
	}
}

// No verb prints the key.
func TestServerCertificateKeepsItsKey(t *testing.T) {
	s := sign(t, newTemplate("a.example.test"), nil)
	c := must(newRegistry(t, Options{}).PutServerCertificate(ServerCertificate{PEM: s.pem}, s.keyPEM))(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, c); got != "server certificate "+c.CertificateArn {
			t.Errorf("%s: got %s, want the ARN alone (design: no secrets)", verb, got)
		}
	}
}

func TestReplaceAndDeleteServerCertificate(t *testing.T) {
	r := newRegistry(t, Options{})
	s := sign(t, serverTemplate("a.example.test"), nil)
	c := must(r.PutServerCertificate(ServerCertificate{PEM: s.pem}, s.keyPEM))(t)
	s = sign(t, serverTemplate("a.example.test"), nil)
	again := must(r.PutServerCertificate(ServerCertificate{CertificateArn: c.CertificateArn, PEM: s.pem}, s.keyPEM))(t)
	if all := r.ServerCertificates(); len(all) != 1 || again.CreatedAt != c.CreatedAt || all[0].PEM != s.pem {
		t.Errorf("got %v, want one, replaced (ACM:ImportCertificate)", all)
	}
	must(r.CreateDomainConfiguration(DomainConfiguration{DomainConfigurationName: "d", DomainName: "a.example.test",
		DomainConfigurationStatus: Disabled, ServerCertificateArns: []string{c.CertificateArn}}))(t)
	expect(t, "in use", r.DeleteServerCertificate(c.CertificateArn), "ResourceInUseException", `belongs to domain configuration "d"`,
		"ACM:DeleteCertificate")
	expect(t, "delete the domain", r.DeleteDomainConfiguration("d"), "", "", "A-274")
	expect(t, "free", r.DeleteServerCertificate(c.CertificateArn), "", "", "ACM:DeleteCertificate")
	expect(t, "gone", r.DeleteServerCertificate(c.CertificateArn), NotFound, "", "ACM:DeleteCertificate")
}
