package emulator_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

// AWS's tutorial of custom authorizers, as it is written (D:custom-auth-tutorial):
// openssl derives the public key and signs, the command line makes the function and the
// authorizer and tests it, curl publishes in place of Postman, and a subscriber is
// the console's test client. Its last step cleans up.

// tutorialFunction decides as the tutorial's: by actionToken of the query; without
// protocolData it denies.
const tutorialFunction = `
exports.handler = function (event, context, callback) {
  const account = context.invokedFunctionArn.split(':')[4];
  const query = new URLSearchParams(event.protocolData === undefined ? '' : event.protocolData.http.queryString);
  const allowed = (query.get('actionToken') || '').toLowerCase() === 'allow';
  callback(null, {
    isAuthenticated: true,
    principalId: 'principalId',
    policyDocuments: [{
      Version: '2012-10-17',
      Statement: [{ Action: 'iot:*', Effect: allowed ? 'Allow' : 'Deny', Resource: 'arn:aws:iot:us-west-2:' + account + ':*' }],
    }],
    disconnectAfterInSeconds: 3600,
    refreshAfterInSeconds: 600,
  });
};
`

// The tutorial's account and region.
const (
	tutorialAccount = "570000000833"
	tutorialARN     = "arn:aws:iot:us-west-2:" + tutorialAccount + ":authorizer/my-new-authorizer"
	tutorialLambda  = "arn:aws:lambda:us-west-2:" + tutorialAccount + ":function:custom-auth-function"
	tutorialName    = `{"authorizerName": "my-new-authorizer", "authorizerArn": "` + tutorialARN + `"}`
	tutorialToken   = "tokenKeyValue"
)

