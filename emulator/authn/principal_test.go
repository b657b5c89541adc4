package authn

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/sigv4/sigv4test"
)

const (
	testPool = "us-east-1:11111111-2222-3333-4444-555555555555"
	arnStart = "arn:aws:iot:us-east-1:000000000000:"
)

// newAccount has a policy per key: user, role, small (less than role), mine (a
// topic of the identity), and thing (a topic of the thing).
func newAccount(t *testing.T) *Authenticator {
	t.Helper()
	a := newSigners(t)
	r := a.Registry
	for name, resources := range map[string]string{
		"user":  `"` + arnStart + `client/${aws:username}","` + arnStart + `topic/${aws:userid}"`,
		"role":  `"*"`,
		"small": `"` + arnStart + `client/*","` + arnStart + `topic/small"`,
		"mine":  `"` + arnStart + `client/${cognito-identity.amazonaws.com:sub}","` + arnStart + `topic/${cognito-identity.amazonaws.com:aud}"`,
		"thing": `"` + arnStart + `client/*","` + arnStart + `topic/${iot:Connection.Thing.ThingName}","` + arnStart +
			`topic/${iot:Connection.Thing.Attributes[site]}"`,
	} {
		text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":[` + resources + `]}]}`
		if _, err := r.CreatePolicy(name, text); err != nil {
			t.Fatal(err)
		}
	}
	put := func(_ any, err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	put(r.PutUser(registry.User{UserName: "ann", Policies: []string{"user"}}))
	put(r.PutRole(registry.Role{RoleName: "app", Policies: []string{"role"}}))
	put(r.PutRole(registry.Role{RoleName: "own", Policies: []string{"mine"}}))
	put(r.PutIdentityPool(registry.IdentityPool{IdentityPoolID: testPool, UnauthenticatedRole: "app", AuthenticatedRole: "app"}))
	put(r.CreateThing(registry.Thing{ThingName: "pump-7", Attributes: map[string]string{"site": "osaka"}}))
	return a
}

// allows says what a grant allows, as the broker asks.
func allows(g *Grant, action policy.Action, name string) bool {
	context := policy.Context{Partition: "aws", Region: "us-east-1", Account: "000000000000", Values: g.Values}
	p := policy.Compile(g.Documents, context)
	for _, bound := range g.Bounds {
		p = p.Within(policy.Compile(bound, context))
	}
	return p.Allows(action, name)
}

func TestPrincipals(t *testing.T) {
	document := func(a *Authenticator, name string) []*policy.Document {
		p, _ := a.Registry.Policy(name)
		return []*policy.Document{p.Default().Parsed}
	}
	const (
		identity  = "us-east-1:99999999-2222-3333-4444-555555555555"
		connected = "iot:Connect pump-7"
	)
	tests := []struct {
		name       string
		credential registry.Credential
		session    string // its policy
		attached   string // to the identity
		allowed    []string
		refused    []string
		source     string
	}{
		{"user", registry.Credential{UserName: "ann"}, "", "",
			[]string{"iot:Connect ann"}, []string{connected, "iot:Publish ann"}, "A-213, A-216"},
		{"role", registry.Credential{RoleName: "app", RoleSessionName: "s"}, "", "", []string{connected, "iot:Publish any"}, nil, "A-216"},
		{"role that is gone", registry.Credential{RoleName: "gone", RoleSessionName: "s"}, "", "", nil, []string{connected}, "A-216"},
		{"session policy", registry.Credential{RoleName: "app", RoleSessionName: "s"}, "small", "", []string{connected, "iot:Publish small"},
			[]string{"iot:Publish any"}, "A-262"},
		{"identity without login", registry.Credential{RoleName: "app", IdentityID: identity}, "", "small",
			[]string{connected, "iot:Publish any"}, nil, "A-217, B-135"},
		{"identity with login", registry.Credential{RoleName: "app", IdentityID: identity, Authenticated: true}, "", "small",
			[]string{connected, "iot:Publish small"}, []string{"iot:Publish any"}, "A-218, B-135"},
		{"identity with login, role with less",
			registry.Credential{RoleName: "own", IdentityID: identity, IdentityPoolID: testPool, Authenticated: true}, "", "role",
			[]string{"iot:Connect " + identity, "iot:Publish " + testPool}, []string{connected}, "A-218, B-335"},
		{"identity with login, no policy attached", registry.Credential{RoleName: "app", IdentityID: identity, Authenticated: true}, "", "", nil,
			[]string{connected}, "A-219, D-45"},
		{"IAM's variable in an IoT policy",
			registry.Credential{RoleName: "app", IdentityID: identity, IdentityPoolID: testPool, Authenticated: true}, "", "mine", nil,
			[]string{"iot:Connect " + identity, "iot:Publish " + testPool}, "B-335"},
		{"identity attached to the thing", registry.Credential{RoleName: "app", IdentityID: identity, Authenticated: true}, "", "thing",
			[]string{connected, "iot:Publish pump-7", "iot:Publish osaka"}, []string{"iot:Publish any"}, "B-325, B-328"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := newAccount(t)
			if tt.session != "" {
				tt.credential.SessionPolicies = document(a, tt.session)
			}
			if tt.attached != "" {
				if err := a.Registry.AttachPolicy(tt.attached, identity); err != nil {
					t.Fatal(err)
				}
			}
			if err := a.Registry.AttachThingPrincipal("pump-7", identity, ""); err != nil {
				t.Fatal(err)
			}
			g := a.principal(tt.credential, mqttTLS("", ""))
			for _, request := range tt.allowed {
				if action, name := cutSpace(request); !allows(g, action, name) {
					t.Errorf("%s: got refused, want allowed (%s)", request, tt.source)
				}
			}
			for _, request := range tt.refused {
				if action, name := cutSpace(request); allows(g, action, name) {
					t.Errorf("%s: got allowed, want refused (%s)", request, tt.source)
				}
			}
			if wantThing := map[bool]string{true: "pump-7"}[tt.credential.Authenticated]; g.ThingName != wantThing {
				t.Errorf("thing: got %q, want %q (B-325)", g.ThingName, wantThing)
			}
		})
	}
}

