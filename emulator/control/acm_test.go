package control

//lint:file-ignore SA1019 what is deprecated is still served

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/acm/types"

	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/registry"
)

func testKeys(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
}

// newACMBench has a CA.
func newACMBench(t *testing.T) (*bench, *acm.Client) {
	ca := must[*pki.CA](t)(pki.Open(""))
	b := newBench(t, func(o *Options) { o.CA = ca })
	return b, acm.New(acm.Options{Region: "us-east-1", BaseEndpoint: &b.url, HTTPClient: b.http, RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(testKeys)})
}

// imported is a certificate of its own CA, its key and that CA.
func imported(t *testing.T, name string) (cert, key, chain []byte) {
	t.Helper()
	ca := must[*pki.CA](t)(pki.Open(""))
	cert, chain, key, err := ca.ServerCertificateFor([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	return cert, key, chain
}

// elliptic is a self-signed certificate with a key on P-256.
func ellipticCertificate(t *testing.T) (cert, key []byte) {
	t.Helper()
	k := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(0x0aff), Subject: pkix.Name{CommonName: "ec.example.test"},
		DNSNames:  []string{"ec.example.test"},
		NotBefore: now.Add(-2 * time.Hour), NotAfter: now.Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, template, k.Public(), k))
	pkcs8 := must[[]byte](t)(x509.MarshalPKCS8PrivateKey(k))
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
}

func bad400(code, text string) refusal { return refusal{400, code, text} }

const noCertificate = "arn:aws:acm:us-east-1:000000000000:certificate/00000000-0000-0000-0000-000000000000"

