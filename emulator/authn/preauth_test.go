package authn

import (
	"context"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/registry"
)

// withPreauthentication is a domain whose pre-authentication function is gates;
// with CUSTOM_AUTH_X509 its authorizer is pumps.
func withPreauthentication(t *testing.T, g *gateway, authenticationType string) registry.DomainConfiguration {
	t.Helper()
	var config *registry.AuthorizerConfig
	if authenticationType == CustomX509 {
		config = &registry.AuthorizerConfig{DefaultAuthorizerName: "pumps", AllowAuthorizerOverride: new(bool)}
	}
	f, _ := g.Registry.Function("gates")
	d, err := g.Registry.CreateDomainConfiguration(registry.DomainConfiguration{
		DomainConfigurationName: "checked", DomainName: "checked.example.test", AuthenticationType: authenticationType,
		ApplicationProtocol:     "SECURE_MQTT",
		AuthorizerConfig:        config,
		ClientCertificateConfig: &registry.ClientCertificateConfig{ClientCertificateCallbackArn: f.FunctionArn},
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestPreauthentication(t *testing.T) {
	tests := []struct {
		name   string
		kind   string // authenticationType of the domain
		answer string
		code   string
		detail string
		called []string
		source string
	}{
		{"yes", "AWS_X509", `{"isAuthenticated":true}`, "", "", []string{"gates"}, "A-251"},
		{"yes, and more", "AWS_X509", `{"isAuthenticated":true,"policyDocuments":1}`, "", "", []string{"gates"}, "A-251"},
		{"no", "AWS_X509", `{"isAuthenticated":false}`, "NOT_AUTHENTICATED", "pre-authentication: the function answered isAuthenticated false",
			[]string{"gates"}, "A-251"},
		{"a text", "AWS_X509", `{"isAuthenticated":"true"}`, "NOT_AUTHENTICATED", "pre-authentication: isAuthenticated is the string",
			[]string{"gates"}, "A-251"},
		{"nothing", "AWS_X509", `{}`, "NOT_AUTHENTICATED", "isAuthenticated is missing", []string{"gates"}, "A-251"},
		{"yes, then the authorizer", "CUSTOM_AUTH_X509", `{"isAuthenticated":true,"principalId":"ID"}`, "", "", []string{"gates", "pumps"},
			"A-247, A-251"},
		{"no, so no authorizer", "CUSTOM_AUTH_X509", `{"isAuthenticated":false}`, "NOT_AUTHENTICATED", "pre-authentication: ", []string{"gates"},
			"A-247, A-251"},
		{"no JSON", "AWS_X509", `yes`, "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR", "pre-authentication: the answer is no JSON", []string{"gates"},
			"A-251"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			leaf := selfSigned(t)
			g := newGateway(t, strings.Replace(tt.answer, "ID", registry.CertificateIDOf(leaf), 1))
			withPreauthentication(t, g, tt.kind)
			g.register(t, leaf)
			r := withCertificate(leaf)
			r.Facts.ServerName = "checked.example.test"
			grant, refused := g.authenticate(r)
			if code(refused) != tt.code || !slices.Equal(g.called, tt.called) || (grant != nil) != (tt.code == "") {
				t.Fatalf("got %v, %v, called %v, want %q after %v (%s)", grant, refused, g.called, tt.code, tt.called, tt.source)
			}
			if refused != nil && (!strings.Contains(refused.Detail, tt.detail) || !slices.Contains(refused.Rules, "A-251") || !refused.Invoked) {
				t.Errorf("got %+v, want %q and A-251 (%s)", refused, tt.detail, tt.source)
			}
		})
	}
}

func TestPreauthenticationEvent(t *testing.T) {
	g := newGateway(t, `{"isAuthenticated":true}`)
	withPreauthentication(t, g, "AWS_X509")
	factory := newCA(t, pkix.Name{CommonName: "factory"})
	leaf := factory.leaf(t, nil).Leaf
	c := g.register(t, leaf)
	r := withCertificate(leaf, factory.Leaf)
	r.Facts.ServerName = "checked.example.test"
	if _, refused := g.authenticate(r); refused != nil {
		t.Fatal(refused)
	}
	texts, err := json.Marshal([]string{c.CertificatePem, pemOf(factory.Leaf)})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"connectionMetadata":{"id":"8c9e6b5a-3f0d-4d0c-9a51-0d6f4d1f2b7e"},"principalId":"` + c.CertificateID +
		`","serverName":"checked.example.test","clientCertificateChain":` + string(texts) + `}`
	if g.event != want {
		t.Errorf("got\n%s\nwant\n%s (A-251)", g.event, want)
	}
	r.Refresh = true
	if _, refused := g.authenticate(r); refused != nil || len(g.called) != 1 {
		t.Errorf("refresh: got %v, called %v, want no second call (A-251, guess)", refused, g.called)
	}
}

func TestPreauthenticationFails(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(*gateway, registry.DomainConfiguration)
		detail  string
		hint    string
		source  string
	}{
		{"the function fails", func(g *gateway, _ registry.DomainConfiguration) {
			g.Invoke = func(context.Context, string, []byte) ([]byte, error) { return nil, errors.New("broken") }
		}, "pre-authentication: function \"gates\" could not be called: broken", "", "A-251"},
		{"it is not permitted", func(g *gateway, _ registry.DomainConfiguration) {
			if _, err := g.Registry.PutFunction(registry.Function{FunctionName: "gates", Permissions: []registry.Permission{}}); err != nil {
				t.Fatal(err)
			}
		}, "does not permit AWS IoT to invoke it for arn:aws:iot:us-east-1:000000000000:domainconfiguration/checked/",
			"action lambda:InvokeFunction", "A-138, A-251"},
		{"it is permitted", func(g *gateway, d registry.DomainConfiguration) {
			if _, err := g.Registry.PutFunction(registry.Function{FunctionName: "gates", Permissions: []registry.Permission{
				{Principal: "iot.amazonaws.com", Action: "lambda:InvokeFunction", SourceArn: d.DomainConfigurationArn}}}); err != nil {
				t.Fatal(err)
			}
		}, "", "", "A-138, A-251"},
	}
	for _, tt := range tests {
		g := newGateway(t, `{"isAuthenticated":true}`)
		tt.prepare(g, withPreauthentication(t, g, "AWS_X509"))
		leaf := selfSigned(t)
		g.register(t, leaf)
		r := withCertificate(leaf)
		r.Facts.ServerName = "checked.example.test"
		_, refused := g.authenticate(r)
		if (refused == nil) != (tt.detail == "") {
			t.Fatalf("%s: got %v, want %q (%s)", tt.name, refused, tt.detail, tt.source)
		}
		if refused != nil && (!strings.Contains(refused.Detail, tt.detail) || !strings.Contains(refused.Hint, tt.hint)) {
			t.Errorf("%s: got %+v, want %q, hint %q (%s)", tt.name, refused, tt.detail, tt.hint, tt.source)
		}
	}
}
