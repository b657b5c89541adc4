package authn

import (
	"crypto/x509/pkix"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

// connect is what a grant's documents and values say to iot:Connect.
func connect(g *Grant, clientID string) policy.Decision {
	return policy.Compile(g.Documents, policy.Context{Partition: "aws", Region: "us-east-1", Account: "000000000000", Values: g.Values}).
		Explain(policy.Connect, clientID, nil)
}

func TestCertificateGrant(t *testing.T) {
	g := newGateway(t, yesAnswer)
	leaf := selfSigned(t)
	c := g.register(t, leaf)
	grant, refused := g.authenticate(withCertificate(leaf))
	if refused != nil {
		t.Fatalf("got %v, want a grant (A-224)", refused)
	}
	switch {
	case grant.PrincipalID != c.CertificateID:
		t.Errorf("principal: got %s, want %s (A-183, A-223)", grant.PrincipalID, c.CertificateID)
	case grant.AuthenticationType != "AWS_X509":
		t.Errorf("got %s, want AWS_X509 (A-178)", grant.AuthenticationType)
	case grant.RefreshAfter != 0 || grant.DisconnectAfter != 0:
		t.Errorf("got %v and %v, want no timers (A-32)", grant.RefreshAfter, grant.DisconnectAfter)
	case !slices.Equal(grant.Values["iot:CertificateId"], []string{c.CertificateID}):
		t.Errorf("iot:CertificateId: got %q, want the id (A-234)", grant.Values["iot:CertificateId"])
	case len(grant.Notes) != 0:
		t.Errorf("got notes %v, want none", grant.Notes)
	}
	if d := connect(grant, "pump-7"); !d.Allowed {
		t.Errorf("got %v, want allowed: the policy is attached (A-232)", d)
	}
	if len(g.called) != 0 {
		t.Errorf("functions called: got %v, want none (A-16)", g.called)
	}
}

func TestCertificateStatus(t *testing.T) {
	tests := []struct{ status, code, hint, source string }{
		{registry.Active, "", "", "A-224"},
		{registry.Inactive, "DEVICE_CERTIFICATE_INACTIVE", "set its status to ACTIVE", "A-224, A-178, D-30"},
		{registry.RegisterInactive, "DEVICE_CERTIFICATE_INACTIVE", "set its status to ACTIVE", "A-224, D-30"},
		{registry.Revoked, "DEVICE_CERTIFICATE_REVOKED", "set its status to ACTIVE", "A-224, A-178, D-30"},
	}
	for _, tt := range tests {
		g := newGateway(t, yesAnswer)
		leaf := selfSigned(t)
		c := g.register(t, leaf)
		if _, err := g.Registry.UpdateCertificateStatus(c.CertificateID, tt.status); err != nil {
			t.Fatal(err)
		}
		_, refused := g.authenticate(withCertificate(leaf))
		if code(refused) != tt.code {
			t.Errorf("%s: got %v, want %q (%s)", tt.status, refused, tt.code, tt.source)
		}
		if refused != nil && (!strings.Contains(refused.Detail, tt.status) || !strings.Contains(refused.Hint, tt.hint) ||
			!slices.Contains(refused.Rules, "D-30")) {
			t.Errorf("%s: got %+v, want the status, hint %q and D-30 (%s)", tt.status, refused, tt.hint, tt.source)
		}
	}
}

func TestUnknownCertificate(t *testing.T) {
	root := newCA(t, pkix.Name{CommonName: "root"})
	factory := root.under(t, pkix.Name{CommonName: "factory"})
	tests := []struct {
		name    string
		prepare func(*gateway) Request
		hint    string
		source  string
	}{
		{"nobody knows it", func(g *gateway) Request { return withCertificate(selfSigned(t)) },
			"register the device's certificate in this account and region", "A-226, D-30"},
		{"another with its subject is registered", func(g *gateway) Request {
			g.register(t, selfSigned(t))
			return withCertificate(selfSigned(t))
		}, "with the same subject, is registered", "A-223, D-30"},
		{"its CA does not register automatically", func(g *gateway) Request {
			g.registerCA(t, root, registry.Active, registry.Disable)
			return withCertificate(root.leaf(t, nil).Leaf)
		}, "autoRegistrationStatus", "A-239, D-30"},
		{"its CA is INACTIVE", func(g *gateway) Request {
			g.registerCA(t, root, registry.Inactive, registry.Enable)
			return withCertificate(root.leaf(t, nil).Leaf)
		}, "is INACTIVE: set it ACTIVE", "A-239, D-30"},
		{"the CA of its CA registers automatically", func(g *gateway) Request {
			g.registerCA(t, root, registry.Active, registry.Enable)
			return withCertificate(factory.leaf(t, nil).Leaf, factory.Leaf)
		}, "register the signing CA itself", "A-242, D-30"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, yesAnswer)
			r := tt.prepare(g)
			before := len(g.Registry.Certificates())
			_, refused := g.authenticate(r)
			if code(refused) != "DEVICE_CERTIFICATE_NOT_REGISTERED" || !strings.Contains(refused.Hint, tt.hint) ||
				!slices.Contains(refused.Rules, "D-30") {
				t.Errorf("got %+v, want hint %q (%s)", refused, tt.hint, tt.source)
			}
			if got := len(g.Registry.Certificates()); got != before {
				t.Errorf("got %d certificates, want %d: nothing is registered (A-226)", got, before)
			}
		})
	}
}

