package emulator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/lint"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// fixtures/policies: each mistake, shown by a device that makes it, and its cure.

// readPolicy returns a policy of fixtures/policies.
func readPolicy(t *testing.T, name string) json.RawMessage {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../fixtures/policies", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// runGranting runs account 123456789012 with that authorizer.
func runGranting(t *testing.T, authorizer emulator.LambdaFunc) *emulator.Emulator {
	t.Helper()
	return emulator.Run(t, emulator.Options{
		Config:    &emulator.Config{AccountID: "123456789012"},
		Listeners: emulator.Listeners{MQTTS: "off", HTTPS: "off", HTTP: "off"}, Authorizer: authorizer,
	})
}

// runPump is a day in the life of pump-7. It returns the step that failed and
// how; "silence" is for the message that did not come back.
func runPump(t *testing.T, e *emulator.Emulator, version int) string {
	t.Helper()
	pump := dial(t, e, version, "tcp", "pump-7", "me", "secret")
	if got := pump.connect(); got != "ok" {
		return "connect " + got
	}
	if got := pump.subscribe("pump/7/#"); got != "ok" {
		return "subscribe " + got
	}
	if got := pump.publish("pump/7/state", 1, false, "on"); got != "ok" {
		return "publish " + got
	}
	// A delivery is decided upon before the publish is acknowledged.
	if len(e.Trace().Events(trace.Filter{Outcome: trace.Withheld})) > 0 {
		return "receive silence"
	}
	if got, want := pump.receive(t), "pump/7/state on"; got != want {
		return "receive " + got
	}
	return "ok"
}

// mistakes are the rows of fixtures/policies/README.md.
var mistakes = []struct {
	name   string
	v3, v5 string
	action policy.Action
	rules  []string
	hint   string
}{
	{"receive-missing", "receive silence", "receive silence", policy.Receive, []string{"B-501", "D-12"}, "no statement allows iot:Receive"},
	{"receive-topicfilter", "receive silence", "receive silence", policy.Receive, []string{"B-502", "D-13"},
		"iot:Receive is judged on topic/"},
	{"receive-mqtt-wildcard", "receive silence", "receive silence", policy.Receive, []string{"B-503"}, `"*" is the wildcard`},
	{"receive-other-region", "receive silence", "receive silence", policy.Receive, []string{"B-505"},
		`the region here is "us-east-1", not "eu-west-1"`},
	{"receive-variable", "receive silence", "receive silence", policy.Receive, []string{"B-506"},
		"${iot:Connection.Thing.ThingTypeName} is undefined"},
	{"receive-denied", "receive silence", "receive silence", policy.Receive, []string{"B-507"}, "denies iot:Receive on topic/*/state"},
	{"subscribe-topic", "subscribe closed", "subscribe 0x87", policy.Subscribe, []string{"B-504", "D-13"},
		"iot:Subscribe is judged on topicfilter/"},
	{"publish-topicfilter", "publish closed", "publish 0x87", policy.Publish, []string{"B-502", "D-13"}, "iot:Publish is judged on topic/"},
	{"publish-other-topic", "publish closed", "publish 0x87", policy.Publish, []string{"D-11"}, "the device publishes to topic/pump/7/state"},
	{"connect-missing", "connect closed", "connect 0x87", policy.Connect, []string{"D-9"}, "no statement allows iot:Connect"},
	{"connect-other-client", "connect closed", "connect 0x87", policy.Connect, []string{"D-9"}, "the device connects as client/pump-7"},
	{"connect-other-account", "connect closed", "connect 0x87", policy.Connect, []string{"D-9", "B-505"},
		`the account here is "123456789012", not "210987654321"`},
}

func TestPolicyMistakes(t *testing.T) {
	t.Parallel()
	operations := map[policy.Action]trace.Operation{
		policy.Connect: trace.Connect, policy.Publish: trace.PublishIn, policy.Subscribe: trace.Subscribe, policy.Receive: trace.PublishOut,
	}
	for _, m := range mistakes {
		for _, version := range []int{4, 5} {
			t.Run(fmt.Sprintf("%s %d", m.name, version), func(t *testing.T) {
				t.Parallel()
				e := runGranting(t, granting(readPolicy(t, m.name)))
				if got, want := runPump(t, e, version), map[int]string{4: m.v3, 5: m.v5}[version]; got != want {
					t.Errorf("got %q, want %q (%s)", got, want, strings.Join(m.rules, ", "))
				}
				want := cause{client: "pump-7", operation: operations[m.action], reason: "AUTHORIZATION_FAILURE", action: m.action, rules: m.rules,
					hint: m.hint}
				if m.action == policy.Receive {
					want.outcome = trace.Withheld
				}
				explained(t, e, want)

				cured := runGranting(t, granting(readPolicy(t, m.name+"-cured")))
				if got := runPump(t, cured, version); got != "ok" {
					t.Errorf("cured: got %q, want ok", got)
				}
				unexplained(t, cured)
			})
		}
	}
}

// TestPolicyMistakesAreListed: no file is there that neither the table proves nor a test of
// package lint, and the page that shows them names all.
func TestPolicyMistakesAreListed(t *testing.T) {
	files, err := filepath.Glob("../fixtures/policies/*.[jy]*")
	if err != nil {
		t.Fatal(err)
	}
	proven := make(map[string]bool)
	for _, r := range lint.Rules() {
		proven[r.Example], proven[r.Cured()] = true, true
	}
	for _, m := range mistakes {
		proven[m.name+".json"], proven[m.name+"-cured.json"] = true, true
	}
	page, err := os.ReadFile("../fixtures/policies/README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if !proven[name] {
			t.Errorf("%s is in no row of mistakes, and no rule's of package lint", file)
		}
		if !strings.Contains(string(page), "("+name+")") {
			t.Errorf("%s is not in fixtures/policies/README.md", file)
		}
	}
}

// TestPrincipalMistakes: the policy is right, and the answer around it is not.
func TestPrincipalMistakes(t *testing.T) {
	tests := []struct {
		principal string
		want      string
		rule      string
	}{
		{"me@example.com", "connect 0x87", "D-10"},
		{"123e4567-e89b-12d3-a456-426614174000", "connect 0x87", "D-10"},
		{"me?SDK=Python", "connect 0x87", "D-10"},
		{"mePump7", "ok", ""}, // the cure: letters and digits
	}
	for _, tt := range tests {
		t.Run(tt.principal, func(t *testing.T) {
			e := runGranting(t, func(ctx context.Context, event []byte) ([]byte, error) {
				answer, err := granting(readPolicy(t, "receive-missing-cured"))(ctx, event)
				return []byte(strings.Replace(string(answer), `"device"`, `"`+tt.principal+`"`, 1)), err
			})
			if got := runPump(t, e, 5); got != tt.want {
				t.Errorf("got %q, want %q (A-123, D-10)", got, tt.want)
			}
			if tt.rule == "" {
				unexplained(t, e)
				return
			}
			explained(t, e, cause{client: "pump-7", operation: trace.AuthNError, reason: "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR",
				rules: []string{tt.rule}, hint: "letters and digits"})
		})
	}
}
