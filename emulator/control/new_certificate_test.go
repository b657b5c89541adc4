package control

//lint:file-ignore SA1019 what is deprecated is still served

import (
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
	"github.com/suback/suback/emulator/registry"
)

func parsePEM(t *testing.T, text string) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		t.Fatalf("got %q, want PEM", text)
	}
	return must[*x509.Certificate](t)(x509.ParseCertificate(block.Bytes))
}

func TestCreateKeysAndCertificate(t *testing.T) {
	b := newBench(t, withCA(t))
	for active, status := range map[bool]string{true: registry.Active, false: registry.Inactive} {
		out, err := b.CreateKeysAndCertificate(ctx, &iot.CreateKeysAndCertificateInput{SetAsActive: active})
		wants(t, status, err, good, "API:CreateKeysAndCertificate")
		if err != nil {
			continue
		}
		if _, err := tls.X509KeyPair([]byte(*out.CertificatePem), []byte(*out.KeyPair.PrivateKey)); err != nil {
			t.Errorf("%s: certificate and key: got %v, want that they fit (A-231)", status, err)
		}
		parsed := parsePEM(t, *out.CertificatePem)
		sum := sha256.Sum256(parsed.Raw)
		is(t, "certificateId", *out.CertificateId, hex.EncodeToString(sum[:]), "A-223")
		is(t, "certificateArn", *out.CertificateArn, "arn:aws:iot:us-east-1:000000000000:cert/"+*out.CertificateId, "A-223")
		is(t, "subject", parsed.Subject.CommonName, "AWS IoT Certificate", "A-231")
		is(t, "public key", strings.HasPrefix(*out.KeyPair.PublicKey, "-----BEGIN PUBLIC KEY-----"), true, "CLI example")
		c, _ := b.registry.Certificate(*out.CertificateId)
		is(t, "status", c.Status, status, "API:CreateKeysAndCertificate")
		is(t, "mode", c.CertificateMode, registry.ModeDefault, "API:CertificateDescription")
	}
}

func TestCreateCertificateFromCSR(t *testing.T) {
	b := newBench(t, withCA(t))
	good256 := csr(t, "pump-7", elliptic.P256())
	tests := []struct {
		name, csr string
		want      refusal
		source    string
	}{
		{"P-256", good256, good, "A-230"},
		{"the same again", good256, good, "API: each request gets another certificate"},
		{"P-224", csr(t, "pump-7", elliptic.P224()), refusal{400, invalidRequest, "want P-256, P-384 or P-521"}, "A-230"},
		{"no PEM", "abc", refusal{400, invalidRequest, "no CERTIFICATE REQUEST block"}, "API:CreateCertificateFromCsr"},
		{"a certificate", newCA(t, "x").pem, refusal{400, invalidRequest, "no CERTIFICATE REQUEST block"}, "API:CreateCertificateFromCsr"},
		{"empty", "", refusal{400, invalidRequest,
			"'certificateSigningRequest' failed to satisfy constraint: Member must have length greater than or equal to 1"}, "A-326"},
	}
	for _, tt := range tests {
		out, err := b.CreateCertificateFromCsr(ctx, &iot.CreateCertificateFromCsrInput{CertificateSigningRequest: &tt.csr, SetAsActive: true})
		wants(t, tt.name, err, tt.want, tt.source)
		if err == nil {
			is(t, tt.name, parsePEM(t, *out.CertificatePem).Subject.CommonName, "pump-7", "A-231")
		}
	}
	is(t, "certificates", len(b.registry.Certificates()), 2, "API:CreateCertificateFromCsr")
}