func TestShown(t *testing.T) {
	certified := registry.DomainConfiguration{DomainConfigurationName: "mtls", DomainName: "mtls.example.test", AuthenticationType: "AWS_X509",
		ApplicationProtocol: "SECURE_MQTT"}
	tests := []struct {
		name   string
		facts  transport.Facts
		want   string
		hint   string
		rule   string
		source string
	}{
		{"none on 8883", transport.Facts{Listener: "mqtts", TLS: true}, "listener mqtts takes client certificates only", "https listener", "D-1",
			"A-11, D-1"},
		{"none with the ALPN of certificates", transport.Facts{Listener: "https", TLS: true, ALPN: "x-amzn-mqtt-ca"},
			"ALPN x-amzn-mqtt-ca takes client certificates only", "offer ALPN mqtt", "A-10", "A-10"},
		{"none where the domain wants one", transport.Facts{Listener: "https", TLS: true, ServerName: "mtls.example.test"},
			`domain configuration "mtls" (authenticationType AWS_X509) takes client certificates only`, "certificate and its private key", "A-49",
			"A-49"},
		{"no SNI where the domain wants one",
			transport.Facts{Listener: "https", TLS: true, HTTP: &transport.HTTP{Method: "POST", Host: "mtls.example.test"}},
			"the client sent no server name (SNI)", "connect to that name, not to an address", "D-33", "A-27, D-33"},
		{"no TLS where the domain wants a certificate", transport.Facts{Listener: "mqtt", ServerName: "mtls.example.test"},
			"which listener mqtt cannot ask for", "connect with TLS", "A-22", "A-22"},
	}
	for _, tt := range tests {
		g := newGateway(t, yesAnswer)
		if _, err := g.Registry.CreateDomainConfiguration(certified); err != nil {
			t.Fatal(err)
		}
		_, refused := g.authenticate(Request{Facts: &tt.facts})
		if code(refused) != notAuthenticated || !strings.Contains(refused.Detail, tt.want) || !strings.Contains(refused.Hint, tt.hint) ||
			!slices.Contains(refused.Rules, tt.rule) {
			t.Errorf("%s: got %+v, want %q, hint %q, %s (%s)", tt.name, refused, tt.want, tt.hint, tt.rule, tt.source)
		}
	}
}

