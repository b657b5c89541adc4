package emulator_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
	"github.com/aws/smithy-go"

	"github.com/suback/suback/emulator"
)

// AWS's SDKs for JavaScript and Go over the listeners, https and http. Each
// operation of the control plane has its own tests in emulator/control; these
// are about what a program sees of them.

func TestControlSDKJavaScript(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:iot:us-east-1:000000000000:"
	e := emulator.Run(t, emulator.Options{Functions: map[string]emulator.LambdaFunc{"door": granting(json.RawMessage(shutPolicy))}})
	cmd := exec.CommandContext(t.Context(), nodejs(t), "testdata/control/sdk.js", "https://localhost:"+portOf(t, e, emulator.HTTPS))
	cmd.Env = append(os.Environ(), "NODE_PATH="+npmModules(t, "@aws-sdk/client-iot"), "NODE_EXTRA_CA_CERTS="+caFile(t, e),
		"NODE_NO_WARNINGS=1")
	cmd.Stderr = os.Stderr
	printed, err := cmd.Output()
	must(t, err)

	fails := func(exception, message, status string, more ...string) string {
		return `{"exception": "` + exception + `", "known": true, "message": "` + message + `", "$fault": "client", "status": ` +
			status + strings.Join(more, "") + `}`
	}
	const pump = `{"policies": [{"policyName": "pump", "policyArn": "` + arn + `policy/pump"}]}`
	tests := []struct{ step, want, source string }{
		{"CreateAuthorizer", `{"authorizerName": "door", "authorizerArn": "` + arn + `authorizer/door"}`, "A-56"},
		{"CreateAuthorizer", fails("ResourceAlreadyExistsException", "Authorizer door already exist for this account", "409",
			`, "resourceId": "door", "resourceArn": "`+arn+`authorizer/door"`), "A-68"},
		{"CreateAuthorizer", fails("InvalidRequestException",
			`^1 validation error detected: Value at 'authorizerName' failed to satisfy constraint: .*`, "400"), "A-326"},
		{"DescribeAuthorizer", fails("ResourceNotFoundException", "Authorizer gate not found", "404"), "A-69, A-330"},
		{"DescribeAuthorizer", `{"authorizerDescription": {"authorizerName": "door", "authorizerArn": "` + arn + `authorizer/door",
			"authorizerFunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:door", "status": "ACTIVE", "signingDisabled": true, "enableCachingForHttp": false,
			"creationDate": "^` + iso8601 + `", "lastModifiedDate": "^` + iso8601 + `"}}`, "A-55"},
		{"dates", "true", "API"},
		{"TestInvokeAuthorizer", `{"isAuthenticated": true, "principalId": "^.+", "refreshAfterInSeconds": "^[0-9]+", "disconnectAfterInSeconds": "^[0-9]+",
			"policyDocuments": ["{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"iot:Connect\",\"Resource\":\"*\"}}"]}`, "A-187, A-189"},
		{"DescribeEndpoint", `{"endpointAddress": "^[a-z0-9]{13,14}-ats\\.iot\\.us-east-1\\.amazonaws\\.com"}`, "A-3"},
		{"CreatePolicy", `{"policyName": "pump", "policyArn": "` + arn +
			`policy/pump", "policyVersionId": "1", "policyDocument": "^.*iot:Connect.*"}`, "B-129"},
		{"AttachPolicy", `{}`, "A-232"},
		{"ListAttachedPolicies", pump, "A-232"},
		{"TestAuthorization", `{"authResults": [{"authInfo": {"actionType": "CONNECT", "resources": ["` + arn + `client/a"]}, "authDecision": "ALLOWED", "missingContextValues": [],
			"allowed": ` + pump + `, "denied": {"implicitDeny": {"policies": []}, "explicitDeny": {"policies": []}}}]}`, "A-194"},
		{"DeletePolicy", fails("DeleteConflictException",
			`The policy cannot be deleted as the policy is attached to one or more principals (name=pump)`, "409"), "A-331"},
		{"ListTagsForResource", `{"tags": [{"Key": "team", "Value": "pumps"}]}`, "A-71"},
		{"AttachThingPrincipal", `{}`, "B-325"},
		{"pages", `[["a", "b"], ["c"]]`, "A-328"},
		{"ListPrincipalThings", `{"things": ["b"]}`, "B-325"},
		{"UpdateThing", fails("VersionConflictException", "^.*expectedVersion is 7, want 1", "409"), "API:UpdateThing"},
		{"CreateTopicRule", fails("SqlParseException", "^.*", "400"), "R-7"},
		{"CreateTopicRule", `{}`, "R-4"},
		{"CreateTopicRule", fails("ResourceAlreadyExistsException", "^.*", "409",
			`, "resourceId": "hot", "resourceArn": "`+arn+`rule/hot"`), "R-4"},
		{"GetTopicRule", `{"ruleArn": "` + arn + `rule/hot", "rule": {"ruleName": "hot", "sql": "SELECT temp FROM 'rooms/+' WHERE temp > 30",
			"createdAt": "^` + iso8601 + `", "actions": [{"republish": {"topic": "hot/${topic(2)}", "roleArn": "arn:aws:iam::000000000000:role/rule"}}],
			"description": "", "ruleDisabled": false, "awsIotSqlVersion": "2016-03-23"}}`, "R-4"},
		{"ListTopicRules", `{"rules": [{"ruleArn": "` + arn + `rule/hot", "ruleName": "hot", "topicPattern": "rooms/+",
			"createdAt": "^` + iso8601 + `", "ruleDisabled": false}]}`, "R-4"},
		{"DeleteTopicRule", `{}`, "R-4"},
		{"GetTopicRule", fails("UnauthorizedException", "Access to topic rule 'hot' was denied", "401"), "R-5"},
	}
	lines := strings.Split(strings.TrimSpace(string(printed)), "\n")
	if len(lines) != len(tests) {
		t.Fatalf("got %d lines, want %d:\n%s", len(lines), len(tests), printed)
	}
	for i, tt := range tests {
		step, result, _ := strings.Cut(lines[i], " ")
		mustBe(t, "operation", step, tt.step)
		compare(t, step, result, tt.want, tt.source)
	}
}

