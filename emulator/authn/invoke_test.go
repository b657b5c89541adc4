package authn

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/registry"
)

func TestInvocationFailures(t *testing.T) {
	noPassword := mqttTLS("user", "")
	noPassword.Password = nil
	tests := []struct {
		name    string
		request Request
		err     error
		detail  string
		hint    string
		rule    string
		source  string
	}{
		{"exception", mqttTLS("", "x"), &lambda.FunctionError{Type: "TypeError", Message: "boom"},
			`function "pumps" failed: TypeError: boom`, "", "A-140", "A-140"},
		{"throttled", mqttTLS("", "x"), &lambda.FunctionError{Type: "TooManyRequestsException", Message: "all processes are busy"},
			`function "pumps" was throttled: all processes are busy`, "", "A-140", "A-140"},
		{"own timeout", mqttTLS("", "x"), &lambda.FunctionError{Type: "Sandbox.Timedout", Message: "Task timed out after 3.00 seconds"},
			`function "pumps" ran into its own timeout: Task timed out after 3.00 seconds`, "raise the function's timeout", "D-21", "A-140"},
		{"crash", mqttTLS("", "x"), &lambda.FunctionError{Type: "Runtime.ExitError", Message: "exit status 1"},
			`function "pumps" failed: Runtime.ExitError: exit status 1`, "", "A-140", "A-140"},
		{"no connection", mqttTLS("", "x"), errors.New("dial tcp: connection refused"),
			`function "pumps" could not be called: dial tcp: connection refused`, "", "A-140", "A-140"},
		{"no http part", mqttTLS("", "x"),
			&lambda.FunctionError{Type: "TypeError", Message: "Cannot read properties of undefined (reading 'queryString')"},
			"", "has no protocolData.http", "D-16", "D-16"},
		{"no mqtt part", overHTTP("POST", ""), &lambda.FunctionError{Type: "KeyError", Message: "'mqtt'"},
			"", "has no protocolData.mqtt", "D-15", "D-15"},
		{"no password", noPassword, &lambda.FunctionError{Type: "TypeError",
			Message: "The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object. Received " +
				"undefined"},
			"", "the client sent no password", "A-113", "A-113, guess"},
		{"no token", mqttTLS("", "x"), &lambda.FunctionError{Type: "KeyError", Message: "'token'"},
			"", "event.token is there only if", "A-105", "A-105"},
		{"password in the message", mqttTLS("", "hunter2"), &lambda.FunctionError{Type: "KeyError", Message: "'hunter2' aHVudGVyMg=="},
			`function "pumps" failed: KeyError: '***' ***`, "", "A-140", "design"},
		{"user name in the message", mqttTLS("user?token=hidden", "x"), &lambda.FunctionError{Type: "KeyError", Message: "user?token=hidden"},
			`function "pumps" failed: KeyError: user?***`, "", "A-140", "design"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, "")
			if err := g.Registry.SetDefaultAuthorizer("pumps"); err != nil {
				t.Fatal(err)
			}
			calls := 0
			g.Invoke = func(context.Context, string, []byte) ([]byte, error) {
				calls++
				return nil, tt.err
			}
			_, refused := g.authenticate(tt.request)
			if refused == nil || refused.Reason != lambdaExecutionError || !strings.HasPrefix(refused.Detail, tt.detail) {
				t.Fatalf("got %v, want %s: %s (%s)", refused, lambdaExecutionError, tt.detail, tt.source)
			}
			if !strings.Contains(refused.Hint, tt.hint) || !strings.Contains(strings.Join(refused.Rules, " "), tt.rule) {
				t.Errorf("got hint %q, rules %v, want %q, %s (%s)", refused.Hint, refused.Rules, tt.hint, tt.rule, tt.source)
			}
			if calls != 1 || !refused.Invoked || refused.Authorizer != "pumps" {
				t.Errorf("got %d calls, invoked %v, authorizer %q, want 1, true, pumps (A-141, guess)", calls, refused.Invoked, refused.Authorizer)
			}
		})
	}
}

func TestHardLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGateway(t, "")
		if err := g.Registry.SetDefaultAuthorizer("pumps"); err != nil {
			t.Fatal(err)
		}
		g.Invoke = func(ctx context.Context, _ string, _ []byte) ([]byte, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		start := time.Now()
		_, refused := g.authenticate(mqttTLS("", ""))
		if took := time.Since(start); took != 5*time.Second {
			t.Errorf("took: got %v, want 5s (A-137)", took)
		}
		if refused == nil || refused.Detail != `function "pumps" did not answer within 5s` || !strings.Contains(refused.Hint, "cold start") {
			t.Errorf("got %v, want no answer within 5s, and a hint (A-137, D-21)", refused)
		}
	})
}

func TestInvocationGivenUp(t *testing.T) {
	g := newGateway(t, "")
	if err := g.Registry.SetDefaultAuthorizer("pumps"); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	g.Invoke = func(ctx context.Context, _ string, _ []byte) ([]byte, error) {
		cancel()
		return nil, ctx.Err()
	}
	_, err := g.Authenticate(ctx, mqttTLS("", ""))
	if want := lambdaExecutionError + `: the call of function "pumps" was given up: context canceled`; err == nil || err.Error() != want ||
		!errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %s, and context.Canceled behind it (hooks)", err, want)
	}
}

func TestNotInvoked(t *testing.T) {
	elsewhere := "arn:aws:lambda:eu-west-1:123456789012:function:pumps"
	tests := []struct {
		name       string
		function   registry.Function
		arn        string
		wantDetail string
		wantHint   string
		rule       string
		source     string
	}{
		{"no such function", registry.Function{FunctionName: "pumps"}, "pump",
			"there is no function arn:aws:lambda:us-east-1:000000000000:function:pump", `is function "pumps" meant?`, "D-7", "A-72"},
		{"function of another region", registry.Function{FunctionName: "pumps"}, elsewhere,
			"there is no function " + elsewhere, "region or account differ", "D-7", "D-7"},
		{"no permission", registry.Function{FunctionName: "pumps", Permissions: []registry.Permission{}}, "pumps",
			`function "pumps" does not permit AWS IoT to invoke it for arn:aws:iot:us-east-1:000000000000:authorizer/mine`,
			"want principal iot.amazonaws.com, action lambda:InvokeFunction, source ARN arn:aws:iot:us-east-1:000000000000:authorizer/mine", "D-6",
			"A-138"},
		{"permission for another authorizer", registry.Function{FunctionName: "pumps", Permissions: []registry.Permission{{
			Principal: "iot.amazonaws.com", Action: "lambda:InvokeFunction", SourceArn: "arn:aws:iot:us-east-1:000000000000:authorizer/pumps"}}},
			"pumps",
			`function "pumps" does not permit AWS IoT`,
			`there is lambda:InvokeFunction for source ARN "arn:aws:iot:us-east-1:000000000000:authorizer/pumps"`, "D-6", "A-139"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, yesAnswer)
			if _, err := g.Registry.PutFunction(tt.function); err != nil {
				t.Fatal(err)
			}
			g.put(t, registry.Authorizer{AuthorizerName: "mine", AuthorizerFunctionArn: tt.arn, Status: registry.Active, SigningDisabled: true})
			_, refused := g.authenticate(mqttTLS("?x-amz-customauthorizer-name=mine", ""))
			if refused == nil || refused.Reason != lambdaExecutionError || !strings.HasPrefix(refused.Detail, tt.wantDetail) ||
				!strings.Contains(refused.Hint, tt.wantHint) {
				t.Fatalf("got %v, hint %+v, want %q, %q (%s)", refused, refused, tt.wantDetail, tt.wantHint, tt.source)
			}
			if refused.Invoked || len(g.called) > 0 || !strings.Contains(strings.Join(refused.Rules, " "), tt.rule) {
				t.Errorf("got invoked %v, %v, rules %v, want not, and %s (%s)", refused.Invoked, g.called, refused.Rules, tt.rule, tt.source)
			}
		})
	}
}
