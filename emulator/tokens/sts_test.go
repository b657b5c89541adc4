package tokens_test

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/tokens"
)

// uuids and keys differ each time.
var varying = regexp.MustCompile(
	`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|ASIA[A-Z2-7]{16}|[A-Za-z0-9+/]{40,}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)

func golden(body string) string {
	return varying.ReplaceAllStringFunc(body, func(s string) string {
		switch {
		case strings.HasPrefix(s, "ASIA"):
			return "ASIA"
		case len(s) == 20:
			return "TIME"
		case len(s) == 36:
			return "UUID"
		case len(s) == 40:
			return "SECRET"
		}
		return "TOKEN"
	})
}

func TestSTSBodies(t *testing.T) {
	a := start(t)
	ann, _ := a.User("ann")
	tests := []struct {
		name, key, form string
		status          int
		body            string
		source          string
	}{
		{"a user", "AKIAANN", "Action=GetCallerIdentity", 200, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::000000000000:user/ann</Arn>
    <UserId>` + ann.UserID + `</UserId>
    <Account>000000000000</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>UUID</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
`, "A-258"},
		{"any key", "test", "Action=GetCallerIdentity", 200, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:aws:iam::000000000000:root</Arn>
    <UserId>000000000000</UserId>
    <Account>000000000000</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>UUID</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
`, "conventions: any key may call"},
		{"a role", "AKIAANN", "Action=AssumeRole&RoleArn=" + role + "app&RoleSessionName=s1", 200, `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <Credentials>
      <AccessKeyId>ASIA</AccessKeyId>
      <SecretAccessKey>SECRET</SecretAccessKey>
      <SessionToken>TOKEN</SessionToken>
      <Expiration>TIME</Expiration>
    </Credentials>
    <AssumedRoleUser>
      <AssumedRoleId>` + a.roleID("app") + `:s1</AssumedRoleId>
      <Arn>arn:aws:sts::000000000000:assumed-role/app/s1</Arn>
    </AssumedRoleUser>
  </AssumeRoleResult>
  <ResponseMetadata>
    <RequestId>UUID</RequestId>
  </ResponseMetadata>
</AssumeRoleResponse>
`, "A-258, A-261"},
		{"unsigned", "", "Action=GetCallerIdentity", 403, refusalXML("MissingAuthenticationToken", "Request is missing Authentication Token"),
			"A-260"},
		{"unknown operation", "AKIAANN", "Action=GetMoney", 400,
			refusalXML("InvalidAction", "Could not find operation GetMoney for version 2011-06-15"), "query protocol"},
		{"no operation", "AKIAANN", "", 400, refusalXML("MissingAction", "Could not find an Action in the request."), "query protocol"},
		{"not emulated", "AKIAANN", "Action=GetFederationToken", 501,
			strings.Replace(refusalXML("NotImplemented", "GetFederationToken of STS is not emulated"), "Sender", "Receiver", 1),
			"conventions: named, with 501"},
		{"no form", "AKIAANN", "Action=AssumeRole&a=%zz", 400, refusalXML("MalformedQueryString", "The query string contains a syntax error."),
			"query protocol"},
		{"nothing said", "AKIAANN", "Action=AssumeRole&DurationSeconds=899", 400, refusalXML("ValidationError", "3 validation errors detected: "+
			"Value null at &#39;roleArn&#39; failed to satisfy constraint: Member must not be null; "+
			"Value null at &#39;roleSessionName&#39; failed to satisfy constraint: Member must not be null; "+
			"Value &#39;899&#39; at &#39;durationSeconds&#39; failed to satisfy constraint: Member must have value greater than or equal to 900"),
			"A-258, A-260"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			response, body := a.form(t, tt.key, tt.form)
			if got := golden(body); got != tt.body || response.StatusCode != tt.status {
				t.Errorf("got %d\n%s\nwant %d\n%s (%s)", response.StatusCode, got, tt.status, tt.body, tt.source)
			}
			if got := response.Header.Get("Content-Type"); got != "text/xml" {
				t.Errorf("got Content-Type %q, want text/xml (aws-azure-login#251)", got)
			}
			if !strings.Contains(body, response.Header.Get("x-amzn-RequestId")) {
				t.Errorf("got x-amzn-RequestId %q, want that of the body", response.Header.Get("x-amzn-RequestId"))
			}
		})
	}
}

func (a *account) roleID(name string) string {
	r, _ := a.Role(name)
	return r.RoleID
}

func refusalXML(code, message string) string {
	return `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>` + code + `</Code>
    <Message>` + message + `</Message>
  </Error>
  <RequestId>UUID</RequestId>
</ErrorResponse>
`
}

// apiError checks the code of an error as the SDK reads it.
func apiError(t *testing.T, err error, code, text, source string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) || e.ErrorCode() != code || !strings.Contains(e.ErrorMessage(), text) {
		t.Errorf("got %v, want %s with %q (%s)", err, code, text, source)
	}
}

func TestTemporaryKeysExpire(t *testing.T) {
	a := start(t)
	out, err := a.sts("AKIAANN", "x", "").AssumeRole(context.Background(), &sts.AssumeRoleInput{
		RoleArn: aws.String(role + "app"), RoleSessionName: aws.String("short"), DurationSeconds: aws.Int32(900)})
	must(t, err)
	if life := time.Until(*out.Credentials.Expiration); life > 900*time.Second || life < 890*time.Second {
		t.Errorf("got keys for %v, want 900 s (A-258)", life)
	}
	temporary := a.sts(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	who, err := temporary.GetCallerIdentity(context.Background(), nil)
	must(t, err)
	if got := *who.Arn; got != "arn:aws:sts::000000000000:assumed-role/app/short" || *who.UserId != a.roleID("app")+":short" {
		t.Errorf("got %s, %s, want the role's session (A-262)", got, *who.UserId)
	}
	a.Advance(15 * time.Minute)
	_, err = temporary.GetCallerIdentity(context.Background(), nil)
	apiError(t, err, "ExpiredToken", "The security token included in the request is expired", "A-207, A-260")
	a.refused(t, "A-207", "assumed-role/app/short", "sts:GetCallerIdentity", "ExpiredToken", "the keys expired at")
}

func TestGetSessionToken(t *testing.T) {
	a := start(t)
	out, err := a.sts("AKIAANN", "x", "").GetSessionToken(context.Background(), &sts.GetSessionTokenInput{DurationSeconds: aws.Int32(129600)})
	must(t, err)
	c := out.Credentials
	temporary := a.sts(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
	who, err := temporary.GetCallerIdentity(context.Background(), nil)
	must(t, err)
	if *who.Arn != user+"ann" || !strings.HasPrefix(*c.AccessKeyId, "ASIA") {
		t.Errorf("got %s with %s, want the user with a temporary key (A-261)", *who.Arn, *c.AccessKeyId)
	}
	_, err = temporary.GetSessionToken(context.Background(), nil)
	apiError(t, err, "AccessDenied", "Cannot call GetSessionToken with session credentials", "AWS's text, seen in scripts")
}

// What authn finds wrong with a signature comes as STS words it.
func TestBadSignature(t *testing.T) {
	a := start(t)
	tests := []struct {
		refusal authn.Error
		code    string
		source  string
	}{
		{authn.Error{Cause: cause.Cause{Reason: "SignatureDoesNotMatch", Detail: "the host differs",
			Hint:  "sign another",
			Rules: []string{"D-41"}}, Message: "The request signature we calculated does not match"}, "SignatureDoesNotMatch", "A-206"},
		{authn.Error{Cause: cause.Cause{Reason: "RequestExpired"}, Message: "Signature expired: 1 is now earlier than 2"},
			"SignatureDoesNotMatch", "A-206"},
		{authn.Error{Cause: cause.Cause{Reason: "InvalidClientTokenId"}, Message: "The security token included in the request is invalid."},
			"InvalidClientTokenId", "A-260"},
		{authn.Error{Cause: cause.Cause{Reason: "ExpiredToken"}, Message: "The security token included in the request is expired"},
			"ExpiredToken", "A-207"},
	}
	for _, tt := range tests {
		options := a.options
		options.Verify = func(_ *http.Request, body []byte, service string) (registry.Credential, error) {
			if service != "sts" || !strings.Contains(string(body), "Action=GetCallerIdentity") {
				t.Errorf("got %s, %q, want sts and the whole body (A-258)", service, body)
			}
			return registry.Credential{}, &tt.refusal
		}
		a.Config.Handler = tokens.New(options)
		_, err := a.sts("AKIAANN", "x", "").GetCallerIdentity(context.Background(), nil)
		apiError(t, err, tt.code, tt.refusal.Message, tt.source)
		a.refused(t, tt.source, tt.code, tt.refusal.Detail, tt.refusal.Hint, "403")
	}
}
