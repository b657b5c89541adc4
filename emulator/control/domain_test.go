package control

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
	"github.com/suback/suback/emulator/registry"
)

// serverCertificate imports one for a host and returns its ARN.
func (b *bench) serverCertificate(host string) string {
	b.t.Helper()
	key := must[*ecdsa.PrivateKey](b.t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{host}, NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	der := must[[]byte](b.t)(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))
	secret := must[[]byte](b.t)(x509.MarshalPKCS8PrivateKey(key))
	c, err := b.registry.PutServerCertificate(registry.ServerCertificate{PEM: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE",
		Bytes: der}))},
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	return must[registry.ServerCertificate](b.t)(c, err).CertificateArn
}

func TestCreateDomainConfiguration(t *testing.T) {
	b := newBench(t)
	must[*iot.CreateAuthorizerOutput](t)(b.CreateAuthorizer(ctx, unsigned("a")))
	certificate := b.serverCertificate("iot.example.test")
	custom := func(name string, change func(*iot.CreateDomainConfigurationInput)) *iot.CreateDomainConfigurationInput {
		in := &iot.CreateDomainConfigurationInput{DomainConfigurationName: &name}
		change(in)
		return in
	}
	invalid := func(text string) refusal { return refusal{400, "InvalidRequestException", text} }
	tests := []struct {
		name   string
		in     *iot.CreateDomainConfigurationInput
		want   refusal
		source string
	}{
		{"of AWS", custom("managed", func(*iot.CreateDomainConfigurationInput) {}), good, "A-266"},
		{"of the customer", custom("own", func(in *iot.CreateDomainConfigurationInput) {
			in.DomainName, in.ServerCertificateArns = aws.String("iot.example.test"), []string{certificate}
			in.AuthorizerConfig = &types.AuthorizerConfig{DefaultAuthorizerName: aws.String("a"), AllowAuthorizerOverride: aws.Bool(false)}
			in.AuthenticationType, in.ApplicationProtocol = types.AuthenticationTypeCustomAuth, types.ApplicationProtocolSecureMqtt
			in.TlsConfig = &types.TlsConfig{SecurityPolicy: aws.String("IoTSecurityPolicy_TLS13_1_3_2022_10")}
		}), good, "A-268"},
		{"duplicate", custom("managed", func(*iot.CreateDomainConfigurationInput) {}), refusal{409, "ResourceAlreadyExistsException", ""}, "API"},
		{"name", custom("iot:x", func(*iot.CreateDomainConfigurationInput) {}), invalid(`[\w.-]+`), "A-264"},
		{"certificate without a name",
			custom("x", func(in *iot.CreateDomainConfigurationInput) { in.ServerCertificateArns = []string{certificate} }),
			invalid("Must provide a valid domain name to configure."), "A-333"},
		{"name without a certificate", custom("x", func(in *iot.CreateDomainConfigurationInput) { in.DomainName = aws.String("x.test") }),
			invalid("serverCertificateArns"), "A-268"},
		{"two certificates", custom("x", func(in *iot.CreateDomainConfigurationInput) {
			in.DomainName, in.ServerCertificateArns = aws.String("x.test"), []string{certificate, certificate}
		}), invalid("'serverCertificateArns' failed to satisfy constraint: Member must have length less than or equal to 1"), "A-268, A-326"},
		{"certificate of another name", custom("x", func(in *iot.CreateDomainConfigurationInput) {
			in.DomainName, in.ServerCertificateArns = aws.String("x.test"), []string{certificate}
		}), refusal{400, "CertificateValidationException", ""}, "A-269"},
		{"unknown authorizer", custom("x", func(in *iot.CreateDomainConfigurationInput) {
			in.AuthorizerConfig = &types.AuthorizerConfig{DefaultAuthorizerName: aws.String("b"), AllowAuthorizerOverride: aws.Bool(true)}
		}), invalid("defaultAuthorizerName"), "A-275, guess"},
		{"override is missing", custom("x", func(in *iot.CreateDomainConfigurationInput) {
			in.AuthorizerConfig = &types.AuthorizerConfig{DefaultAuthorizerName: aws.String("a")}
		}), invalid("allowAuthorizerOverride"), "A-76"},
		{"pair that is none", custom("x", func(in *iot.CreateDomainConfigurationInput) {
			in.AuthenticationType, in.ApplicationProtocol = types.AuthenticationTypeAwsX509, types.ApplicationProtocolMqttWss
		}), invalid("applicationProtocol"), "A-50"},
		{"service type", custom("x", func(in *iot.CreateDomainConfigurationInput) { in.ServiceType = types.ServiceTypeJobs }),
			invalid("serviceType"), "A-267"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := b.CreateDomainConfiguration(ctx, tt.in)
			wants(t, "CreateDomainConfiguration", err, tt.want, tt.source)
			if err == nil && !regexp.MustCompile(`^arn:aws:iot:us-east-1:000000000000:domainconfiguration/\w+/[a-z0-9]{5}$`).
				MatchString(*out.DomainConfigurationArn) {
				t.Errorf("ARN: got %s (A-265)", *out.DomainConfigurationArn)
			}
		})
	}
	own := must[*iot.DescribeDomainConfigurationOutput](t)(b.DescribeDomainConfiguration(ctx,
		&iot.DescribeDomainConfigurationInput{DomainConfigurationName: aws.String("own")}))
	is(t, "type", own.DomainType, types.DomainTypeCustomerManaged, "A-266")
	is(t, "name", *own.DomainName, "iot.example.test", "A-268")
	is(t, "certificate", *own.ServerCertificates[0].ServerCertificateArn+" "+string(own.ServerCertificates[0].ServerCertificateStatus),
		certificate+" VALID", "A-270")
	is(t, "authorizer", *own.AuthorizerConfig.DefaultAuthorizerName, "a", "A-73")
	is(t, "override", *own.AuthorizerConfig.AllowAuthorizerOverride, false, "A-74")
	is(t, "authentication", own.AuthenticationType, types.AuthenticationTypeCustomAuth, "A-50")
	is(t, "TLS", *own.TlsConfig.SecurityPolicy, "IoTSecurityPolicy_TLS13_1_3_2022_10", "A-24")
	is(t, "date", own.LastStatusChangeDate.IsZero(), false, "API")
}

