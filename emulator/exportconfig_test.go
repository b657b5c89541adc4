package emulator

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/registry"
)

// issued is a new certificate with its key, both PEM.
func issued(t *testing.T, name string, ca bool) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: ca, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
}

func tokenKey(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// done wants no error.
func done[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

const (
	pool    = "us-east-1:11111111-2222-3333-4444-555555555555"
	known   = "us-east-1:66666666-2222-3333-4444-555555555555"
	unknown = "us-east-1:77777777-2222-3333-4444-555555555555"
)

// makeEverything does by the registry's methods what the API can do.
func makeEverything(t *testing.T, r *registry.Registry) {
	t.Helper()
	arn := func(service, resource string) string {
		return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, r.Region(), r.Account(), resource)
	}
	ok := func(errs ...error) {
		t.Helper()
		for _, err := range errs {
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	done(r.PutFunction(registry.Function{FunctionName: "made", Permissions: []registry.Permission{
		{Principal: "iot.amazonaws.com", Action: "lambda:InvokeFunction", SourceArn: arn("iot", "authorizer/made"), SourceAccount: r.Account()}},
		Configuration: registry.FunctionConfiguration{Runtime: "provided", Code: t.TempDir(), Handler: "h",
			Environment: map[string]string{"A": "1"}}}))(t)
	done(r.PutFunction(registry.Function{FunctionName: "forbidden", Permissions: []registry.Permission{},
		Configuration: registry.FunctionConfiguration{Runtime: "provided", Code: t.TempDir()}}))(t)
	done(r.CreateAuthorizer(registry.Authorizer{AuthorizerName: "made", AuthorizerFunctionArn: "made", Status: "ACTIVE", TokenKeyName: "t",
		TokenSigningPublicKeys: map[string]string{"1": tokenKey(t), "2": tokenKey(t)}, EnableCachingForHttp: true}))(t)
	if r.DefaultAuthorizer() == "" {
		ok(r.SetDefaultAuthorizer("made"))
	}

	cert, key := issued(t, "made.example.test", false)
	acm := done(r.PutServerCertificate(registry.ServerCertificate{PEM: cert, Type: registry.AmazonIssued}, key))(t)
	no := false
	done(r.CreateDomainConfiguration(registry.DomainConfiguration{DomainConfigurationName: "made", DomainName: "made.example.test",
		ServerCertificateArns: []string{acm.CertificateArn}, ValidationCertificateArn: acm.CertificateArn,
		AuthorizerConfig:    &registry.AuthorizerConfig{DefaultAuthorizerName: "made", AllowAuthorizerOverride: &no},
		AuthenticationType:  registry.CustomAuthX509,
		ApplicationProtocol: registry.SecureMQTT, TLSConfig: &registry.TLSConfig{SecurityPolicy: "IoTSecurityPolicy_TLS13_1_2_2022_10"},
		ServerCertificateConfig: &registry.ServerCertificateConfig{EnableOCSPCheck: true, OCSPLambdaArn: arn("lambda", "function:ocsp")},
		ClientCertificateConfig: &registry.ClientCertificateConfig{ClientCertificateCallbackArn: "made"}}))(t)
	done(r.CreateDomainConfiguration(registry.DomainConfiguration{DomainConfigurationName: "managed",
		DomainConfigurationStatus: "DISABLED"}))(t)

	done(r.CreatePolicy("one", "  "+allowAll+"\n\t"))(t)
	done(r.CreatePolicy("many", allowAll))(t)
	done(r.CreatePolicyVersion("many", strings.ReplaceAll(allowAll, `"*"`, `"arn:aws:iot:us-east-1:000000000000:client/${iot:ClientId}"`),
		true))(t)
	ok(r.DeletePolicyVersion("many", "1"))
	done(r.CreatePolicyVersion("many", strings.ReplaceAll(allowAll, ", ", ",\n"), false))(t)

	done(r.CreateThingType(registry.ThingType{ThingTypeName: "old", Description: "no: longer #", SearchableAttributes: []string{"a", "b"},
		PropagatingAttributes: []registry.PropagatingAttribute{{UserPropertyKey: "a", ThingAttribute: "a"},
			{UserPropertyKey: "$id", ConnectionAttribute: registry.PropagatesClientID}}}))(t)
	done(r.CreateThingType(registry.ThingType{ThingTypeName: "tagged"}))(t)
	done(r.CreateBillingGroup(registry.BillingGroup{BillingGroupName: "bills", Description: "d"}))(t)
	done(r.CreateThing(registry.Thing{ThingName: "lamp", ThingTypeName: "old", BillingGroupName: "bills",
		Attributes: map[string]string{"a": "1", "b": "true"}}))(t)
	done(r.CreateThing(registry.Thing{ThingName: "123"}))(t)
	ok(r.DeprecateThingType("old"))
	done(r.CreateThingGroup(registry.ThingGroup{ThingGroupName: "zone"}))(t)
	done(r.CreateThingGroup(registry.ThingGroup{ThingGroupName: "attic", ParentGroupName: "zone", Description: "d",
		Attributes: map[string]string{"a": "b"}}))(t)
	ok(r.AddThingToThingGroup("lamp", "attic"), r.AddThingToThingGroup("123", "zone"), r.AttachPolicy("one", arn("iot", "thinggroup/attic")))

	caPEM, _ := issued(t, "ca", true)
	ca := done(r.RegisterCACertificate(registry.CACertificate{CertificatePem: caPEM, CertificateMode: registry.ModeSNIOnly,
		AutoRegistrationStatus: registry.Enable,
		RegistrationConfig:     &registry.RegistrationConfig{TemplateBody: "{\n}", RoleArn: "arn:aws:iam::000000000000:role/provision"}}))(t)
	var certs []registry.Certificate
	for _, status := range []string{"ACTIVE", "INACTIVE", "REVOKED", "PENDING_ACTIVATION"} {
		text, _ := issued(t, status, false)
		certs = append(certs, done(r.AddCertificate(registry.Certificate{CertificatePem: text, Status: status,
			CACertificateID: ca.CertificateID}))(t))
	}
	ok(r.AttachThingPrincipal("lamp", certs[0].CertificateArn, registry.ExclusiveThing),
		r.AttachThingPrincipal("lamp", certs[1].CertificateArn, ""), r.AttachThingPrincipal("123", certs[1].CertificateArn, ""),
		r.AttachPolicy("one", certs[0].CertificateArn), r.AttachPolicy("many", certs[0].CertificateArn))

	done(r.PutRole(registry.Role{RoleName: "app-2", Policies: []string{"one"}, AssumeRolePolicyDocument: allowAll}))(t)
	done(r.PutUser(registry.User{UserName: "me", Policies: []string{"many", "one"}}))(t)
	done(r.PutCredential(registry.Credential{AccessKeyID: "AKIAMADE", SecretAccessKey: "very secret", UserName: "me"}))(t)
	if _, exists := r.IdentityPool(pool); !exists {
		done(r.PutIdentityPool(registry.IdentityPool{IdentityPoolID: pool, IdentityPoolName: "p", UnauthenticatedRole: "app-2",
			AllowClassicFlow: true}))(t)
	}
	id := done(r.NewIdentity(pool, map[string]string{"login": "me"}))(t)
	done(r.NewIdentity(pool, nil))(t)
	ok(r.AttachPolicy("one", id.IdentityID), r.AttachPolicy("many", unknown), r.AttachThingPrincipal("123", id.IdentityID, ""))
	r.IssueCredential(registry.Credential{RoleName: "app-2"}, time.Hour)
	done(r.CreateRoleAlias(registry.RoleAlias{RoleAlias: "alias", RoleArn: "app-2", CredentialDurationSeconds: 900}))(t)

	ok(r.SetLoggingOptions(registry.LoggingOptions{RoleArn: "arn:aws:iam::000000000000:role/log", DefaultLogLevel: "WARN",
		DisableAllLogs:      true,
		EventConfigurations: []registry.EventLogging{{EventType: "Connect", LogLevel: "DEBUG"}}}),
		r.SetLogLevel(registry.LogTarget{TargetType: "CLIENT_ID", TargetName: "lamp"}, "DEBUG"),
		r.SetLogLevel(registry.LogTarget{TargetType: "THING_GROUP", TargetName: "attic"}, "ERROR"),
		r.SetV1Logging(registry.V1Logging{RoleArn: "arn:aws:iam::000000000000:role/log", LogLevel: "INFO"}),
		r.UpdateEventConfigurations(map[string]bool{"THING": true, "JOB": true}),
		r.UpdateIndexing(&registry.ThingIndexing{ThingIndexingMode: "REGISTRY", ThingConnectivityIndexingMode: "STATUS",
			CustomFields: []registry.IndexedField{{Name: "attributes.a", Type: "Number"}},
			Filter: registry.IndexingFilter{Connectivity: registry.ConnectivityFilter{
				IncludeSocketInformation: []string{registry.SocketsOfConnectivity}}}},
			&registry.ThingGroupIndexing{ThingGroupIndexingMode: "ON"}),
		r.TagResource(acm.CertificateArn, map[string]string{"n": "y"}),
		r.TagResource(arn("iot", "policy/one"), map[string]string{"a key": "a: value", "1": "2"}),
		r.TagResource(arn("iot", "thingtype/tagged"), map[string]string{"a": ""}))
	r.RegistrationCode()
	r.Advance(time.Hour)
}

// unsaid is what suback.yaml does not say, by kind and field.
var unsaid = []string{"CreationDate", "LastModifiedDate", "CreateDate", "LastStatusChangeDate", "CreatedAt", "DeprecationDate",
	"LastModified",
	"Version", "Created", "RevisionID"}

// said is a state without what suback.yaml does not say.
func said(t *testing.T, s registry.State) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	for kind, values := range s {
		if kind == "advanced" || kind == "registrationCode" {
			continue
		}
		out[kind] = map[string]any{}
		for key, text := range values {
			if kind == "credentials" && strings.HasPrefix(key, "ASIA") {
				continue
			}
			var v any
			if err := json.Unmarshal(text, &v); err != nil {
				t.Fatal(err)
			}
			out[kind][key] = withoutUnsaid(v)
		}
	}
	return out
}

func withoutUnsaid(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			if slices.Contains(unsaid, key) {
				delete(v, key)
			} else {
				v[key] = withoutUnsaid(v[key])
			}
		}
	case []any:
		for i := range v {
			v[i] = withoutUnsaid(v[i])
		}
	}
	return v
}

