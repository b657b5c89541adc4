package tokens_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/skips"
	"github.com/suback/suback/emulator/tokens"
	"github.com/suback/suback/emulator/trace"
)

const (
	pool   = "us-east-1:11111111-2222-3333-4444-555555555555"
	closed = "us-east-1:21111111-2222-3333-4444-555555555555" // a pool for those with logins only
	role   = "arn:aws:iam::000000000000:role/"
	user   = "arn:aws:iam::000000000000:user/"
)

// patience is how long a test waits for another program.
const patience = 30 * time.Second

// account is a registry with what the tests are about, and the handler in
// front of it.
type account struct {
	*registry.Registry
	*httptest.Server
	options tokens.Options
	trace   *trace.Recorder
	ca      *pki.CA
	device  tls.Certificate // registered, with a policy for the role alias "camera"
}

func allow(action string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"` + action + `","Resource":"*"}]}`
}

func start(t *testing.T) *account {
	t.Helper()
	r, err := registry.New(registry.Options{})
	must(t, err)
	a := &account{Registry: r, trace: trace.New(trace.Options{})}
	a.fill(t)
	a.addDevice(t)
	a.options = tokens.Options{
		Registry:     r,
		Authenticate: (&authn.Authenticator{Registry: r}).Authenticate,
		Trace:        a.trace,
	}
	a.Server = httptest.NewServer(tokens.New(a.options))
	t.Cleanup(a.Close)
	t.Cleanup(func() {
		for _, ev := range a.trace.Events(trace.Filter{}) {
			if ev.Outcome != trace.Allowed && len(ev.Rules) > 0 && ev.Hint == "" {
				t.Errorf("got no hint, want a sentence that says what to do:\n%s", ev.Text())
			}
		}
	})
	return a
}

func (a *account) fill(t *testing.T) {
	t.Helper()
	for name, text := range map[string]string{
		"all": allow("iot:*"), "publish": allow("iot:Publish"), "camera": allow("iot:AssumeRoleWithCertificate"),
		"denied": `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"sts:*","Resource":"*"}]}`,
	} {
		_, err := a.CreatePolicy(name, text)
		must(t, err)
	}
	for name, trusted := range map[string]string{
		"app": "", "guest": "", "member": "",
		"picky":  trust(`"AWS":"`+user+`ann"`, "sts:AssumeRole", `"Condition":{"StringEquals":{"sts:ExternalId":"secret-id"}}`),
		"anyone": trust(`"AWS":["000000000000"]`, "sts:AssumeRole", ""),
		"device": trust(`"Service":"credentials.iot.amazonaws.com"`, "sts:AssumeRole", ""),
		"web": trust(`"Federated":"cognito-identity.amazonaws.com"`, "sts:AssumeRoleWithWebIdentity",
			`"Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"`+pool+
				`"},"ForAnyValue:StringLike":{"cognito-identity.amazonaws.com:amr":"authenticated"}}`),
	} {
		_, err := a.PutRole(registry.Role{RoleName: name, Policies: []string{"all"}, AssumeRolePolicyDocument: trusted})
		must(t, err)
	}
	for name, policies := range map[string][]string{"ann": {"all"}, "bob": {"denied"}} {
		_, err := a.PutUser(registry.User{UserName: name, Policies: policies})
		must(t, err)
		_, err = a.PutCredential(registry.Credential{AccessKeyID: "AKIA" + strings.ToUpper(name), SecretAccessKey: name + "s secret",
			UserName: name})
		must(t, err)
	}
	for _, p := range []registry.IdentityPool{
		{IdentityPoolID: pool, UnauthenticatedRole: "guest", AuthenticatedRole: "member"},
		{IdentityPoolID: closed, AuthenticatedRole: "picky"},
	} {
		_, err := a.PutIdentityPool(p)
		must(t, err)
	}
	for alias, arn := range map[string]string{"camera": role + "device", "lost": role + "nobody", "wrong": role + "web"} {
		_, err := a.CreateRoleAlias(registry.RoleAlias{RoleAlias: alias, RoleArn: arn, CredentialDurationSeconds: 900})
		must(t, err)
	}
}