func TestRegisterCertificate(t *testing.T) {
	ca, other := newCA(t, "ca"), newCA(t, "other")
	leaf, foreign := ca.issue(t, "leaf"), other.issue(t, "foreign")
	noCA := refusal{406, "CertificateStateException", "No CA certificate exists for the given certificate"}
	tests := []struct {
		name   string
		in     iot.RegisterCertificateInput
		status string
		want   refusal
		source string
	}{
		{"plain", iot.RegisterCertificateInput{CertificatePem: &leaf.pem}, registry.Inactive, good, "API:RegisterCertificate"},
		{"with its CA", iot.RegisterCertificateInput{CertificatePem: &leaf.pem, CaCertificatePem: &ca.pem,
			Status: types.CertificateStatusRevoked}, registry.Revoked, good, "API:RegisterCertificate"},
		{"setAsActive", iot.RegisterCertificateInput{CertificatePem: &leaf.pem, SetAsActive: aws.Bool(true)}, registry.Active, good,
			"model: in the query"},
		{"status before setAsActive", iot.RegisterCertificateInput{CertificatePem: &leaf.pem, SetAsActive: aws.Bool(true),
			Status: types.CertificateStatusInactive}, registry.Inactive, good, "guess"},
		{"PENDING_ACTIVATION", iot.RegisterCertificateInput{CertificatePem: &leaf.pem, Status: types.CertificateStatusPendingActivation}, "",
			refusal{406, "CertificateStateException", "Not allowed to register certificate with PENDING_ACTIVATION status"}, "A-237"},
		{"unknown CA", iot.RegisterCertificateInput{CertificatePem: &foreign.pem}, "", noCA, "A-336"},
		{"another CA's PEM", iot.RegisterCertificateInput{CertificatePem: &leaf.pem, CaCertificatePem: &other.pem}, "", noCA, "A-336"},
		{"not signed by it", iot.RegisterCertificateInput{CertificatePem: &foreign.pem, CaCertificatePem: &ca.pem}, "",
			refusal{400, "CertificateValidationException", "not signed by caCertificatePem"}, "API:RegisterCertificate"},
		{"no PEM", iot.RegisterCertificateInput{CertificatePem: aws.String("x")}, "",
			refusal{400, "CertificateValidationException", "no PEM certificate"}, "API:RegisterCertificate"},
		{"odd status", iot.RegisterCertificateInput{CertificatePem: &leaf.pem, Status: "active"}, "",
			refusal{400, invalidRequest, "'status' failed to satisfy constraint: Member must satisfy enum value set"}, "A-326"},
	}
	for _, tt := range tests {
		b := newBench(t)
		registered := must[registry.CACertificate](t)(b.registry.RegisterCACertificate(registry.CACertificate{CertificatePem: ca.pem}))
		out, err := b.RegisterCertificate(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
		if err != nil {
			continue
		}
		c, _ := b.registry.Certificate(*out.CertificateId)
		is(t, tt.name, []string{c.Status, c.CACertificateID, *out.CertificateArn},
			[]string{tt.status, registered.CertificateID, c.CertificateArn}, tt.source)
		_, err = b.RegisterCertificate(ctx, &tt.in)
		wants(t, tt.name+" twice", err, refusal{409, alreadyExists, "The certificate is already provisioned or registered"}, "A-336")
	}
}

// Two CAs of one subject: the caller must say which.
func TestRegisterCertificateOfSeveralCAs(t *testing.T) {
	b := newBench(t)
	ca := newCA(t, "ca")
	leaf := ca.issue(t, "leaf")
	for _, c := range []signer{ca, newCA(t, "ca")} {
		must[registry.CACertificate](t)(b.registry.RegisterCACertificate(registry.CACertificate{CertificatePem: c.pem}))
	}
	_, err := b.RegisterCertificate(ctx, &iot.RegisterCertificateInput{CertificatePem: &leaf.pem})
	wants(t, "which CA", err, refusal{409, "CertificateConflictException", "want caCertificatePem"}, "API:RegisterCertificate")
	_, err = b.RegisterCertificate(ctx, &iot.RegisterCertificateInput{CertificatePem: &leaf.pem, CaCertificatePem: &ca.pem})
	wants(t, "that CA", err, good, "API:RegisterCertificate")
}

func TestRegisterCertificateWithoutCA(t *testing.T) {
	b := newBench(t)
	leaf := newCA(t, "nobody").issue(t, "leaf")
	tests := []struct {
		name   string
		in     iot.RegisterCertificateWithoutCAInput
		want   refusal
		source string
	}{
		{"PENDING_ACTIVATION", iot.RegisterCertificateWithoutCAInput{CertificatePem: &leaf.pem, Status: types.CertificateStatusPendingActivation},
			refusal{406, "CertificateStateException", "Not allowed to register certificate with PENDING_ACTIVATION status"}, "A-237"},
		{"no PEM", iot.RegisterCertificateWithoutCAInput{CertificatePem: aws.String("x")}, refusal{400, "CertificateValidationException", ""},
			"API:RegisterCertificateWithoutCA"},
		{"ACTIVE", iot.RegisterCertificateWithoutCAInput{CertificatePem: &leaf.pem, Status: types.CertificateStatusActive}, good, "A-236"},
		{"twice", iot.RegisterCertificateWithoutCAInput{CertificatePem: &leaf.pem},
			refusal{409, alreadyExists, "The certificate is already provisioned or registered"}, "A-336"},
	}
	for _, tt := range tests {
		_, err := b.RegisterCertificateWithoutCA(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
	}
	c := b.registry.Certificates()[0]
	is(t, "status and mode", []string{c.Status, c.CertificateMode}, []string{registry.Active, registry.ModeSNIOnly}, "A-236")
	// who exists already is named
	_, _, body := b.raw("POST", "/certificate/register-no-ca", `{"certificatePem":"`+strings.ReplaceAll(leaf.pem, "\n", `\n`)+`"}`)
	for _, want := range []string{`"resourceArn":"` + c.CertificateArn + `"`, `"resourceId":"` + c.CertificateID + `"`} {
		if !strings.Contains(body, want) {
			t.Errorf("got %s, want %s (A-68)", body, want)
		}
	}
}