func TestOwnDomainConfigurations(t *testing.T) {
	b := newBench(t)
	for _, tt := range []struct {
		name, host string
		service    types.ServiceType
	}{
		{"iot:Data-ATS", "data-ats.example.test", types.ServiceTypeData},
		{"iot:CredentialProvider", "credentialprovider.example.test", types.ServiceTypeCredentialProvider},
		{"iot:Jobs", "jobs.example.test", types.ServiceTypeJobs},
	} {
		d := must[*iot.DescribeDomainConfigurationOutput](t)(b.DescribeDomainConfiguration(ctx,
			&iot.DescribeDomainConfigurationInput{DomainConfigurationName: &tt.name}))
		is(t, "ARN", *d.DomainConfigurationArn, arns+"domainconfiguration/"+tt.name, "A-265")
		is(t, "host", *d.DomainName, tt.host, "A-3")
		is(t, "type", d.DomainType, types.DomainTypeEndpoint, "A-266")
		is(t, "service", d.ServiceType, tt.service, "A-267")
		is(t, "status", d.DomainConfigurationStatus, types.DomainConfigurationStatusEnabled, "A-266")
		is(t, "TLS", *d.TlsConfig.SecurityPolicy, defaultSecurityPolicy, "A-24")
		_, err := b.UpdateDomainConfiguration(ctx,
			&iot.UpdateDomainConfigurationInput{DomainConfigurationName: &tt.name,
				DomainConfigurationStatus: types.DomainConfigurationStatusDisabled})
		wants(t, "update", err, refusal{400, "InvalidRequestException", "cannot be updated"}, "A-272")
		_, err = b.DeleteDomainConfiguration(ctx, &iot.DeleteDomainConfigurationInput{DomainConfigurationName: &tt.name})
		wants(t, "delete", err, refusal{400, "InvalidRequestException", `[\w.-]+`}, "A-264")
	}
}

