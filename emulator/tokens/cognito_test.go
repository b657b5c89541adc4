package tokens_test

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentity"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

var identityID = regexp.MustCompile(`^us-east-1:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// identity asks for one with the SDK.
func (a *account) identity(t *testing.T, pool string, logins map[string]string) string {
	t.Helper()
	out, err := a.cognito().GetId(context.Background(), &cognitoidentity.GetIdInput{IdentityPoolId: aws.String(pool), Logins: logins})
	must(t, err)
	if !identityID.MatchString(*out.IdentityId) {
		t.Errorf("got identity %q, want <region>:<uuid> (A-255)", *out.IdentityId)
	}
	return *out.IdentityId
}

func TestGuest(t *testing.T) {
	a := start(t)
	id := a.identity(t, pool, nil)
	if other := a.identity(t, pool, nil); other == id {
		t.Errorf("got %s twice, want a new identity each call (A-255)", id)
	}
	out, err := a.cognito().GetCredentialsForIdentity(context.Background(),
		&cognitoidentity.GetCredentialsForIdentityInput{IdentityId: aws.String(id)})
	must(t, err)
	if *out.IdentityId != id || !strings.HasPrefix(*out.Credentials.AccessKeyId, "ASIA") {
		t.Errorf("got %s, %s, want keys of %s (A-256, A-261)", *out.IdentityId, *out.Credentials.AccessKeyId, id)
	}
	if life := time.Until(*out.Credentials.Expiration); life > time.Hour || life < 59*time.Minute {
		t.Errorf("got keys for %v, want an hour (A-256)", life)
	}
	k, _ := a.Credential(*out.Credentials.AccessKeyId)
	if k.RoleName != "guest" || k.IdentityID != id || k.IdentityPoolID != pool || k.Authenticated {
		t.Errorf("got %+v, want the unauthenticated role for %s (A-217, A-220)", k, id)
	}
	if a.PrincipalARN(k) != "arn:aws:sts::000000000000:assumed-role/guest/CognitoIdentityCredentials" {
		t.Errorf("got %s, want the session CognitoIdentityCredentials (A-220)", a.PrincipalARN(k))
	}
	if !a.reach(k).Allows(policy.Publish, "a") {
		t.Error("got no publish, want what the role allows (A-217)")
	}
}

func TestMember(t *testing.T) {
	a := start(t)
	logins := map[string]string{"login.example.test": "secret-ann"}
	id := a.identity(t, pool, logins)
	if again := a.identity(t, pool, logins); again != id {
		t.Errorf("got %s and %s, want the same identity for the same logins (A-255)", id, again)
	}
	if other := a.identity(t, pool, map[string]string{"login.example.test": "secret-bob"}); other == id {
		t.Errorf("got %s for two users, want two identities (A-255)", id)
	}
	out, err := a.cognito().GetCredentialsForIdentity(context.Background(),
		&cognitoidentity.GetCredentialsForIdentityInput{IdentityId: aws.String(id), Logins: logins})
	must(t, err)
	k, _ := a.Credential(*out.Credentials.AccessKeyId)
	if k.RoleName != "member" || !k.Authenticated || k.IdentityID != id {
		t.Errorf("got %+v, want the authenticated role for %s, marked so: the IoT policy of the identity counts too (A-218, A-220, D-45)", k, id)
	}
	if got := notes(a, "D-45"); got != 1 {
		t.Errorf("got %d notes that the identity needs an IoT policy, want 1 (D-45, A-219)", got)
	}
	must(t, a.AttachPolicy("all", id))
	a.trace.Reset()
	out, err = a.cognito().GetCredentialsForIdentity(context.Background(), &cognitoidentity.GetCredentialsForIdentityInput{
		IdentityId: aws.String(id), Logins: logins, CustomRoleArn: aws.String(role + "web")})
	must(t, err)
	if k, _ := a.Credential(*out.Credentials.AccessKeyId); k.RoleName != "web" {
		t.Errorf("got role %s, want web, which trusts this pool's authenticated identities (botocore cognito-identity)", k.RoleName)
	}
	if got := notes(a, "D-45"); got != 0 {
		t.Errorf("got %d notes, want none once a policy is attached (D-45)", got)
	}
}

// notes counts the notes of a rule.
func notes(a *account, rule string) (n int) {
	for _, e := range a.trace.Events(trace.Filter{Outcome: trace.Note}) {
		if slices.Contains(e.Rules, rule) {
			n++
		}
	}
	return n
}

// The bodies, byte for byte but for what differs each time.
func TestCognitoBodies(t *testing.T) {
	a := start(t)
	response, body := a.json(t, "GetId", `{"IdentityPoolId":"`+pool+`"}`)
	if got := golden(body); got != `{"IdentityId":"us-east-1:UUID"}` || response.StatusCode != http.StatusOK {
		t.Errorf("got %d %s, want 200 and an identity (A-255)", response.StatusCode, got)
	}
	for name, want := range map[string]string{"Content-Type": "application/x-amz-json-1.1", "Access-Control-Allow-Origin": "*",
		"Access-Control-Expose-Headers": "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"} {
		if got := response.Header.Get(name); got != want {
			t.Errorf("got %s %q, want %q (A-254, amplify-js#2443)", name, got, want)
		}
	}
	var id struct{ IdentityId string }
	must(t, json.Unmarshal([]byte(body), &id))
	_, body = a.json(t, "GetCredentialsForIdentity", `{"IdentityId":"`+id.IdentityId+`"}`)
	got := regexp.MustCompile(`"Expiration":\d{10}}`).ReplaceAllString(golden(body), `"Expiration":SECONDS}`)
	if want := `{"IdentityId":"us-east-1:UUID","Credentials":{"AccessKeyId":"ASIA","SecretKey":"SECRET","SessionToken":"TOKEN","Expiration":SECONDS}}`; got != want {
		t.Errorf("got %s, want %s (A-256, D-46)", got, want)
	}
}

func TestCognitoRefusals(t *testing.T) {
	a := start(t)
	guest := a.identity(t, pool, nil)
	member := a.identity(t, pool, map[string]string{"a.test": "secret-ann"})
	shut := a.identity(t, closed, map[string]string{"a.test": "secret-ann"})
	const unknown = "us-east-1:00000000-0000-0000-0000-000000000000"
	logins := func(token string) string { return `,"Logins":{"a.test":"` + token + `"}` }
	tests := []struct {
		name, operation, body string
		status                int
		code, message         string
		traced                string
		source                string
	}{
		{"no such pool", "GetId", `{"IdentityPoolId":"` + unknown + `"}`, 400, "ResourceNotFoundException", "IdentityPool '" + unknown +
			"' not found.", "identityPools has " + pool, "amplify-js#14117"},
		{"no pool", "GetId", `{}`, 400, "ValidationException",
			"1 validation error detected: Value null at 'identityPoolId' failed to satisfy constraint: Member must not be null", "", "botocore"},
		{"no id", "GetId", `{"IdentityPoolId":"my pool"}`, 400, "ValidationException",
			`1 validation error detected: Value 'my pool' at 'identityPoolId' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w-]+:[0-9a-f-]+`, "", "botocore"},
		{"empty token", "GetId", `{"IdentityPoolId":"` + pool + `"` + logins("") + `}`, 400, "ValidationException",
			"1 validation error detected: Value '…' at 'logins' failed to satisfy constraint: Member must satisfy constraint: [Member must have " +
				"length greater than or equal to 1]", "", "botocore"},
		{"nobody without logins", "GetId", `{"IdentityPoolId":"` + closed + `"}`, 400, "NotAuthorizedException",
			"Unauthenticated access is not supported for this identity pool.", "unauthenticatedRole", "aws-sdk-android#347"},
		{"no such identity", "GetCredentialsForIdentity", `{"IdentityId":"` + unknown + `"}`, 400, "ResourceNotFoundException", "Identity '" +
			unknown + "' not found.", "ask GetId", "as for pools"},
		{"logins forgotten", "GetCredentialsForIdentity", `{"IdentityId":"` + member + `"}`, 400, "NotAuthorizedException",
			"Access to Identity '" + member + "' is forbidden.", "authenticated by a.test, and the call has no Logins", "aws-sdk-android#175"},
		{"another user", "GetCredentialsForIdentity", `{"IdentityId":"` + member + `"` + logins("secret-bob") + `}`, 400,
			"NotAuthorizedException", "Logins don't match. Please include at least one valid login for this identity or identity pool.",
			"belongs to another user", "amplify-js#2443"},
		{"role does not trust Cognito", "GetCredentialsForIdentity", `{"IdentityId":"` + shut + `"` + logins("secret-ann") + `}`, 400,
			"InvalidIdentityPoolConfigurationException", "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
			"the trust policy of role picky names no Principal", "amazon-cognito-auth-js#196"},
		{"role trusts another state", "GetCredentialsForIdentity", `{"IdentityId":"` + shut + `"` + logins("secret-ann") + `,"CustomRoleArn":"` +
			role + `web"}`, 400, "InvalidIdentityPoolConfigurationException",
			"Invalid identity pool configuration. Check assigned IAM roles for this pool.",
			"a condition that fails: StringEquals cognito-identity.amazonaws.com:aud", "amazon-cognito-auth-js#196"},
		{"role does not exist", "GetCredentialsForIdentity", `{"IdentityId":"` + member + `"` + logins("secret-ann") + `,"CustomRoleArn":"` +
			role + `nobody"}`, 400, "InvalidIdentityPoolConfigurationException",
			"Invalid identity pool configuration. Check assigned IAM roles for this pool.", "there is no role", "guess"},
		{"a guest's role is not chosen", "GetCredentialsForIdentity", `{"IdentityId":"` + guest + `","CustomRoleArn":"` + role + `app"}`, 400,
			"NotAuthorizedException", "Access to Identity '" + guest + "' is forbidden.", "CustomRoleArn", "guess"},
		{"not emulated", "ListIdentities", `{}`, 501, "NotImplementedException", "ListIdentities of Cognito Identity is not emulated",
			"identityPools", "conventions: named, with 501"},
		{"no operation of Cognito's", "GetMoney", `{}`, 400, "UnknownOperationException", "", "X-Amz-Target", "JSON 1.1"},
		{"no JSON", "GetId", `{`, 400, "SerializationException", "", "no JSON", "JSON 1.1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			response, body := a.json(t, tt.operation, tt.body)
			want, err := json.Marshal(struct {
				Type    string `json:"__type"`
				Message string `json:"message"`
			}{tt.code, tt.message})
			must(t, err)
			if response.StatusCode != tt.status || body != string(want) {
				t.Errorf("got %d %s, want %d %s (%s)", response.StatusCode, body, tt.status, want, tt.source)
			}
			if got := response.Header.Get("x-amzn-ErrorType"); got != tt.code+":" {
				t.Errorf("got x-amzn-ErrorType %q, want %q (amplify-js#2443)", got, tt.code+":")
			}
			a.refused(t, tt.source, tt.code, tt.traced, "cognito-identity:"+tt.operation)
		})
	}
}

func TestPreflight(t *testing.T) {
	a := start(t)
	r, err := http.NewRequest(http.MethodOptions, a.URL+"/", nil)
	must(t, err)
	r.Header.Set("Access-Control-Request-Headers", "content-type,x-amz-target,x-amz-user-agent")
	r.Header.Set("Access-Control-Request-Method", "POST")
	response, _ := do(t, a.Client(), r)
	if response.StatusCode != http.StatusOK || response.Header.Get("Access-Control-Allow-Origin") != "*" ||
		!strings.Contains(response.Header.Get("Access-Control-Allow-Headers"), "x-amz-target") ||
		!strings.Contains(response.Header.Get("Access-Control-Allow-Methods"), "POST") {
		t.Errorf("got %d %v, want leave to send it all from anywhere (CORS)", response.StatusCode, response.Header)
	}
}