// trust is a trust policy of one statement; more is another member of it.
func trust(principal, action, more string) string {
	if more != "" {
		more = "," + more
	}
	return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{` + principal + `},"Action":"` + action + `"` + more + `}}`
}

// addDevice registers a certificate that belongs to the thing camera-1.
func (a *account) addDevice(t *testing.T) {
	t.Helper()
	var err error
	a.ca, err = pki.Open("")
	must(t, err)
	a.device = a.register(t, "camera-1", "camera")
	c, _ := a.CertificateOf(leaf(t, a.device))
	_, err = a.CreateThingType(registry.ThingType{ThingTypeName: "cam"})
	must(t, err)
	for _, thing := range []string{"camera-1", "camera-2"} {
		_, err = a.CreateThing(registry.Thing{ThingName: thing, ThingTypeName: "cam"})
		must(t, err)
	}
	must(t, a.AttachThingPrincipal("camera-1", c.CertificateArn, ""))
}

// register adds a certificate with a policy.
func (a *account) register(t *testing.T, name, policyName string) tls.Certificate {
	t.Helper()
	c, err := a.ca.ClientCertificate(name)
	must(t, err)
	registered, err := a.CreateCertificate(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]})),
		registry.Active)
	must(t, err)
	must(t, a.AttachPolicy(policyName, registered.CertificateArn))
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// sts is a client of the AWS SDK with keys.
func (a *account) sts(id, secret, token string) *sts.Client {
	return sts.New(sts.Options{Region: "us-east-1", BaseEndpoint: aws.String(a.URL), RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, token)})
}

func (a *account) cognito() *cognitoidentity.Client {
	return cognitoidentity.New(cognitoidentity.Options{Region: "us-east-1", BaseEndpoint: aws.String(a.URL), RetryMaxAttempts: 1})
}

// post sends a request as key; "" leaves it unsigned. It returns the answer and
// its body.
func (a *account) post(t *testing.T, key, contentType, target, body string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, a.URL+"/", strings.NewReader(body))
	must(t, err)
	r.Header.Set("Content-Type", contentType)
	if target != "" {
		r.Header.Set("X-Amz-Target", "AWSCognitoIdentityService."+target)
	}
	if key != "" {
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key+"/20261121/us-east-1/sts/aws4_request, SignedHeaders=host, Signature=0")
	}
	return do(t, http.DefaultClient, r)
}

func do(t *testing.T, client *http.Client, r *http.Request) (*http.Response, string) {
	t.Helper()
	response, err := client.Do(r)
	must(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	return response, string(body)
}

// form calls STS as key.
func (a *account) form(t *testing.T, key, form string) (*http.Response, string) {
	return a.post(t, key, "application/x-www-form-urlencoded; charset=utf-8", "", "Version=2011-06-15&"+form)
}

// json calls Cognito.
func (a *account) json(t *testing.T, operation, body string) (*http.Response, string) {
	return a.post(t, "", "application/x-amz-json-1.1", operation, body)
}

// refused checks that the latest record of the trace is a refusal that says
// all of want, and that it holds no secret.
func (a *account) refused(t *testing.T, source string, want ...string) {
	t.Helper()
	events := a.trace.Events(trace.Filter{Outcome: trace.Refused})
	if len(events) == 0 {
		t.Fatalf("got no refusal in the trace, want one (%s)", source)
	}
	e := events[len(events)-1]
	text := strings.Join([]string{e.Principal, string(e.Action), e.Resource, e.Reason, e.Detail, e.Saw, e.Hint, strings.Join(e.Rules, " ")},
		" | ")
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("got %s, want %q in it (%s)", text, w, source)
		}
	}
	if strings.Contains(text, "secret-") {
		t.Errorf("got %s, want no secret in it (%s)", text, source)
	}
	if e.Operation != trace.Tokens || e.TraceID == "" || e.Protocol != "HTTP" {
		t.Errorf("got operation %s, trace id %q, protocol %q, want Tokens, a request's id, HTTP", e.Operation, e.TraceID, e.Protocol)
	}
}

// reach is what keys may do: their role within their session policies.
func (a *account) reach(k registry.Credential) *policy.Policy {
	context := policy.Context{Partition: "aws", Region: a.Region(), Account: a.Account()}
	p := policy.Compile(a.CredentialDocuments(k), context)
	if k.SessionPolicies != nil {
		p = p.Within(policy.Compile(k.SessionPolicies, context))
	}
	return p
}

func missing(t *testing.T, what, install string) {
	t.Helper()
	skips.Missing(t, what, install)
}

func leaf(t *testing.T, c tls.Certificate) *x509.Certificate {
	t.Helper()
	parsed, err := x509.ParseCertificate(c.Certificate[0])
	must(t, err)
	return parsed
}
