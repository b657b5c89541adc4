package registry

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"strings"
	"testing"
	"time"
)

func serverTemplate(dnsNames ...string) *x509.Certificate {
	template := newTemplate(dnsNames[0])
	template.DNSNames, template.ExtKeyUsage = dnsNames, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	return template
}

func TestServerCertificateOfADomain(t *testing.T) {
	with := func(change func(*x509.Certificate)) *x509.Certificate {
		template := serverTemplate("d.example.test")
		change(template)
		return template
	}
	tests := []struct {
		name     string
		template *x509.Certificate
		domain   string
		want     string // part of the error
		source   string
	}{
		{"the name", serverTemplate("d.example.test"), "d.example.test", "", "A-269"},
		{"another case", serverTemplate("D.example.test"), "d.Example.test", "", "A-269"},
		{"wildcard", serverTemplate("*.example.test"), "d.example.test", "", "A-269"},
		{"wildcard two levels up", serverTemplate("*.example.test"), "x.d.example.test", `is for *.example.test, want "x.d.example.test"`,
			"A-269"},
		{"another name", serverTemplate("e.example.test"), "d.example.test", `is for e.example.test, want "d.example.test"`, "A-269"},
		{"common name beside other names", with(func(c *x509.Certificate) {
			c.Subject.CommonName, c.DNSNames = "d.example.test", []string{"e.example.test"}
		}), "d.example.test", "is for e.example.test", "A-269"},
		{"common name alone", with(func(c *x509.Certificate) { c.Subject.CommonName, c.DNSNames = "d.example.test", nil }), "d.example.test", "",
			"A-269"},
		{"for clients", with(func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }), "d.example.test",
			"want the extended key usage serverAuth", "A-269"},
		{"5 names", serverTemplate("d.example.test", "b", "c", "d", "e"), "d.example.test", "has 5 names, want at most 4", "A-269"},
		{"expired", with(func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) }), "d.example.test", "want one that is valid now",
			"A-269"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRegistry(t, Options{})
			s := sign(t, tt.template, nil)
			arn := must(r.PutServerCertificate(ServerCertificate{PEM: s.pem}, s.keyPEM))(t).CertificateArn
			_, err := r.CreateDomainConfiguration(DomainConfiguration{DomainConfigurationName: "d", DomainName: tt.domain,
				ServerCertificateArns: []string{arn}})
			code, status := "", Valid
			if tt.want != "" {
				code, status = CertificateValidation, Invalid
			}
			expect(t, tt.name, err, code, tt.want, tt.source)
			if got, detail := r.ServerCertificateStatus(arn, tt.domain); got != status || !strings.Contains(detail, tt.want) {
				t.Errorf("status: got %s %q, want %s %q (A-270)", got, detail, status, tt.want)
			}
		})
	}
}

func TestServerCertificateARNs(t *testing.T) {
	const unknown = "arn:aws:acm:us-east-1:000000000000:certificate/x"
	tests := []struct {
		name       string
		domain     DomainConfiguration
		code, part string
		source     string
	}{
		{"two", DomainConfiguration{DomainName: "d.example.test", ServerCertificateArns: []string{unknown, unknown}}, InvalidRequest,
			"serverCertificateArns has 2 entries, want 1", "A-268"},
		{"unknown", DomainConfiguration{DomainName: "d.example.test", ServerCertificateArns: []string{unknown}}, CertificateValidation,
			"want a server certificate that exists", "A-268"},
		{"another region", DomainConfiguration{DomainName: "d.example.test",
			ServerCertificateArns: []string{"arn:aws:acm:eu-west-1:000000000000:certificate/x"}}, InvalidRequest,
			"want arn:aws:acm:us-east-1:000000000000:certificate/<id>", "A-268"},
		{"without a domain name", DomainConfiguration{ServerCertificateArns: []string{unknown}}, InvalidRequest, "domainName is missing",
			"A-268"},
		{"validation by another account",
			DomainConfiguration{DomainName: "d.example.test", ValidationCertificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/x"},
			InvalidRequest, "validationCertificateArn is", "A-268"},
		{"validation", DomainConfiguration{DomainName: "d.example.test", ValidationCertificateArn: unknown}, "", "", "A-268"},
	}
	for _, tt := range tests {
		tt.domain.DomainConfigurationName = "d"
		_, err := newRegistry(t, Options{}).CreateDomainConfiguration(tt.domain)
		expect(t, tt.name, err, tt.code, tt.part, tt.source)
	}
}

func TestServerKeys(t *testing.T) {
	for bits, want := range map[int]bool{2048: true, 3072: false} {
		key := must(rsa.GenerateKey(rand.Reader, bits))(t)
		if got := strongServerKey(&x509.Certificate{PublicKey: &key.PublicKey}); got != want {
			t.Errorf("RSA of %d bits: got %v, want %v (A-269)", bits, got, want)
		}
	}
}
