package control

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
	"github.com/aws/smithy-go"
	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/registry"
)

const goodAnswer = `{"isAuthenticated":true,"principalId":"user42","disconnectAfterInSeconds":3600,"refreshAfterInSeconds":600,
	"policyDocuments":[{"Version": "2012-10-17", "Statement": [{"Effect":"Deny","Action":"iot:*","Resource":"*"}]},
	"{\"Version\": \"2012-10-17\",  \"Statement\": {\"Effect\": \"Deny\", \"Action\": \"iot:*\",\"Resource\":\"*\"}}"]}`

func TestTestInvokeAuthorizer(t *testing.T) {
	var event, answer string
	var fault error
	var told cause.Cause // in the trace
	b := newBench(t, func(o *Options) {
		o.Refused = func(_ *http.Request, _ int, why cause.Cause) { told = why }
		o.Authenticator.Invoke = func(_ context.Context, _ string, e []byte) ([]byte, error) {
			event = string(e)
			return []byte(answer), fault
		}
		must[registry.Function](t)(o.Registry.PutFunction(registry.Function{FunctionName: "auth"}))
	})
	key := must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 2048))
	sum := sha256.Sum256([]byte("aToken"))
	signature := base64.StdEncoding.EncodeToString(must[[]byte](t)(rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])))
	must[*iot.CreateAuthorizerOutput](t)(b.CreateAuthorizer(ctx, unsigned("open")))
	must[*iot.CreateAuthorizerOutput](t)(b.CreateAuthorizer(ctx, signed("signed", map[string]string{"k": publicPEM(t, &key.PublicKey)})))
	lost := unsigned("lost")
	lost.AuthorizerFunctionArn = aws.String(functionARN + "x")
	must[*iot.CreateAuthorizerOutput](t)(b.CreateAuthorizer(ctx, lost))

	mqtt := &types.MqttContext{Username: aws.String("me"), Password: []byte("test"), ClientId: aws.String("pump")}
	policies := func(text string) refusal {
		return refusal{400, "InvalidResponseException", "policyDocuments failed to satisfy constraint: " + text}
	}
	invalid := refusal{400, "InvalidResponseException", "The response is invalid."}
	refused := refusal{401, "UnauthorizedException", "You are not authorized to perform this operation."}
	tests := []struct {
		name   string
		in     iot.TestInvokeAuthorizerInput
		answer string
		fault  error
		want   refusal
		told   string // in the trace
		event  string // part of it; "" if the function must not be called
		source string
	}{
		{"password", iot.TestInvokeAuthorizerInput{AuthorizerName: aws.String("open"), MqttContext: mqtt}, goodAnswer, nil, good, "",
			`"signatureVerified":false,"protocols":["mqtt"],"protocolData":{"mqtt":{"username":"me","password":"dGVzdA==","clientId":"pump"}}`,
			"A-186, A-189, A-193, guess"},
		{"empty context", iot.TestInvokeAuthorizerInput{AuthorizerName: aws.String("open"), HttpContext: &types.HttpContext{}},
			goodAnswer, nil, good, "",
			`"protocolData":{"http":{}}`, "A-190"},
		{"all contexts", iot.TestInvokeAuthorizerInput{AuthorizerName: aws.String("open"), MqttContext: mqtt,
			HttpContext: &types.HttpContext{Headers: map[string]string{"X-A": "b"}, QueryString: aws.String("?a=b")},
			TlsContext:  &types.TlsContext{ServerName: aws.String("sni")}},
			goodAnswer, nil, good, "", `"protocols":["tls","http","mqtt"],"protocolData":{"tls":{"serverName":"sni"},` +
				`"http":{"headers":{"X-A":"b"},"queryString":"?a=b"},"mqtt":`, "A-101, A-108, A-186"},
		{"token", iot.TestInvokeAuthorizerInput{AuthorizerName: aws.String("signed"), Token: aws.String("aToken"), TokenSignature: &signature},
			goodAnswer, nil, good, "",
			`{"token":"aToken","signatureVerified":true,"protocols":[],"connectionMetadata":`, "A-119, A-191"},
		{"no token", iot.TestInvokeAuthorizerInput{AuthorizerName: aws.String("signed")}, goodAnswer, nil, refused, "missing", "", "A-191"},
		{"another token", iot.TestInvokeAuthorizerInput{AuthorizerName: aws.String("signed"), Token: aws.String("x"), TokenSignature: &signature},
			goodAnswer, nil,
			refused, "fits none", "", "A-191"},
		{"signature that is no base64",
			iot.TestInvokeAuthorizerInput{AuthorizerName: aws.String("signed"), Token: aws.String("x"), TokenSignature: aws.String("a-b")},
			goodAnswer, nil,
			refusal{400, "InvalidRequestException", "tokenSignature"}, "", "", "A-326"},
		{"broken answer", iot.TestInvokeAuthorizerInput{AuthorizerName: aws.String("open")}, "{", nil, invalid, "JSON", "{", "A-192"},
		{"answer without a verdict", iot.TestInvokeAuthorizerInput{AuthorizerName: aws.String("open")}, `{"principalId":"a"}`, nil,
			invalid, "isAuthenticated", "{", "A-192"},
		{"null documents", iot.TestInvokeAuthorizerInput{AuthorizerName: aws.String("open")},
			`{"isAuthenticated":true,"principalId":"a","policyDocuments":null}`, nil,
			policies("List of policies cannot be null."), "List of policies cannot be null.", "{", "B-117"},
		{"bad document", iot.TestInvokeAuthorizerInput{AuthorizerName: aws.String("open")},
			`{"isAuthenticated":true,"principalId":"a","policyDocuments":["x"]}`, nil,
			policies("Policy document is Malformed: Invalid policy syntax."), "policy LambdaPolicy[0]", "{", "B-114"},
		{"function that fails", iot.TestInvokeAuthorizerInput{AuthorizerName: aws.String("open"), MqttContext: mqtt}, "",
			errors.New("boom of dGVzdA=="), invalid, "boom", "{", "A-192, guess"},
		{"no function", iot.TestInvokeAuthorizerInput{AuthorizerName: aws.String("lost")}, goodAnswer, nil, invalid, "there is no function", "",
			"A-192, guess"},
		{"no authorizer", iot.TestInvokeAuthorizerInput{AuthorizerName: aws.String("x")}, goodAnswer, nil, noSuch, "", "", "A-330"},
		{"bad name", iot.TestInvokeAuthorizerInput{AuthorizerName: aws.String("x y")}, goodAnswer, nil,
			refusal{400, "InvalidRequestException", "authorizerName"}, "", "", "A-326"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			event, answer, fault, told = "", tt.answer, tt.fault, cause.Cause{}
			out, err := b.TestInvokeAuthorizer(ctx, &tt.in)
			wants(t, "TestInvokeAuthorizer", err, tt.want, tt.source)
			var said smithy.APIError
			if tt.told != "" && (!errors.As(err, &said) || said.ErrorMessage() != tt.want.text) {
				t.Errorf("got %v, want %q alone (behaviour/README)", err, tt.want.text)
			}
			if !strings.Contains(told.Detail, tt.told) || tt.told != "" && told.Hint == "" || strings.Contains(told.Detail, "dGVzdA==") {
				t.Errorf("trace: got %+v, want %q, a hint and no password (%s)", told, tt.told, tt.source)
			}
			if !strings.Contains(event, tt.event) || (tt.event == "") != (event == "") {
				t.Errorf("event: got %s, want %s (%s)", event, tt.event, tt.source)
			}
			if err == nil {
				is(t, "answer", []any{*out.IsAuthenticated, *out.PrincipalId, *out.RefreshAfterInSeconds, *out.DisconnectAfterInSeconds},
					[]any{true, "user42", int32(600), int32(3600)}, "A-187")
				is(t, "documents", strings.Join(out.PolicyDocuments, " "),
					`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iot:*","Resource":"*"}]} `+
						`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iot:*","Resource":"*"}}`, "A-187, A-188")
			}
		})
	}
	event, fault = "", nil
	answer = `{"isAuthenticated":false,"principalId":"user42","policyDocuments":[],"refreshAfterInSeconds":300,"disconnectAfterInSeconds":1}`
	_, _, body := b.raw("POST", "/authorizer/open/test", "{}")
	is(t, "refusal", body, `{"disconnectAfterInSeconds":null,"isAuthenticated":false,"policyDocuments":[],"principalId":"user42","refreshAfterInSeconds":300}`, "A-187, A-188")
	var e struct {
		ConnectionMetadata struct{ ID string } `json:"connectionMetadata"`
	}
	if err := json.Unmarshal([]byte(event), &e); err != nil || len(e.ConnectionMetadata.ID) != 36 {
		t.Errorf("connectionMetadata: got %s, %v, want a UUID (A-116)", event, err)
	}
}