// TestControlSDKGo: a configured key is held to its signature, lists come
// in pages, errors have types, and a certificate that ACM imported is what its
// domain serves at once.
func TestControlSDKGo(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Config: &emulator.Config{
		Credentials: []emulator.Credential{{AccessKeyID: "AKIALOCAL", SecretAccessKey: "secret"}},
	}})
	transport := &http.Transport{TLSClientConfig: e.ClientTLS()}
	t.Cleanup(transport.CloseIdleConnections)
	client := func(secret string) *iot.Client {
		return iot.New(iot.Options{
			Region: "us-east-1", BaseEndpoint: aws.String("https://" + e.Addr(emulator.HTTPS)), RetryMaxAttempts: 1,
			HTTPClient: &http.Client{Transport: transport},
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "AKIALOCAL", SecretAccessKey: secret}, nil
			})})
	}
	c, ctx := client("secret"), t.Context()
	for _, name := range []string{"a", "b", "c"} {
		_, err := c.CreateRoleAlias(ctx,
			&iot.CreateRoleAliasInput{RoleAlias: &name, RoleArn: aws.String("arn:aws:iam::000000000000:role/" + name)})
		must(t, err)
	}
	var pages []string
	for p := iot.NewListRoleAliasesPaginator(c, &iot.ListRoleAliasesInput{PageSize: aws.Int32(2), AscendingOrder: true}); p.HasMorePages(); {
		page, err := p.NextPage(ctx)
		must(t, err)
		pages = append(pages, strings.Join(page.RoleAliases, " "))
	}
	if got := strings.Join(pages, ", "); got != "a b, c" {
		t.Errorf("got %q, want a b, c (A-339)", got)
	}

	var exists *types.ResourceAlreadyExistsException
	_, err := c.CreateRoleAlias(ctx,
		&iot.CreateRoleAliasInput{RoleAlias: aws.String("a"), RoleArn: aws.String("arn:aws:iam::000000000000:role/a")})
	if !errors.As(err, &exists) || aws.ToString(exists.ResourceId) != "a" {
		t.Errorf("got %v, want ResourceAlreadyExistsException of a (A-68)", err)
	}
	_, err = client("wrong").ListThings(ctx, &iot.ListThingsInput{})
	hasCode(t, err, "InvalidSignatureException", "A-329")
	_, err = c.CreateJob(ctx, &iot.CreateJobInput{JobId: aws.String("x"), Targets: []string{"arn:aws:iot:us-east-1:000000000000:thing/x"}})
	hasCode(t, err, "NotImplementedException", "issue: anything else answers 501")
}

func hasCode(t *testing.T, err error, code, source string) {
	t.Helper()
	var e smithy.APIError
	if !errors.As(err, &e) || e.ErrorCode() != code {
		t.Errorf("got %v, want %s (%s)", err, code, source)
	}
}

func TestControlSDKGoDomain(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	own := certified(t, &x509.Certificate{DNSNames: []string{"mqtt.example.test"},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}, newIssuer(t))
	key, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	must(t, err)
	imported, err := s.acm.ImportCertificate(s,
		&acm.ImportCertificateInput{Certificate: []byte(pemText(own)),
			PrivateKey: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})})
	must(t, err)
	_, err = s.CreateDomainConfiguration(s, &iot.CreateDomainConfigurationInput{
		DomainConfigurationName: aws.String("own"), DomainName: aws.String("mqtt.example.test"),
		ServerCertificateArns: []string{*imported.CertificateArn}})
	must(t, err)
	served := func() string {
		conn, err := tls.Dial("tcp", s.Addr(emulator.HTTPS), &tls.Config{ServerName: "mqtt.example.test", InsecureSkipVerify: true})
		must(t, err)
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].Issuer.CommonName
	}
	if got := served(); got != "factory" {
		t.Errorf("got a certificate of %q, want the imported one (A-270, A-277)", got)
	}
	in, err := s.acm.DescribeCertificate(s, &acm.DescribeCertificateInput{CertificateArn: imported.CertificateArn})
	must(t, err)
	if got := in.Certificate.InUseBy; len(got) != 1 {
		t.Errorf("got %v, want in use by one domain configuration (API:DescribeCertificate)", got)
	}
	_, err = s.acm.DeleteCertificate(s, &acm.DeleteCertificateInput{CertificateArn: imported.CertificateArn})
	hasCode(t, err, "ResourceInUseException", "API:DeleteCertificate")
}