func exported(t *testing.T, e *Emulator, o ExportOptions) string {
	t.Helper()
	text := new(bytes.Buffer)
	if err := e.Export(text, o); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// TestExportRoundTrip: the exported suback.yaml makes the same state again.
func TestExportRoundTrip(t *testing.T) {
	t.Parallel()
	fixture := done(LoadConfig("../fixtures/suback.yaml"))(t)
	for _, tt := range []struct {
		name   string
		config *Config
		fill   func(*testing.T, *registry.Registry)
	}{
		{"nothing", &Config{}, func(*testing.T, *registry.Registry) {}},
		{"fixtures/suback.yaml", fixture, func(*testing.T, *registry.Registry) {}},
		{"everything the API can make", &Config{LambdaPermissions: "enforce"}, makeEverything},
		{"both", fixture, makeEverything},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := opened(t, Options{Config: tt.config})
			tt.fill(t, e.account.registry)
			text := exported(t, e, ExportOptions{Secrets: true})
			again, err := parseConfig("../fixtures/exported.yaml", []byte(text))
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			again = done(again.withCode(e.account.code))(t)
			r, err := (Options{Config: again}).registry()
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			compareStates(t, said(t, r.State()), said(t, e.account.registry.State()))
			if got, want := fmt.Sprint(again.Listeners, again.Limits, again.EndpointAddress), fmt.Sprint(tt.config.Listeners, tt.config.Limits,
				tt.config.EndpointAddress); got != want {
				t.Errorf("got %s, want %s as it runs (issue 6)", got, want)
			}
			if !reflect.DeepEqual(again.Soracom, tt.config.Soracom) {
				t.Errorf("got soracom %+v, want %+v as it runs (issue 6)", again.Soracom, tt.config.Soracom)
			}
		})
	}
}

