package emulator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// Authorizers that are not asked: the function's log stays empty, the device is
// disconnected, and nobody knows why (D-6, D-7).

func TestAuthorizerNotAsked(t *testing.T) {
	t.Parallel()
	const execution, notFound = "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR", "CUSTOM_AUTHORIZER_NOT_FOUND"
	tests := []struct {
		file, authorizer string // none: no name is given
		reason, rule     string // empty: it is asked
		detail, hint     string
	}{
		{"permissions", "allowed", "", "", "", ""},
		{"permissions", "none", execution, "D-6", `function "none" does not permit AWS IoT`,
			"want principal iot.amazonaws.com, action lambda:InvokeFunction, source ARN arn:aws:iot:us-east-1:123456789012:authorizer/none"},
		{"permissions", "other-authorizer", execution, "D-6", "does not permit",
			`there is lambda:InvokeFunction for source ARN "arn:aws:iot:us-east-1:123456789012:authorizer/allowed"`},
		{"permissions", "other-region", execution, "D-6", "does not permit", "arn:aws:iot:eu-west-1:123456789012:authorizer/other-region"},

		{"authorizers", "chat", "", "", "", ""},
		{"authorizers", "asleep", notFound, "D-7", "INACTIVE", "set its status to ACTIVE"},
		{"authorizers", "chatt", notFound, "D-7", `"chatt"`, `is "chat" meant?`},
		{"authorizers", "Chat", notFound, "D-7", `"Chat"`, `is "chat" meant?`},
		{"authorizers", "arn:aws:iot:us-east-1:123456789012:authorizer/chat", notFound, "D-7", "", "not its ARN"},
		{"authorizers", "astray", execution, "D-7", "eu-west-1", "region or account differ"},
		{"authorizers", "", notFound, "A-160", "", "defaultAuthorizerName"},
	}
	for _, tt := range tests {
		for _, version := range []int{4, 5} {
			t.Run(fmt.Sprintf("%s %s %d", tt.file, tt.authorizer, version), func(t *testing.T) {
				t.Parallel()
				var asked atomic.Int64
				open := granting(json.RawMessage(outcomes))
				function := func(ctx context.Context, event []byte) ([]byte, error) {
					asked.Add(1)
					return open(ctx, event)
				}
				e := runFile(t, "testdata/"+tt.file+".yaml", emulator.Options{Functions: map[string]emulator.LambdaFunc{
					"allowed": function, "other-authorizer": function, "other-region": function, "none": function, "chat": function,
				}})
				username := "me"
				if tt.authorizer != "" {
					username += "?x-amz-customauthorizer-name=" + tt.authorizer
				}
				got := dial(t, e, version, "tls", "pump-7", username, "secret").connect()
				if tt.reason == "" {
					mustBe(t, "connect", got, "ok")
					unexplained(t, e)
					return
				}
				if want := map[int]string{4: "closed", 5: "0x87"}[version]; got != want {
					t.Errorf("got %s, want %s (%s)", got, want, tt.rule)
				}
				if n := asked.Load(); n != 0 {
					t.Errorf("the function was called %d times, want 0 (%s)", n, tt.rule)
				}
				ev := explained(t, e, cause{client: "pump-7", operation: trace.AuthNError, reason: tt.reason,
					rules: []string{tt.rule}, detail: tt.detail, hint: tt.hint})
				if strings.Contains(ev.Text(), "secret") {
					t.Errorf("the trace holds the password:\n%s", ev.Text())
				}
			})
		}
	}
}