func TestCLITutorial(t *testing.T) {
	t.Parallel()
	needRuntime(t, "nodejs")
	for _, name := range []string{"openssl", "curl"} {
		if _, err := exec.LookPath(name); err != nil {
			missing(t, name, "apt-get install openssl curl")
		}
	}
	e := emulator.Run(t, emulator.Options{
		Listeners: free,
		Functions: map[string]emulator.LambdaFunc{"console": granting(json.RawMessage(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}`))},
		Config: &emulator.Config{
			Region: "us-west-2", AccountID: tutorialAccount,
			Authorizers: []registry.Authorizer{{AuthorizerName: "console", AuthorizerFunctionArn: "console", Status: registry.Active,
				SigningDisabled: true}},
		},
	})
	tutorial := &tutorial{cli: newCLI(t, e), e: e}
	tutorial.makeFunction()
	tutorial.makeKeys()
	tutorial.makeAuthorizer()
	tutorial.test()
	tutorial.publish()
	tutorial.cleanUp()
}

type tutorial struct {
	*cli
	e               *emulator.Emulator
	signature, host string
}

// makeFunction is step 1.
func (c *tutorial) makeFunction() {
	c.write("function.zip", packed(c.t, "index.js", tutorialFunction))
	c.aws(`"`+tutorialLambda+`"`, "A-356", "lambda", "create-function", "--function-name", "custom-auth-function", "--runtime", "nodejs20.x",
		"--handler", "index.handler", "--role", "arn:aws:iam::"+tutorialAccount+":role/custom-auth-function", "--zip-file",
		"fileb://function.zip",
		"--query", "FunctionArn")
	c.aws(`{"StatusCode": 200, "ExecutedVersion": "$LATEST"}`, "A-358", "lambda", "invoke", "--function-name", "custom-auth-function",
		"answer.json")
	text, err := os.ReadFile(filepath.Join(c.folder, "answer.json"))
	must(c.t, err)
	compare(c.t, "answer.json", string(text), `{"isAuthenticated": true, "principalId": "principalId", "disconnectAfterInSeconds": 3600, "refreshAfterInSeconds": 600,
		"policyDocuments": [{"Version": "2012-10-17", "Statement": [{"Action": "iot:*", "Effect": "Deny", "Resource": "arn:aws:iot:us-west-2:`+tutorialAccount+`:*"}]}]}`, "A-358")
}

// makeKeys is step 2, and the signature of step 4. The key is one that "openssl genrsa -out
// private-key.pem 4096" has made: that takes seconds of a processor, and is not what is tested.
func (c *tutorial) makeKeys() {
	c.write("private-key.pem", []byte(read(c.t, "testdata/tutorial.key")))
	for _, line := range []string{
		"openssl rsa -check -in private-key.pem -noout",
		"openssl rsa -in private-key.pem -pubout -out public-key.pem",
		"openssl pkey -inform PEM -pubin -in public-key.pem -noout",
		"printf %s " + tutorialToken + " | openssl dgst -sha256 -sign private-key.pem | openssl base64 -A",
	} {
		printed, problem := c.command("sh", "-c", line)
		if problem != "" {
			c.t.Fatalf("%s: %s", line, problem)
		}
		c.signature = printed // of the last
	}
}

// makeAuthorizer is step 3.
func (c *tutorial) makeAuthorizer() {
	text, err := os.ReadFile(filepath.Join(c.folder, "public-key.pem"))
	must(c.t, err)
	key := strings.TrimSpace(string(text)) // as $(cat public-key.pem)
	create := []string{"iot", "create-authorizer", "--authorizer-name", "my-new-authorizer", "--token-key-name", "tokenKeyName", "--status",
		"ACTIVE",
		"--no-signing-disabled", "--authorizer-function-arn", tutorialLambda, "--token-signing-public-keys", "FirstKey=" + key}
	c.aws(tutorialName, "A-56", create...)
	c.refused("ResourceAlreadyExistsException", "Authorizer my-new-authorizer already exist for this account", "A-68, A-330", create...)
	c.aws(`{"authorizerDescription": {"authorizerName": "my-new-authorizer", "authorizerArn": "`+tutorialARN+`", "authorizerFunctionArn": "`+tutorialLambda+`",
		"tokenKeyName": "tokenKeyName", "tokenSigningPublicKeys": {"FirstKey": `+quoted(key)+`}, "status": "ACTIVE", "creationDate": "^`+iso8601+`",
		"lastModifiedDate": "^`+iso8601+`", "signingDisabled": false, "enableCachingForHttp": false}}`, "A-55",
		"iot", "describe-authorizer", "--authorizer-name", "my-new-authorizer")
	c.aws(`{"Statement": "{\"Sid\":\"Id-1234\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"iot.amazonaws.com\"},\"Action\":\"lambda:InvokeFunction\",`+
		`\"Resource\":\"`+tutorialLambda+`\",\"Condition\":{\"ArnLike\":{\"AWS:SourceArn\":\"`+tutorialARN+`\"}}}"}`, "A-138",
		"lambda", "add-permission", "--function-name", "custom-auth-function", "--principal", "iot.amazonaws.com", "--action",
		"lambda:InvokeFunction",
		"--statement-id", "Id-1234", "--source-arn", tutorialARN)
}

// test is step 4.
func (c *tutorial) test() {
	invoke := []string{"iot", "test-invoke-authorizer", "--authorizer-name", "my-new-authorizer", "--token", tutorialToken,
		"--token-signature", c.signature}
	answer := func(effect string) string {
		return `{"isAuthenticated": true, "principalId": "principalId", "refreshAfterInSeconds": 600, "disconnectAfterInSeconds": 3600, "policyDocuments":
			["{\"Version\":\"2012-10-17\",\"Statement\":[{\"Action\":\"iot:*\",\"Effect\":\"` + effect + `\",\"Resource\":\"arn:aws:iot:us-west-2:` + tutorialAccount + `:*\"}]}"]}`
	}
	c.aws(answer("Deny"), "A-187, A-188", invoke...)
	c.aws(answer("Allow"), "A-186", append(invoke, "--http-context", `{"queryString": "actionToken=allow"}`)...)
	c.refused("UnauthorizedException", "You are not authorized to perform this operation.", "A-191",
		append(invoke[:6:6], "--token-signature", strings.ToUpper(c.signature))...)
}

// publish is steps 5 to 7.
func (c *tutorial) publish() {
	c.host = c.aws(`{"endpointAddress": "^[a-z0-9]{13,14}-ats\\.iot\\.us-west-2\\.amazonaws\\.com"}`, "A-3", "iot", "describe-endpoint",
		"--endpoint-type", "iot:Data-ATS").
		text("endpointAddress")
	console := dial5(c.t, c.e, "tcp", "console", "x?x-amz-customauthorizer-name=console", "")
	mustBe(c.t, "connect", console.connect(), "ok")
	mustBe(c.t, "subscribe", console.subscribe("test/cust-auth/topic"), "ok")

	named := []string{"-H", "x-amz-customauthorizer-name: my-new-authorizer"}
	c.post(`{"message": "OK", "traceId": "^`+anyUUID+`"}`, "A-169, A-170", "allow", c.signature, named...)
	mustBe(c.t, "arrives", console.receive(c.t), `test/cust-auth/topic {"data_mode":"test"}`)
	const forbidden = `{"message": "Forbidden", "traceId": "^` + anyUUID + `"}`
	c.post(forbidden, "A-163, tutorial step 7", "allow", strings.ToUpper(c.signature), named...)
	explained(c.t, c.e, cause{operation: trace.AuthNError, rules: []string{"D-8"}})
	c.post(forbidden, "A-172, B-131", "deny", c.signature, named...)
	explained(c.t, c.e, cause{operation: trace.PublishIn, action: policy.Publish, hint: "denies iot:Publish"})

	c.aws(tutorialName, "A-57", "iot", "set-default-authorizer", "--authorizer-name", "my-new-authorizer")
	c.post(`{"message": "OK", "traceId": "^`+anyUUID+`"}`, "A-77", "allow", c.signature)
	mustBe(c.t, "arrives", console.receive(c.t), `test/cust-auth/topic {"data_mode":"test"}`)
}

// anyUUID is one of any version.
const anyUUID = `[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`

// post publishes with curl.
func (c *tutorial) post(want, source, action, signature string, more ...string) {
	c.t.Helper()
	port := portOf(c.t, c.e, emulator.HTTPS)
	printed, problem := c.command("curl",
		append(more, "--silent", "--show-error", "--cacert", caFile(c.t, c.e), "--resolve", c.host+":"+port+":127.0.0.1",
			"-H", "tokenKeyName: "+tutorialToken, "-H", "x-amz-customauthorizer-signature: "+signature, "--data", `{"data_mode":"test"}`,
			"https://"+c.host+":"+port+"/topics/test/cust-auth/topic?qos=0&actionToken="+action)...)
	if problem != "" {
		c.t.Fatalf("curl: %s", problem)
	}
	compare(c.t, "curl "+action, printed, want, source)
}

// cleanUp is the last step.
func (c *tutorial) cleanUp() {
	const name = "--authorizer-name=my-new-authorizer"
	c.refused("InvalidRequestException", "Cannot delete authorizer my-new-authorizer in ACTIVE status. Update status to INACTIVE and delete.",
		"A-66",
		"iot", "delete-authorizer", name)
	c.aws(`{"authorizers": [`+tutorialName+`, {"authorizerName": "console", "authorizerArn": "^.*/console"}]}`, "A-328", "iot",
		"list-authorizers")
	c.aws(tutorialName, "A-65", "iot", "update-authorizer", "--status", "INACTIVE", name)
	c.refused("DeleteConflictException", "Cannot delete default authorizer my-new-authorizer. Change default and retry delete.", "A-66", "iot",
		"delete-authorizer", name)
	c.aws("", "A-57", "iot", "clear-default-authorizer")
	c.aws("", "A-66", "iot", "delete-authorizer", name)
	c.refused("ResourceNotFoundException", "Authorizer my-new-authorizer not found", "A-330", "iot", "describe-authorizer", name)
}

// TestOldGoRuntimeByCLI: AWS has taken no go1.x since 2024, and says what to use; so
// does the command line here [A-357, E-13].
func TestOldGoRuntimeByCLI(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Listeners: free})
	c := newCLI(t, e)
	c.write("function.zip", packed(t, "main", "#!/bin/sh\n"))
	c.refused("InvalidParameterValueException",
		"The runtime parameter of go1.x is no longer supported for creating or updating AWS Lambda functions. "+
			"We recommend you use a supported runtime while creating or updating functions. "+
			"(go1.x is gone on AWS since 2024: build the program as bootstrap (GOOS=linux go build -o bootstrap) and use provided.al2023)",
		"A-357, E-13",
		"lambda", "create-function", "--function-name", "old", "--runtime", "go1.x", "--handler", "main",
		"--role", "arn:aws:iam::000000000000:role/old", "--zip-file", "fileb://function.zip")
	c.aws(`{"Functions": []}`, "A-357", "lambda", "list-functions")
}