func TestACMRequest(t *testing.T) {
	b, client := newACMBench(t)
	for _, tt := range []struct {
		name   string
		in     acm.RequestCertificateInput
		want   refusal
		source string
	}{
		{"seed 002", acm.RequestCertificateInput{DomainName: str("iot.oxoxo.me"), ValidationMethod: "DNS", IdempotencyToken: str("1234"),
			SubjectAlternativeNames: []string{"iot.oxoxo.me"},
			Options:                 &types.CertificateOptions{CertificateTransparencyLoggingPreference: "ENABLED"}}, good, "S2"},
		{"wildcard", acm.RequestCertificateInput{DomainName: str("*.example.test")}, good, "API:RequestCertificate"},
		{"tagged", acm.RequestCertificateInput{DomainName: str("tag.example.test"), Tags: []types.Tag{{Key: str("k"), Value: str("v")}}}, good,
			"API:RequestCertificate"},
		{"no domain", acm.RequestCertificateInput{DomainName: str("a b")},
			bad400("ValidationException", "1 validation error detected: Value at 'domainName' failed to satisfy constraint: Member must satisfy "+
				"regular expression pattern: ^"), "A-355"},
		{"long domain", acm.RequestCertificateInput{DomainName: str(strings.Repeat("x", 60) + ".example.test")},
			bad400("InvalidDomainValidationOptionsException", "The first domain name can be no longer than 64 characters."), "A-355"},
		{"label that begins with a dash", acm.RequestCertificateInput{DomainName: str("-x.example.test")},
			bad400("ValidationException", "want a host name"), "API:RequestCertificate"},
		{"key", acm.RequestCertificateInput{DomainName: str("x.example.test"), KeyAlgorithm: "EC_prime256v1"},
			bad400("InvalidParameterException", "want RSA_2048"), "emulator"},
		{"no such key", acm.RequestCertificateInput{DomainName: str("x.example.test"), KeyAlgorithm: "X"},
			bad400("ValidationException", "enum value set"), "API:RequestCertificate"},
		{"private CA", acm.RequestCertificateInput{DomainName: str("x.example.test"),
			CertificateAuthorityArn: str("arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/x")},
			bad400("InvalidParameterException", "private CA"), "emulator"},
		{"AWS's tag", acm.RequestCertificateInput{DomainName: str("x.example.test"), Tags: []types.Tag{{Key: str("aws:k")}}},
			bad400("InvalidTagException", "starts with aws:"), "API:RequestCertificate"},
	} {
		out, err := client.RequestCertificate(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
		if err == nil && !strings.HasPrefix(*out.CertificateArn, "arn:aws:acm:us-east-1:000000000000:certificate/") {
			t.Errorf("%s: got %s, want an ARN of ACM (%s)", tt.name, *out.CertificateArn, tt.source)
		}
	}
	if got := len(b.registry.ServerCertificates()); got != 3 {
		t.Errorf("certificates: got %d, want 3 (design)", got)
	}
}

func TestACMIdempotencyToken(t *testing.T) {
	b, client := newACMBench(t)
	request := func(token, domain string) string {
		in := &acm.RequestCertificateInput{DomainName: &domain}
		if token != "" {
			in.IdempotencyToken = &token
		}
		return *must[*acm.RequestCertificateOutput](t)(client.RequestCertificate(ctx, in)).CertificateArn
	}
	first := request("one", "a.example.test")
	for _, tt := range []struct {
		name, token, domain string
		same                bool
		later               time.Duration
	}{
		{"the same", "one", "a.example.test", true, 0},
		{"another token", "two", "a.example.test", false, 0},
		{"another domain", "one", "b.example.test", false, 0},
		{"no token", "", "a.example.test", false, 0},
		{"after an hour", "one", "a.example.test", false, time.Hour},
	} {
		b.registry.Advance(tt.later)
		if got := request(tt.token, tt.domain) == first; got != tt.same {
			t.Errorf("%s: got the same certificate: %v, want %v (API:RequestCertificate)", tt.name, got, tt.same)
		}
	}
}

func TestACMImport(t *testing.T) {
	b, client := newACMBench(t)
	cert, key, chain := imported(t, "iot.example.test")
	_, otherKey, _ := imported(t, "other.example.test")
	arn := must[*acm.ImportCertificateOutput](t)(client.ImportCertificate(ctx, &acm.ImportCertificateInput{
		Certificate: cert, PrivateKey: key, CertificateChain: chain, Tags: []types.Tag{{Key: str("k"), Value: str("v")}}})).CertificateArn
	issued := must[*acm.RequestCertificateOutput](t)(client.RequestCertificate(ctx,
		&acm.RequestCertificateInput{DomainName: str("x.example.test")})).CertificateArn
	for _, tt := range []struct {
		name   string
		in     acm.ImportCertificateInput
		want   refusal
		source string
	}{
		{"again", acm.ImportCertificateInput{CertificateArn: arn, Certificate: cert, PrivateKey: key}, good, "API:ImportCertificate"},
		{"again with tags", acm.ImportCertificateInput{CertificateArn: arn, Certificate: cert, PrivateKey: key,
			Tags: []types.Tag{{Key: str("k")}}}, bad400("InvalidParameterException", "Tags"), "API:ImportCertificate"},
		{"in place of none", acm.ImportCertificateInput{CertificateArn: str(noCertificate), Certificate: cert, PrivateKey: key},
			bad400("ResourceNotFoundException", "Could not find certificate "+noCertificate), "A-355"},
		{"in place of ACM's", acm.ImportCertificateInput{CertificateArn: issued, Certificate: cert, PrivateKey: key},
			bad400("ValidationException", "was not imported"), "API:ImportCertificate"},
		{"no PEM", acm.ImportCertificateInput{Certificate: []byte("x"), PrivateKey: key}, bad400("ValidationException", "certificate"),
			"API:ImportCertificate"},
		{"another key", acm.ImportCertificateInput{Certificate: cert, PrivateKey: otherKey},
			bad400("ValidationException", "is not the key of the certificate"), "API:ImportCertificate"},
		{"chain", acm.ImportCertificateInput{Certificate: cert, PrivateKey: key, CertificateChain: []byte("x")},
			bad400("ValidationException", "chain"), "API:ImportCertificate"},
		{"long key", acm.ImportCertificateInput{Certificate: cert, PrivateKey: make([]byte, 6000)},
			bad400("ValidationException", "Value at 'privateKey' failed to satisfy constraint: Member must have length less than or equal to 5120"),
			"A-355"},
	} {
		_, err := client.ImportCertificate(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
		if err != nil && strings.Contains(err.Error(), "PRIVATE") && !strings.Contains(tt.name, "PEM") {
			t.Errorf("%s: got %v, want no key in it (security)", tt.name, err)
		}
	}
	out := must[*acm.GetCertificateOutput](t)(client.GetCertificate(ctx, &acm.GetCertificateInput{CertificateArn: arn}))
	is(t, "certificate", *out.Certificate, strings.TrimSpace(string(cert)), "API:GetCertificate")
	is(t, "no chain any more", out.CertificateChain == nil, true, "API:GetCertificate")
	is(t, "certificates", len(b.registry.ServerCertificates()), 2, "design")
	_, err := client.GetCertificate(ctx, &acm.GetCertificateInput{CertificateArn: str(noCertificate)})
	wants(t, "get none", err, bad400("ResourceNotFoundException", "Could not find certificate"), "A-355")
	_, err = client.GetCertificate(ctx, &acm.GetCertificateInput{CertificateArn: str("arn:aws:acm:us-east-1:000000000000:x/y")})
	wants(t, "get another ARN", err, bad400("InvalidArnException", ""), "API:GetCertificate")
	_, err = client.GetCertificate(ctx, &acm.GetCertificateInput{CertificateArn: str("x")})
	wants(t, "get no ARN", err, bad400("ValidationException", "certificateArn"), "API:GetCertificate")
}

func TestACMDescribe(t *testing.T) {
	b, client := newACMBench(t)
	describe := func(arn *string) *types.CertificateDetail {
		t.Helper()
		return must[*acm.DescribeCertificateOutput](t)(client.DescribeCertificate(ctx, &acm.DescribeCertificateInput{CertificateArn: arn})).
			Certificate
	}
	arn := must[*acm.RequestCertificateOutput](t)(client.RequestCertificate(ctx, &acm.RequestCertificateInput{
		DomainName: str("Example.test"), SubjectAlternativeNames: []string{"*.example.test", "example.test"}, ValidationMethod: "DNS",
		Options: &types.CertificateOptions{CertificateTransparencyLoggingPreference: "DISABLED"}})).CertificateArn
	c := describe(arn)
	is(t, "requested", fmt.Sprint(*c.DomainName, c.SubjectAlternativeNames, c.Status, c.Type, c.KeyAlgorithm, *c.SignatureAlgorithm,
		*c.Subject, c.Options.CertificateTransparencyLoggingPreference, len(c.InUseBy), c.RenewalEligibility),
		"example.test[example.test *.example.test]ISSUEDAMAZON_ISSUEDRSA-2048SHA256WITHECDSACN=example.testDISABLED0INELIGIBLE",
		"API:CertificateDetail")
	is(t, "usages", fmt.Sprint(c.KeyUsages, *c.ExtendedKeyUsages[0].OID), "[{DIGITAL_SIGNATURE {}} {KEY_ENCIPHERMENT {}}]1.3.6.1.5.5.7.3.1",
		"API:CertificateDetail")
	v := c.DomainValidationOptions
	is(t, "validation", fmt.Sprint(len(v), *v[0].DomainName, v[0].ValidationStatus, v[0].ValidationMethod, v[0].ResourceRecord.Type),
		"2example.testSUCCESSDNSCNAME", "API:DomainValidation")
	is(t, "one record for name and wildcard", *v[0].ResourceRecord.Name, *v[1].ResourceRecord.Name, "API:ResourceRecord")
	if !strings.HasSuffix(*v[0].ResourceRecord.Name, ".example.test.") || c.IssuedAt == nil || c.ImportedAt != nil {
		t.Errorf("got record %s, issued %v, imported %v, want a name below the domain and a date of issue (API:CertificateDetail)",
			*v[0].ResourceRecord.Name, c.IssuedAt, c.ImportedAt)
	}
	if _, err := b.registry.CreateDomainConfiguration(registry.DomainConfiguration{
		DomainConfigurationName: "own", DomainName: "x.example.test", ServerCertificateArns: []string{*arn}}); err != nil {
		t.Fatal(err)
	}
	c = describe(arn)
	is(t, "in use", fmt.Sprint(len(c.InUseBy), strings.Contains(c.InUseBy[0], ":domainconfiguration/own/"), c.RenewalEligibility),
		"1 trueELIGIBLE", "API:CertificateDetail")

	cert, key := ellipticCertificate(t)
	arn = must[*acm.ImportCertificateOutput](t)(client.ImportCertificate(ctx,
		&acm.ImportCertificateInput{Certificate: cert, PrivateKey: key})).CertificateArn
	c = describe(arn)
	is(t, "imported", fmt.Sprint(c.Type, c.KeyAlgorithm, *c.Serial, *c.Issuer, c.ImportedAt != nil, c.IssuedAt, len(c.DomainValidationOptions),
		c.Options.CertificateTransparencyLoggingPreference),
		"IMPORTEDEC-prime256v10a:ffec.example.testtrue <nil> 0DISABLED", "API:CertificateDetail")
	b.registry.Advance(2 * time.Hour)
	is(t, "later", describe(arn).Status, types.CertificateStatusExpired, "API:CertificateDetail")
	_, err := client.DescribeCertificate(ctx, &acm.DescribeCertificateInput{CertificateArn: str(noCertificate)})
	wants(t, "none", err, bad400("ResourceNotFoundException", "Could not find certificate"), "A-355")
	_, err = client.DescribeCertificate(ctx, &acm.DescribeCertificateInput{CertificateArn: str("x")})
	wants(t, "no ARN", err, bad400("ValidationException", "certificateArn"), "API:DescribeCertificate")
}

func TestACMList(t *testing.T) {
	b, client := newACMBench(t)
	for _, name := range []string{"a.example.test", "b.example.test", "c.example.test"} {
		must[*acm.RequestCertificateOutput](t)(client.RequestCertificate(ctx, &acm.RequestCertificateInput{DomainName: &name}))
		b.later()
	}
	cert, key := ellipticCertificate(t)
	must[*acm.ImportCertificateOutput](t)(client.ImportCertificate(ctx, &acm.ImportCertificateInput{Certificate: cert, PrivateKey: key}))
	for _, tt := range []struct {
		name   string
		in     acm.ListCertificatesInput
		want   string
		bad    refusal
		source string
	}{
		{"RSA", acm.ListCertificatesInput{}, "a b c", good, "API:Filters"},
		{"elliptic", acm.ListCertificatesInput{Includes: &types.Filters{KeyTypes: []types.KeyAlgorithm{"EC_prime256v1"}}}, "ec", good,
			"API:Filters"},
		{"both", acm.ListCertificatesInput{Includes: &types.Filters{KeyTypes: []types.KeyAlgorithm{"EC_prime256v1", "RSA_2048"}}}, "a b c ec",
			good, "API:Filters"},
		{"key usage", acm.ListCertificatesInput{Includes: &types.Filters{KeyUsage: []types.KeyUsageName{"CRL_SIGNING"}}}, "", good,
			"API:Filters"},
		{"extended key usage", acm.ListCertificatesInput{Includes: &types.Filters{
			ExtendedKeyUsage: []types.ExtendedKeyUsageName{"TLS_WEB_SERVER_AUTHENTICATION"}}}, "a b c", good, "API:Filters"},
		{"expired", acm.ListCertificatesInput{CertificateStatuses: []types.CertificateStatus{"EXPIRED"}}, "", good, "API:ListCertificates"},
		{"newest first", acm.ListCertificatesInput{SortBy: "CREATED_AT", SortOrder: "DESCENDING"}, "c b a", good, "API:ListCertificates"},
		{"page", acm.ListCertificatesInput{MaxItems: aws.Int32(2)}, "a b", good, "API:ListCertificates"},
		{"order of nothing", acm.ListCertificatesInput{SortOrder: "DESCENDING"}, "", bad400("InvalidArgsException", "SortBy"),
			"API:ListCertificates"},
		{"page size", acm.ListCertificatesInput{MaxItems: aws.Int32(1001)}, "", bad400("ValidationException", "maxItems"),
			"API:ListCertificates"},
		{"token", acm.ListCertificatesInput{NextToken: str("x")}, "", bad400("ValidationException", "marker"), "API:ListCertificates"},
	} {
		out, err := client.ListCertificates(ctx, &tt.in)
		wants(t, tt.name, err, tt.bad, tt.source)
		if err != nil {
			continue
		}
		var names []string
		for _, c := range out.CertificateSummaryList {
			names = append(names, strings.TrimSuffix(*c.DomainName, ".example.test"))
		}
		is(t, tt.name, strings.Join(names, " "), tt.want, tt.source)
	}
	first := must[*acm.ListCertificatesOutput](t)(client.ListCertificates(ctx, &acm.ListCertificatesInput{MaxItems: aws.Int32(2)}))
	rest := must[*acm.ListCertificatesOutput](t)(client.ListCertificates(ctx, &acm.ListCertificatesInput{NextToken: first.NextToken}))
	is(t, "next page", *rest.CertificateSummaryList[0].DomainName, "c.example.test", "API:ListCertificates")
}

func TestACMDelete(t *testing.T) {
	b, client := newACMBench(t)
	arn := must[*acm.RequestCertificateOutput](t)(client.RequestCertificate(ctx,
		&acm.RequestCertificateInput{DomainName: str("x.example.test")})).CertificateArn
	if _, err := b.registry.CreateDomainConfiguration(registry.DomainConfiguration{DomainConfigurationName: "own",
		DomainName: "x.example.test", ServerCertificateArns: []string{*arn}}); err != nil {
		t.Fatal(err)
	}
	remove := func(arn *string) error {
		_, err := client.DeleteCertificate(ctx, &acm.DeleteCertificateInput{CertificateArn: arn})
		return err
	}
	wants(t, "in use", remove(arn), bad400("ResourceInUseException", "Certificate "+*arn+" in account 000000000000 is in use."),
		"API:DeleteCertificate")
	must[*acm.ImportCertificateOutput](t)(func() (*acm.ImportCertificateOutput, error) {
		cert, key := ellipticCertificate(t)
		out, err := client.ImportCertificate(ctx, &acm.ImportCertificateInput{Certificate: cert, PrivateKey: key})
		arn = out.CertificateArn
		return out, err
	}())
	wants(t, "delete", remove(arn), good, "API:DeleteCertificate")
	wants(t, "again", remove(arn), bad400("ResourceNotFoundException", "Could not find certificate"), "API:DeleteCertificate")
	wants(t, "no ARN", remove(str("x")), bad400("ValidationException", "certificateArn"), "API:DeleteCertificate")
}

func TestACMTags(t *testing.T) {
	_, client := newACMBench(t)
	arn := must[*acm.RequestCertificateOutput](t)(client.RequestCertificate(ctx,
		&acm.RequestCertificateInput{DomainName: str("x.example.test")})).CertificateArn
	add := func(arn string, tags ...types.Tag) error {
		_, err := client.AddTagsToCertificate(ctx, &acm.AddTagsToCertificateInput{CertificateArn: &arn, Tags: tags})
		return err
	}
	remove := func(arn string, tags ...types.Tag) error {
		_, err := client.RemoveTagsFromCertificate(ctx, &acm.RemoveTagsFromCertificateInput{CertificateArn: &arn, Tags: tags})
		return err
	}
	list := func() string {
		var all []string
		for _, tag := range must[*acm.ListTagsForCertificateOutput](t)(client.ListTagsForCertificate(ctx,
			&acm.ListTagsForCertificateInput{CertificateArn: arn})).Tags {
			all = append(all, *tag.Key+"="+*tag.Value)
		}
		return strings.Join(all, " ")
	}
	a, withValue, other := types.Tag{Key: str("a")}, types.Tag{Key: str("b"), Value: str("1")}, types.Tag{Key: str("b"), Value: str("2")}
	wants(t, "add", add(*arn, a, withValue), good, "API:AddTagsToCertificate")
	is(t, "added", list(), "a= b=1", "API:ListTagsForCertificate")
	wants(t, "remove another value", remove(*arn, other), good, "API:RemoveTagsFromCertificate")
	is(t, "not removed", list(), "a= b=1", "API:RemoveTagsFromCertificate")
	wants(t, "remove", remove(*arn, a, withValue), good, "API:RemoveTagsFromCertificate")
	is(t, "removed", list(), "", "API:RemoveTagsFromCertificate")
	wants(t, "AWS's", add(*arn, types.Tag{Key: str("aws:x")}), bad400("InvalidTagException", "aws:"), "API:AddTagsToCertificate")
	many := make([]types.Tag, 50)
	for i := range many {
		many[i] = types.Tag{Key: str(fmt.Sprint("k", i))}
	}
	wants(t, "50", add(*arn, many...), good, "API:AddTagsToCertificate")
	wants(t, "51", add(*arn, a), bad400("TooManyTagsException", "at most 50"), "API:AddTagsToCertificate")
	wants(t, "add to none", add(noCertificate, a), bad400("ResourceNotFoundException", ""), "API:AddTagsToCertificate")
	wants(t, "remove from none", remove(noCertificate, a), bad400("ResourceNotFoundException", ""), "API:RemoveTagsFromCertificate")
	_, err := client.ListTagsForCertificate(ctx, &acm.ListTagsForCertificateInput{CertificateArn: str(noCertificate)})
	wants(t, "list of none", err, bad400("ResourceNotFoundException", ""), "API:ListTagsForCertificate")
}

func TestACMWithoutAnOperation(t *testing.T) {
	b, client := newACMBench(t)
	_, err := client.ExportCertificate(ctx, &acm.ExportCertificateInput{CertificateArn: str(noCertificate), Passphrase: []byte("x")})
	wants(t, "export", err, refusal{501, "NotImplementedException", "ExportCertificate is not implemented by the emulator"},
		"issue: 501 by name")
	scope := strings.Replace(authorization, "/iot/", "/acm/", 1)
	for _, tt := range []struct {
		name, target, body, want string
		status                   int
		headers                  []string
	}{
		{"no such operation", "CertificateManager.Bake", "{}", `{"__type":"UnknownOperationException","message":"there is no operation Bake"}`,
			400, []string{"Authorization: " + scope}},
		{"no JSON", "CertificateManager.ListCertificates", "{", `"__type":"SerializationException"`, 400, []string{"Authorization: " + scope}},
		{"no signature", "CertificateManager.ListCertificates", "{}", `"__type":"MissingAuthenticationTokenException"`, 400, []string{"X: y"}},
		{"no members", "CertificateManager.ListCertificates", "{}", `{"CertificateSummaryList":[]}`, 200, []string{"Authorization: " + scope}},
	} {
		status, header, body := b.raw(http.MethodPost, "/", tt.body, append(tt.headers, "X-Amz-Target: "+tt.target)...)
		if status != tt.status || !strings.Contains(body, tt.want) || header.Get("Content-Type") != "application/x-amz-json-1.1" {
			t.Errorf("%s: got %d %s %s, want %d %s (JSON 1.1)", tt.name, status, header.Get("Content-Type"), body, tt.status, tt.want)
		}
	}
}