func TestUpdateAndDeleteDomainConfiguration(t *testing.T) {
	b := newBench(t)
	must[*iot.CreateAuthorizerOutput](t)(b.CreateAuthorizer(ctx, unsigned("a")))
	certificate := b.serverCertificate("iot.example.test")
	must[*iot.CreateDomainConfigurationOutput](t)(b.CreateDomainConfiguration(ctx, &iot.CreateDomainConfigurationInput{
		DomainConfigurationName: aws.String("own"), DomainName: aws.String("iot.example.test"), ServerCertificateArns: []string{certificate}}))
	must[*iot.CreateDomainConfigurationOutput](t)(b.CreateDomainConfiguration(ctx,
		&iot.CreateDomainConfigurationInput{DomainConfigurationName: aws.String("managed")}))
	update := func(name string, change func(*iot.UpdateDomainConfigurationInput)) error {
		in := &iot.UpdateDomainConfigurationInput{DomainConfigurationName: &name}
		change(in)
		_, err := b.UpdateDomainConfiguration(ctx, in)
		return err
	}
	remove := func(name string) error {
		_, err := b.DeleteDomainConfiguration(ctx, &iot.DeleteDomainConfigurationInput{DomainConfigurationName: &name})
		return err
	}
	disable := func(in *iot.UpdateDomainConfigurationInput) {
		in.DomainConfigurationStatus = types.DomainConfigurationStatusDisabled
	}
	config := &types.AuthorizerConfig{DefaultAuthorizerName: aws.String("a"), AllowAuthorizerOverride: aws.Bool(true)}

	wants(t, "authorizer", update("own", func(in *iot.UpdateDomainConfigurationInput) { in.AuthorizerConfig = config }), good, "A-271")
	d, _ := b.registry.DomainConfiguration("own")
	is(t, "authorizer", d.AuthorizerConfig.DefaultAuthorizerName, "a", "A-271")
	wants(t, "remove it", update("own", func(in *iot.UpdateDomainConfigurationInput) { in.RemoveAuthorizerConfig = true }), good, "A-271")
	d, _ = b.registry.DomainConfiguration("own")
	is(t, "removed", d.AuthorizerConfig == nil, true, "A-271")
	wants(t, "unknown authorizer", update("own", func(in *iot.UpdateDomainConfigurationInput) {
		in.AuthorizerConfig = &types.AuthorizerConfig{DefaultAuthorizerName: aws.String("x"), AllowAuthorizerOverride: aws.Bool(true)}
	}), refusal{400, "InvalidRequestException", "defaultAuthorizerName"}, "A-275, guess")
	wants(t, "status", update("own", func(in *iot.UpdateDomainConfigurationInput) { in.DomainConfigurationStatus = "X" }),
		refusal{400, "InvalidRequestException", "enum"}, "A-326")
	wants(t, "missing", update("x", disable), noSuch, "API")
	wants(t, "delete while ENABLED", remove("own"), refusal{400, "InvalidRequestException", "DISABLED"}, "A-274")
	wants(t, "disable", update("own", disable), good, "A-271")
	wants(t, "delete", remove("own"), good, "A-274")
	wants(t, "delete again", remove("own"), noSuch, "API")
	_, err := b.DescribeDomainConfiguration(ctx, &iot.DescribeDomainConfigurationInput{DomainConfigurationName: aws.String("own")})
	wants(t, "describe", err, noSuch, "API")
	_, err = b.DescribeDomainConfiguration(ctx, &iot.DescribeDomainConfigurationInput{DomainConfigurationName: aws.String("a b")})
	wants(t, "describe a bad name", err, refusal{400, "InvalidRequestException", "domainConfigurationName"}, "A-326")
	wants(t, "disable AWS's", update("managed", disable), good, "A-271")
	wants(t, "delete AWS's at once", remove("managed"), refusal{400, "InvalidRequestException", "7 days"}, "A-274")
	b.registry.Advance(7 * 24 * time.Hour)
	wants(t, "delete AWS's after 7 days", remove("managed"), good, "A-274")
}

func TestListDomainConfigurations(t *testing.T) {
	b := newBench(t)
	for _, name := range []string{"b", "a"} {
		must[*iot.CreateDomainConfigurationOutput](t)(b.CreateDomainConfiguration(ctx,
			&iot.CreateDomainConfigurationInput{DomainConfigurationName: &name}))
	}
	list := func(in iot.ListDomainConfigurationsInput) string {
		var names []string
		for p := iot.NewListDomainConfigurationsPaginator(b.Client, &in); p.HasMorePages(); {
			for _, d := range must[*iot.ListDomainConfigurationsOutput](t)(p.NextPage(ctx)).DomainConfigurations {
				names = append(names, *d.DomainConfigurationName)
			}
		}
		return strings.Join(names, " ")
	}
	is(t, "all", list(iot.ListDomainConfigurationsInput{PageSize: aws.Int32(2)}), "a b iot:CredentialProvider iot:Data-ATS iot:Jobs", "A-328")
	is(t, "data", list(iot.ListDomainConfigurationsInput{ServiceType: types.ServiceTypeData}), "a b iot:Data-ATS", "A-263")
	_, err := b.ListDomainConfigurations(ctx, &iot.ListDomainConfigurationsInput{ServiceType: "X"})
	wants(t, "service type", err, refusal{400, "InvalidRequestException", "enum value set: [DATA, CREDENTIAL_PROVIDER, JOBS]"}, "A-326")
}