// TestCertificateWins: an authorizer's parameters count for nothing.
func TestCertificateWins(t *testing.T) {
	tests := []struct {
		name     string
		username string
		noted    bool
		source   string
	}{
		{"an authorizer is named", "?x-amz-customauthorizer-name=pumps", true, "A-16, D-4"},
		{"in another case", "user?X-Amz-CustomAuthorizer-Name=pumps", true, "A-84, D-4"},
		{"the metrics of an SDK", "?SDK=Python&Version=1.4.9", false, "B-611"},
		{"a user name", "user", false, "B-611"},
	}
	secret := withCertificate(selfSigned(t))
	secret.Password = []byte("secret")
	if _, refused := newGateway(t, yesAnswer).authenticate(secret); refused == nil || !slices.Contains(refused.Rules, "D-4") ||
		strings.Contains(refused.Hint, "secret") {
		t.Errorf("a password: got %+v, want D-4 among the rules (D-4)", refused)
	}
	for _, tt := range tests {
		g := newGateway(t, yesAnswer)
		leaf := selfSigned(t)
		r := withCertificate(leaf)
		r.Username = &tt.username
		_, refused := g.authenticate(r)
		if refused == nil || slices.Contains(refused.Rules, "D-4") != tt.noted {
			t.Errorf("%s, unknown certificate: got %+v, want D-4 among the rules: %v (%s)", tt.name, refused, tt.noted, tt.source)
		}
		g.register(t, leaf)
		grant, refused := g.authenticate(r)
		if refused != nil || len(g.called) != 0 {
			t.Fatalf("%s: got %v, called %v, want a grant by the certificate alone (%s)", tt.name, refused, g.called, tt.source)
		}
		noted := slices.ContainsFunc(grant.Notes, func(n Note) bool { return n.Rule == "D-4" })
		if noted != tt.noted {
			t.Errorf("%s: got notes %v, want D-4: %v (%s)", tt.name, grant.Notes, tt.noted, tt.source)
		}
	}
}

// TestNoServerName: AWS wants SNI for such a certificate, an address has none.
func TestNoServerName(t *testing.T) {
	g := newGateway(t, yesAnswer)
	leaf := selfSigned(t)
	g.register(t, leaf)
	r := withCertificate(leaf)
	r.Facts.ServerName = ""
	grant, refused := g.authenticate(r)
	if refused != nil || len(grant.Notes) != 1 || grant.Notes[0].Rule != "A-236" {
		t.Errorf("got %+v, %v, want a grant with a note (A-31, A-236)", grant, refused)
	}
}

func TestReviewOfCertificate(t *testing.T) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	status := func(status string) func(*gateway, registry.Certificate) {
		return func(g *gateway, c registry.Certificate) {
			_, err := g.Registry.UpdateCertificateStatus(c.CertificateID, status)
			must(err)
		}
	}
	tests := []struct {
		name   string
		change func(*gateway, registry.Certificate)
		want   string // code of the refusal, "same" or "other"
		source string
	}{
		{"nothing", func(*gateway, registry.Certificate) {}, "same", "A-229"},
		{"another certificate", func(g *gateway, _ registry.Certificate) { g.register(t, selfSigned(t)) }, "same", "A-229"},
		{"deactivated", status(registry.Inactive), "DEVICE_CERTIFICATE_INACTIVE", "A-229, A-161"},
		{"revoked", status(registry.Revoked), "DEVICE_CERTIFICATE_REVOKED", "A-229, A-161"},
		{"deleted", func(g *gateway, c registry.Certificate) {
			status(registry.Inactive)(g, c)
			must(g.Registry.DeleteCertificate(c.CertificateID, true))
		}, "DEVICE_CERTIFICATE_NOT_REGISTERED", "A-229"},
		{"policy detached", func(g *gateway, c registry.Certificate) { must(g.Registry.DetachPolicy("all", c.CertificateArn)) }, "other",
			"A-222, B-136"},
		{"policy attached", func(g *gateway, c registry.Certificate) { g.attach(t, "more", c.CertificateArn) }, "other", "A-222"},
		{"another default version", func(g *gateway, c registry.Certificate) {
			_, err := g.Registry.CreatePolicyVersion("all", strings.Replace(allowAll, "iot:*", "iot:Connect", 1), true)
			must(err)
		}, "other", "A-222, B-129"},
		{"thing attached", func(g *gateway, c registry.Certificate) {
			_, err := g.Registry.CreateThing(registry.Thing{ThingName: "pump-7"})
			must(err)
			must(g.Registry.AttachThingPrincipal("pump-7", c.CertificateArn, ""))
		}, "other", "A-233"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, yesAnswer)
			leaf := selfSigned(t)
			c := g.register(t, leaf)
			r := withCertificate(leaf)
			old, refused := g.authenticate(r)
			if refused != nil {
				t.Fatal(refused)
			}
			tt.change(g, c)
			next, err := g.Review(r, old)
			got := "other"
			if err != nil {
				got = err.(*Error).Reason
			} else if next == old {
				got = "same"
			}
			if got != tt.want {
				t.Fatalf("got %s (%v), want %s (%s)", got, err, tt.want, tt.source)
			}
			if got == "other" && (next.PrincipalID != c.CertificateID || next.AuthenticationType != "AWS_X509") {
				t.Errorf("got %+v, want the rest as it was (A-229)", next)
			}
		})
	}
}