func cutSpace(request string) (policy.Action, string) {
	for i := range request {
		if request[i] == ' ' {
			return policy.Action(request[:i]), request[i+1:]
		}
	}
	return policy.Action(request), ""
}

func TestPrincipalValues(t *testing.T) {
	a := newAccount(t)
	identity, err := a.Registry.NewIdentity(testPool, map[string]string{"accounts.example.test": "ann"})
	if err != nil {
		t.Fatal(err)
	}
	ann, _ := a.Registry.User("ann")
	app, _ := a.Registry.Role("app")
	tests := []struct {
		name       string
		credential registry.Credential
		want       policy.Values
		source     string
	}{
		{"user", registry.Credential{UserName: "ann"},
			policy.Values{"aws:userid": {ann.UserID}, "aws:username": {"ann"}, "aws:PrincipalArn": {ann.UserArn},
				"aws:PrincipalType": {"User"}, "aws:PrincipalAccount": {"000000000000"},
				"aws:SecureTransport": {"true"}, "aws:RequestedRegion": {"us-east-1"}}, "IAM"},
		{"role", registry.Credential{RoleName: "app", RoleSessionName: "s"},
			policy.Values{"aws:userid": {app.RoleID + ":s"}, "aws:PrincipalArn": {app.RoleArn},
				"aws:PrincipalType": {"AssumedRole"}, "aws:PrincipalAccount": {"000000000000"},
				"aws:SecureTransport": {"true"}, "aws:RequestedRegion": {"us-east-1"}}, "IAM"},
		{"keys with values of their own", registry.Credential{UserName: "ann", Values: policy.Values{"credentials-iot:ThingName": {"pump-7"}}},
			policy.Values{"credentials-iot:ThingName": {"pump-7"}, "aws:username": {"ann"}}, "A-253"},
		{"identity with login", registry.Credential{RoleName: "app", RoleSessionName: "CognitoIdentityCredentials",
			IdentityID: identity.IdentityID, IdentityPoolID: testPool, Authenticated: true},
			policy.Values{"cognito-identity.amazonaws.com:sub": {identity.IdentityID}, "cognito-identity.amazonaws.com:aud": {testPool},
				"cognito-identity.amazonaws.com:amr": {"authenticated", "accounts.example.test"},
				"aws:userid":                         {app.RoleID + ":CognitoIdentityCredentials"},
				"aws:FederatedProvider":              {"cognito-identity.amazonaws.com"}}, "B-335"},
		{"identity without", registry.Credential{RoleName: "app", IdentityID: testPool, IdentityPoolID: testPool},
			policy.Values{"cognito-identity.amazonaws.com:sub": {testPool}, "cognito-identity.amazonaws.com:amr": {"unauthenticated"}}, "B-335"},
	}
	for _, tt := range tests {
		g := a.principal(tt.credential, mqttTLS("", ""))
		for _, key := range slices.Sorted(maps.Keys(tt.want)) {
			if !slices.Equal(g.Values[key], tt.want[key]) {
				t.Errorf("%s: %s: got %v, want %v (%s)", tt.name, key, g.Values[key], tt.want[key], tt.source)
			}
		}
		if _, ok := g.Values["aws:username"]; ok != (tt.credential.RoleName == "") {
			t.Errorf("%s: aws:username: got %v (%s)", tt.name, ok, tt.source)
		}
	}
}

// A change of the account counts at once.
func TestReviewSigned(t *testing.T) {
	a := newAccount(t)
	r := a.Registry
	const identity = "us-east-1:99999999-2222-3333-4444-555555555555"
	if err := r.AttachPolicy("role", identity); err != nil {
		t.Fatal(err)
	}
	c, err := r.IssueCredential(registry.Credential{RoleName: "app", RoleSessionName: "s", IdentityID: identity, Authenticated: true},
		time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	request := Request{Facts: factsFor(t, "GET",
		sigv4test.URL(c.AccessKeyID, c.SecretAccessKey, c.SessionToken, "us-east-1", "iotdata", gatewayHost, "/mqtt")), ClientID: "pump-7"}
	grant, err := a.Authenticate(t.Context(), request)
	if err != nil || !allows(grant, policy.Publish, "any") {
		t.Fatalf("got %v, %v, want a grant", grant, err)
	}
	if same, err := a.Review(request, grant); err != nil || same != grant {
		t.Errorf("got %v, %v, want the same grant: nothing has changed (A-222)", same, err)
	}
	if _, err := r.PutRole(registry.Role{RoleName: "app", Policies: []string{"small"}}); err != nil {
		t.Fatal(err)
	}
	grant, err = a.Review(request, grant)
	if err != nil || allows(grant, policy.Publish, "any") || !allows(grant, policy.Publish, "small") {
		t.Errorf("got %v, %v, want the role's new policy (A-222)", grant, err)
	}
	r.Advance(48 * time.Hour)
	if again, err := a.Review(request, grant); err != nil || again != grant {
		t.Errorf("got %v, %v, want what was granted: the keys are forgotten (A-34)", again, err)
	}
}