func compareStates(t *testing.T, got, want map[string]map[string]any) {
	t.Helper()
	for _, pair := range [][2]map[string]map[string]any{{got, want}, {want, got}} {
		for kind, values := range pair[0] {
			for key := range values {
				if a, b := got[kind][key], want[kind][key]; !reflect.DeepEqual(a, b) {
					t.Errorf("%s %q: got %v, want %v (issue 6)", kind, key, a, b)
				}
			}
		}
	}
}

// TestExportWithoutSecrets: it has none, says so, and can be loaded.
func TestExportWithoutSecrets(t *testing.T) {
	e := opened(t, Options{Config: done(LoadConfig("../fixtures/suback.yaml"))(t)})
	makeEverything(t, e.account.registry)
	text := exported(t, e, ExportOptions{})
	for _, secret := range []string{"very secret", "PRIVATE KEY", "secretAccessKey", "secret-local", "password: local"} {
		if strings.Contains(text, secret) {
			t.Errorf("got %q in it, want no secrets (issue 6)", secret)
		}
	}
	for _, want := range []string{"# Left out: credentials AKIAMADE, whose secret access key --secrets would write.\n",
		"# Left out: server certificate arn:aws:acm:", "# Left out: SORACOM's authKeys and users"} {
		if !strings.Contains(text, want) {
			t.Errorf("got no %q, want it told (issue 6):\n%.1000s", want, text)
		}
	}
	again, err := parseConfig("../fixtures/exported.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (Options{Config: again}).registry(); err != nil {
		t.Errorf("got %v, want what can be loaded (issue 6)", err)
	}
}

func TestExportIsServed(t *testing.T) {
	e := Run(t, Options{Config: config(t, "things: [{thingName: lamp}]\ncredentials: [{accessKeyId: AKIAX, secretAccessKey: secret-of-x}]")})
	tests := []struct {
		query  string
		status int
		want   string
	}{
		{"", 200, "thingName: lamp"},
		{"?format=yaml", 200, "# Left out: credentials AKIAX"},
		{"?format=yaml&secrets=true", 200, "secretAccessKey: secret-of-x"},
		{"?format=cloudformation", 200, "AWS::IoT::Thing"},
		{"?format=json", 400, `format is \"json\", want yaml or cloudformation`},
		{"?secrets=yes", 400, `secrets is \"yes\", want true or false`},
	}
	for _, tt := range tests {
		resp, err := http.Get("http://" + e.Addr(HTTP) + "/_suback/export" + tt.query)
		if err != nil {
			t.Fatal(err)
		}
		text := new(bytes.Buffer)
		_, _ = text.ReadFrom(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != tt.status || !strings.Contains(text.String(), tt.want) {
			t.Errorf("%s: got %d %.300s, want %d …%s… (issue 6)", tt.query, resp.StatusCode, text, tt.status, tt.want)
		}
	}
}