// customX509 is a domain that wants a certificate and asks pumps.
func customX509(t *testing.T, g *gateway) {
	t.Helper()
	no := false
	_, err := g.Registry.CreateDomainConfiguration(registry.DomainConfiguration{
		DomainConfigurationName: "both", DomainName: "both.example.test", AuthenticationType: "CUSTOM_AUTH_X509",
		ApplicationProtocol: "SECURE_MQTT",
		AuthorizerConfig:    &registry.AuthorizerConfig{DefaultAuthorizerName: "pumps", AllowAuthorizerOverride: &no},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCertificateAndCustom(t *testing.T) {
	const publish = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Publish","Resource":"arn:aws:iot:us-east-1:000000000000:topic/${iot:CertificateId}"}]}`
	tests := []struct {
		name      string
		answer    string // ID stands for the certificate's id
		documents int    // 1 is the certificate's own
		code      string
		source    string
	}{
		{"policies of both", `{"isAuthenticated":true,"principalId":"ID","policyDocuments":[` + publish +
			`],"refreshAfterInSeconds":400,"disconnectAfterInSeconds":500}`, 2, "", "A-249"},
		{"none", `{"isAuthenticated":true,"principalId":"ID","refreshAfterInSeconds":400,"disconnectAfterInSeconds":500}`, 1, "", "A-249"},
		{"null", `{"isAuthenticated":true,"principalId":"ID","policyDocuments":null,"refreshAfterInSeconds":400,"disconnectAfterInSeconds":500}`,
			1, "", "A-249"},
		{"an empty list", `{"isAuthenticated":true,"principalId":"ID","policyDocuments":[],"refreshAfterInSeconds":400,"disconnectAfterInSeconds":500}`, 1, "", "A-249"},
		{"another principal", `{"isAuthenticated":true,"principalId":"pump7","policyDocuments":[]}`, 0,
			"CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR", "A-249, guess"},
		{"no", `{"isAuthenticated":false}`, 0, "NOT_AUTHENTICATED", "A-121"},
		{"a broken policy", `{"isAuthenticated":true,"principalId":"ID","policyDocuments":[{}]}`, 0, "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR",
			"B-114"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			leaf := selfSigned(t)
			id := registry.CertificateIDOf(leaf)
			g := newGateway(t, strings.Replace(tt.answer, "ID", id, 1))
			customX509(t, g)
			c := g.register(t, leaf)
			r := withCertificate(leaf)
			r.Facts.ServerName = "both.example.test"
			grant, refused := g.authenticate(r)
			if code(refused) != tt.code || !slices.Equal(g.called, []string{"pumps"}) {
				t.Fatalf("got %v, called %v, want %q after one call (%s)", refused, g.called, tt.code, tt.source)
			}
			if refused != nil {
				if refused.AuthenticationType != "CUSTOM_AUTH_X509" || refused.Authorizer != "pumps" {
					t.Errorf("got %+v, want CUSTOM_AUTH_X509 by pumps (A-178)", refused)
				}
				return
			}
			if len(grant.Documents) != tt.documents || grant.PrincipalID != id || grant.AuthenticationType != "CUSTOM_AUTH_X509" ||
				grant.RefreshAfter != 400*time.Second || grant.DisconnectAfter != 500*time.Second || grant.Authorizer != "pumps" ||
				len(grant.Notes) != 0 {
				t.Errorf("got %+v, want %d documents of %s for 400 s and 500 s, by pumps (%s)", grant, tt.documents, id, tt.source)
			}
			if err := g.Registry.DetachPolicy("all", c.CertificateArn); err != nil {
				t.Fatal(err)
			}
			next, err := g.Review(r, grant)
			if err != nil || len(next.Documents) != tt.documents-1 || next.RefreshAfter != 400*time.Second {
				t.Errorf("review: got %+v, %v, want the authorizer's %d documents alone (A-151, A-249)", next, err, tt.documents-1)
			}
			if len(g.called) != 1 {
				t.Errorf("called: got %v, want no function at a review (A-151)", g.called)
			}
		})
	}
}

func TestCertificateBeforeCustom(t *testing.T) {
	g := newGateway(t, yesAnswer)
	customX509(t, g)
	r := withCertificate(selfSigned(t))
	r.Facts.ServerName = "both.example.test"
	if _, refused := g.authenticate(r); code(refused) != certificateNotRegistered || len(g.called) != 0 ||
		refused.AuthenticationType != "CUSTOM_AUTH_X509" {
		t.Errorf("got %+v, called %v, want the certificate refused first (A-247)", refused, g.called)
	}
}

// TestCustomX509Event is byte by byte what AWS's page shows.
func TestCustomX509Event(t *testing.T) {
	leaf := selfSigned(t)
	g := newGateway(t, `{"isAuthenticated":false}`)
	customX509(t, g)
	c := g.register(t, leaf)
	r := withCertificate(leaf)
	r.Facts.ServerName = "both.example.test"
	username := "user"
	r.Username, r.Password = &username, []byte("test")
	g.authenticate(r)
	text, err := json.Marshal(c.CertificatePem)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"signatureVerified":false,"protocols":["tls","mqtt"],"protocolData":{"tls":{"serverName":"both.example.test","x509CertificatePem":` + string(
		text) +
		`,"principalId":"` + c.CertificateID +
		`"},"mqtt":{"username":"user","password":"dGVzdA==","clientId":"pump-7"}},"connectionMetadata":{"id":"8c9e6b5a-3f0d-4d0c-9a51-0d6f4d1f2b7e"}}`
	if g.event != want {
		t.Errorf("got\n%s\nwant\n%s (A-248, A-250)", g.event, want)
	}
}

// TestHTTPSWithCertificate: the same policies, but no client id and no thing.
func TestHTTPSWithCertificate(t *testing.T) {
	g := newGateway(t, yesAnswer)
	leaf := selfSigned(t)
	c := g.register(t, leaf)
	if _, err := g.Registry.CreateThing(registry.Thing{ThingName: "pump-7"}); err != nil {
		t.Fatal(err)
	}
	if err := g.Registry.AttachThingPrincipal("pump-7", c.CertificateArn, registry.ExclusiveThing); err != nil {
		t.Fatal(err)
	}
	r := withCertificate(leaf)
	r.ClientID = ""
	r.Facts.Listener, r.Facts.ALPN, r.Facts.HTTP = "https", "x-amzn-http-ca", &transport.HTTP{Method: "POST", Path: "/topics/a"}
	grant, refused := g.authenticate(r)
	if refused != nil || len(grant.Documents) != 1 || grant.ThingName != "" || grant.Values["iot:Connection.Thing.ThingName"] != nil {
		t.Errorf("got %+v, %v, want the certificate's policy and no thing (A-245, B-324)", grant, refused)
	}
}

// TestHTTPSWithoutALPN: the certificate that a client has is not asked for.
func TestHTTPSWithoutALPN(t *testing.T) {
	g := newGateway(t, yesAnswer)
	_, refused := g.authenticate(overHTTP("POST", ""))
	if refused == nil || !strings.Contains(refused.Hint, "ALPN x-amzn-http-ca") || !slices.Contains(refused.Rules, "D-35") {
		t.Errorf("got %+v, want a hint to the ALPN (D-35)", refused)
	}
	_, refused = g.authenticate(overHTTP("GET", ""))
	if refused == nil || slices.Contains(refused.Rules, "D-35") {
		t.Errorf("WebSocket: got %+v, want no such hint (D-35)", refused)
	}
}
