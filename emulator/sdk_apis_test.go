package emulator_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

// AWS's SDK v3 for JavaScript, with nothing but AWS_ENDPOINT_URL changed: Cognito,
// STS, and signed requests to the data plane [A-200, A-254…A-262].

const appPool = "us-east-1:11111111-2222-3333-4444-555555555555"

// appAccount has an identity pool, a role that its identities may assume, and one
// that may do less.
func appAccount(t *testing.T) *emulator.Emulator {
	t.Helper()
	allow := func(actions string) emulator.PolicyDocument {
		return emulator.PolicyDocument(fmt.Sprintf(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": [%s], "Resource": "*"}}`,
			actions))
	}
	return emulator.Run(t, emulator.Options{Listeners: free, Config: &emulator.Config{
		AccountID: "123456789012",
		Policies: []emulator.Policy{
			{PolicyName: "all", PolicyDocument: allow(`"iot:*", "sts:*"`)},
			{PolicyName: "reads", PolicyDocument: allow(`"iot:GetRetainedMessage", "iot:ListRetainedMessages"`)},
		},
		Credentials: []emulator.Credential{{AccessKeyID: "AKIALOCAL", SecretAccessKey: "secret", Policies: []string{"all"}}},
		Roles: []emulator.Role{
			{RoleName: "guest", Policies: []string{"all"}},
			{RoleName: "member", Policies: []string{"all"}},
			{RoleName: "app", Policies: []string{"all"}},
			{RoleName: "reader", Policies: []string{"reads"}},
			{RoleName: "closed", Policies: []string{"all"},
				AssumeRolePolicyDocument: `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/nobody"}, "Action": "sts:AssumeRole"}}`},
		},
		IdentityPools: []registry.IdentityPool{{IdentityPoolID: appPool, IdentityPoolName: "app", UnauthenticatedRole: "guest",
			AuthenticatedRole: "member"}},
	}})
}

// startApp runs fixtures/clients/aws.js. Without other keys in its environment it
// has those of the account's user.
func startApp(t *testing.T, e *emulator.Emulator, environment []string, args ...string) *program {
	t.Helper()
	npmModules(t, "@aws-sdk/client-cognito-identity")
	environment = append([]string{
		"NODE_PATH=" + npmModules(t, "@aws-sdk/client-iot-data-plane"), "NODE_EXTRA_CA_CERTS=" + caFile(t, e), "NODE_NO_WARNINGS=1",
		"AWS_ENDPOINT_URL=https://localhost:" + portOf(t, e, emulator.HTTPS), "AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=AKIALOCAL", "AWS_SECRET_ACCESS_KEY=secret", "AWS_SESSION_TOKEN=", "AWS_CONFIG_FILE=/dev/null",
	}, environment...)
	return start(t, environment, nodejs(t), append([]string{"../fixtures/clients/aws.js"}, args...)...)
}

// loginToken is a token of a login provider, which nobody verifies.
func loginToken(t *testing.T, who string) string {
	t.Helper()
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	return part(`{"alg":"none"}`) + "." +
		part(fmt.Sprintf(`{"iss":"https://login.example.test","aud":"app","sub":%q,"exp":%d}`, who, time.Now().Add(time.Hour).Unix())) + "."
}

