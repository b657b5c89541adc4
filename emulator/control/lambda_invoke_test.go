package control

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	lambdasdk "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"
)

func TestInvoke(t *testing.T) {
	b := newLambdaBench(t)
	for _, handler := range []string{"echo", "fail", "throttle", "break"} {
		b.made(t, handler, "index."+handler)
	}
	must[*lambdasdk.CreateFunctionOutput](t)(b.CreateFunction(ctx, creation(t, "fail-python", func(in *lambdasdk.CreateFunctionInput) {
		in.Runtime, in.Handler = "python3.12", str("index.fail")
	})))
	for _, tt := range []struct {
		name    string
		in      lambdasdk.InvokeInput
		want    string // payload
		failure string // X-Amz-Function-Error
		bad     refusal
		source  string
	}{
		{"answer", lambdasdk.InvokeInput{FunctionName: str("echo"), Payload: []byte(`{"a": 1}`)}, `{"a": 1}`, "", good, "API:Invoke"},
		{"by ARN", lambdasdk.InvokeInput{FunctionName: str(lambdaARN + "echo"), Payload: []byte(`[]`)}, `[]`, "", good, "API:Invoke"},
		{"no event", lambdasdk.InvokeInput{FunctionName: str("echo")}, `{}`, "", good, "A-358"},
		{"failure", lambdasdk.InvokeInput{FunctionName: str("fail")},
			`{"errorType":"Error","errorMessage":"no <luck>","trace":["Error: no <luck>","at x"]}`, "Unhandled", good, "D:nodejs-exceptions"},
		{"failure of Python", lambdasdk.InvokeInput{FunctionName: str("fail-python")},
			`{"errorType":"Error","errorMessage":"no <luck>","stackTrace":["Error: no <luck>","at x"]}`, "Unhandled", good, "D:python-exceptions"},
		{"throttled", lambdasdk.InvokeInput{FunctionName: str("throttle")}, "", "", refusal{429, "TooManyRequestsException", "Rate Exceeded."},
			"API:Invoke"},
		{"broken", lambdasdk.InvokeInput{FunctionName: str("break")}, "", "", refusal{500, "ServiceException", "the wire is cut"}, "API:Invoke"},
		{"no JSON", lambdasdk.InvokeInput{FunctionName: str("echo"), Payload: []byte("x")}, "", "",
			bad400("InvalidRequestContentException", "Could not parse request body into json"), "A-358"},
		{"large", lambdasdk.InvokeInput{FunctionName: str("echo"), Payload: []byte(`"` + strings.Repeat("x", 6<<20) + `"`)}, "", "",
			refusal{413, "RequestTooLargeException", "Request must be smaller than 6291456 bytes for the InvokeFunction operation"}, "A-358"},
		{"type", lambdasdk.InvokeInput{FunctionName: str("echo"), InvocationType: "Later"}, "", "",
			bad400("ValidationException", "invocationType"), "A-355"},
		{"no function", lambdasdk.InvokeInput{FunctionName: str("other")}, "", "", unknown("other"), "A-356"},
	} {
		out, err := b.Invoke(ctx, &tt.in)
		wants(t, tt.name, err, tt.bad, tt.source)
		if err != nil {
			continue
		}
		is(t, tt.name, string(out.Payload), tt.want, tt.source)
		is(t, tt.name+": error", aws.ToString(out.FunctionError), tt.failure, tt.source)
		is(t, tt.name+": version", *out.ExecutedVersion, "$LATEST", tt.source)
		is(t, tt.name+": status", out.StatusCode, int32(200), tt.source)
	}
}

func TestInvokeLater(t *testing.T) {
	b := newLambdaBench(t)
	b.made(t, "echo", "index.echo")
	out := must[*lambdasdk.InvokeOutput](t)(b.Invoke(ctx,
		&lambdasdk.InvokeInput{FunctionName: str("echo"), InvocationType: types.InvocationTypeEvent, Payload: []byte("7")}))
	is(t, "status", out.StatusCode, int32(202), "API:Invoke")
	is(t, "answer", len(out.Payload), 0, "API:Invoke")
	started := <-b.shop.started
	is(t, "event", string(started.Event), "7", "API:Invoke")
	is(t, "request id", len(started.RequestID), 36, "API:Invoke")
	_, err := b.Invoke(ctx, &lambdasdk.InvokeInput{FunctionName: str("echo"), InvocationType: types.InvocationTypeEvent,
		Payload: []byte(`"` + strings.Repeat("x", 1<<20) + `"`)})
	wants(t, "large event", err, refusal{413, "RequestTooLargeException", "1048576"}, "A-358")
	out = must[*lambdasdk.InvokeOutput](t)(b.Invoke(ctx,
		&lambdasdk.InvokeInput{FunctionName: str("echo"), InvocationType: types.InvocationTypeDryRun}))
	is(t, "dry", out.StatusCode, int32(204), "API:Invoke")
	if len(b.shop.started) != 0 {
		t.Error("dry: got an invocation, want none (API:Invoke)")
	}
}

func TestLogTail(t *testing.T) {
	b := newLambdaBench(t)
	for _, handler := range []string{"print", "fail"} {
		b.made(t, handler, "index."+handler)
	}
	for _, tt := range []struct {
		function string
		want     []string
	}{
		{"print", []string{"xxx\nthe end\nEND RequestId: ", "\nREPORT RequestId: ", "\tMemory Size: 128 MB\t"}},
		{"fail", []string{"START RequestId: ", " Version: $LATEST\n", "[ERROR] Error: no <luck>\nEND"}},
	} {
		out := must[*lambdasdk.InvokeOutput](t)(b.Invoke(ctx, &lambdasdk.InvokeInput{FunctionName: &tt.function, LogType: types.LogTypeTail}))
		log, err := base64.StdEncoding.DecodeString(aws.ToString(out.LogResult))
		if err != nil || len(log) > 4096 {
			t.Errorf("%s: got %d bytes, %v, want at most 4096 in base64 (API:Invoke)", tt.function, len(log), err)
		}
		for _, want := range tt.want {
			if !strings.Contains(string(log), want) {
				t.Errorf("%s: got …%q, want %q in it (API:Invoke)", tt.function, log[max(0, len(log)-300):], want)
			}
		}
	}
}

// Where nothing runs functions, none can be made.
func TestWithoutFunctions(t *testing.T) {
	b := newLambdaBench(t)
	b.handler.service().Functions = nil
	_, err := b.CreateFunction(ctx, creation(t, "f"))
	wants(t, "create", err, refusal{501, "NotImplementedException", ""}, "design")
	_, err = b.Invoke(ctx, &lambdasdk.InvokeInput{FunctionName: str("named")})
	wants(t, "invoke", err, refusal{501, "NotImplementedException", ""}, "design")
	_, err = b.DeleteFunction(ctx, &lambdasdk.DeleteFunctionInput{FunctionName: str("named")})
	wants(t, "delete", err, good, "design")
}