func TestSDKAPIs(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:sts::123456789012:assumed-role/"
	role := func(name string) string { return "arn:aws:iam::123456789012:role/" + name }
	tests := []struct {
		name        string
		environment []string
		args        []string
		lines       []string
		cause       cause
		source      string
	}{
		{"user", nil, nil, []string{"published", "retained %s 1 hello", "listed %s", "signed by arn:aws:iam::123456789012:user/AKIALOCAL"},
			cause{}, "A-200, A-216"},
		{"guest", nil, []string{"--identity-pool", appPool},
			[]string{"identity us-east-1:", "published", "retained %s 1 hello", "listed %s", "signed by " + arn +
				"guest/CognitoIdentityCredentials"}, cause{}, "A-255, A-256"},
		{"guest with a role", nil, []string{"--identity-pool", appPool, "--role", role("app")},
			[]string{"identity us-east-1:", "published", "retained %s 1 hello", "listed %s", "signed by " + arn + "app/app"}, cause{}, "A-258"},
		{"over http", []string{"AWS_ENDPOINT_URL=http"}, []string{"--identity-pool", appPool, "--role", role("app")},
			[]string{"published", "listed %s", "signed by " + arn + "app/app"}, cause{}, "docs/design.md"},
		{"a role that may less", nil, []string{"--role", role("reader")}, []string{"refused 403 ForbiddenException"},
			cause{operation: trace.PublishIn, reason: "AUTHORIZATION_FAILURE", action: policy.Publish,
				resource: "arn:aws:iot:us-east-1:123456789012:topic/%s"}, "A-165, A-262"},
		{"a role that trusts another", nil, []string{"--role", role("closed")},
			[]string{"refused 403 AccessDenied User: arn:aws:iam::123456789012:user/AKIALOCAL is not authorized to perform: sts:AssumeRole on " +
				"resource: " + role("closed")},
			cause{operation: trace.Tokens, reason: "AccessDenied", rules: []string{"A-260"}}, "A-260"},
		{"a member without an IoT policy", nil, []string{"--identity-pool", appPool, "--login", "login.example.test=" + loginToken(t, "alice")},
			[]string{"refused 403 ForbiddenException"},
			cause{operation: trace.PublishIn, action: policy.Publish, rules: []string{"D-45"}}, "A-218, A-219"},
		{"another pool", nil, []string{"--identity-pool", "us-east-1:11111111-2222-3333-4444-000000000000"},
			[]string{"refused 400 ResourceNotFoundException IdentityPool 'us-east-1:11111111-2222-3333-4444-000000000000' not found."},
			cause{operation: trace.Tokens, reason: "ResourceNotFoundException", rules: []string{"A-257"}}, "A-257"},
		{"another secret", []string{"AWS_SECRET_ACCESS_KEY=wrong"}, nil,
			[]string{"refused 403 ForbiddenException The request signature we calculated does not match"},
			cause{operation: trace.AuthNError, reason: "SECURITY_TOKEN_SIGNATURE_MISMATCH", rules: []string{"A-206"}}, "A-206"},
		{"another secret, at STS", []string{"AWS_SECRET_ACCESS_KEY=wrong"}, []string{"--role", role("app")},
			[]string{"refused 403 SignatureDoesNotMatch"},
			cause{operation: trace.Tokens, reason: "SignatureDoesNotMatch"}, "A-260"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := appAccount(t)
			topic := "app/" + strings.ReplaceAll(tt.name, " ", "-")
			if len(tt.environment) == 1 && tt.environment[0] == "AWS_ENDPOINT_URL=http" {
				tt.environment[0] += "://" + e.Addr(emulator.HTTP)
			}
			app := startApp(t, e, tt.environment, append(tt.args, "--topic", topic)...)
			for _, line := range tt.lines {
				app.until(strings.ReplaceAll(line, "%s", topic))
			}
			if tt.cause.operation == "" {
				unrefused(t, e)
				return
			}
			tt.cause.resource = strings.ReplaceAll(tt.cause.resource, "%s", topic)
			explained(t, e, tt.cause)
		})
	}
}

// unrefused is unexplained, but notes are welcome.
func unrefused(t *testing.T, e *emulator.Emulator) {
	t.Helper()
	for _, ev := range e.Trace().Events(trace.Filter{Outcome: trace.Refused}) {
		t.Errorf("got a record, want none:\n%s", ev.Text())
	}
}

// TestSDKMember: the same login is the same identity, and the policy that is
// attached to it lets its second attempt through.
func TestSDKMember(t *testing.T) {
	t.Parallel()
	e := appAccount(t)
	args := []string{"--identity-pool", appPool, "--login", "login.example.test=" + loginToken(t, "alice")}
	first := startApp(t, e, nil, args...)
	first.until("identity ")
	identity := strings.TrimPrefix(first.seen[len(first.seen)-1], "identity ")
	first.until("refused 403 ForbiddenException")
	must(t, emulator.RegistryOf(e).AttachPolicy("all", identity))
	second := startApp(t, e, nil, args...)
	second.until("identity " + identity)
	second.until("published")
}
