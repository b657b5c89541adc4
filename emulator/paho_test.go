package emulator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// The paho clients for Go: table 4.1 of docs/behaviour/broker.md, as a client
// library reports it, over every transport.

// granting is an authorizer function that grants these policies to everybody.
func granting(documents ...json.RawMessage) emulator.LambdaFunc {
	return func(context.Context, []byte) ([]byte, error) {
		return json.Marshal(map[string]any{
			"isAuthenticated": true, "principalId": "device", "policyDocuments": documents,
			"disconnectAfterInSeconds": 3600, "refreshAfterInSeconds": 300,
		})
	}
}

// outcomes is a policy with something for every row of the table.
const outcomes = `{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"},
    {"Effect": "Deny", "Action": "iot:Connect", "Resource": "arn:aws:iot:*:*:client/banned-*"},
    {"Effect": "Allow", "Action": ["iot:Publish", "iot:Subscribe"], "Resource": ["arn:aws:iot:*:*:topic*/open/*", "arn:aws:iot:*:*:topic*/mute/*"]},
    {"Effect": "Allow", "Action": ["iot:RetainPublish", "iot:Receive"], "Resource": "arn:aws:iot:*:*:topic/open/*"}
  ]
}`

func TestPahoGo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		prefix  string // of the client id
		do      func(t *testing.T, d, other device) string
		v3, v5  string
		survive bool // the MQTT 5 connection does
		cause   cause
		source  string
	}{
		{
			name: "connect refused", prefix: "banned-", v3: "closed", v5: "0x87",
			cause:  cause{operation: trace.Connect, action: policy.Connect, rules: []string{"B-131"}},
			source: "B-401, A-153, A-156",
		},
		{
			name: "publish QoS 0", v3: "ok", v5: "ok", survive: true, source: "4.1",
			do: func(t *testing.T, d, other device) string {
				mustBe(t, "publish", d.publish("open/t", 0, false, "0"), "ok")
				mustBe(t, "arrives", other.receive(t), "open/t 0")
				return "ok"
			},
		},
		{
			name: "publish QoS 1", v3: "ok", v5: "ok", survive: true, source: "4.1",
			do: func(t *testing.T, d, other device) string {
				outcome := d.publish("open/t", 1, false, "1")
				mustBe(t, "arrives", other.receive(t), "open/t 1")
				return outcome
			},
		},
		{
			name: "publish refused, QoS 0", v3: "closed", v5: "DISCONNECT 0x87",
			do: func(t *testing.T, d, _ device) string {
				mustBe(t, "publish", d.publish("shut/t", 0, false, "0"), "ok")
				return d.end(t)
			},
			cause:  cause{operation: trace.PublishIn, action: policy.Publish, rules: []string{"D-11"}},
			source: "B-410",
		},
		{
			name: "publish refused, QoS 1", v3: "closed", v5: "0x87", survive: true,
			do: func(_ *testing.T, d, _ device) string {
				return d.publish("shut/t", 1, false, "1")
			},
			cause:  cause{operation: trace.PublishIn, action: policy.Publish, rules: []string{"D-11"}},
			source: "B-409, B-410",
		},
		{
			name: "retained publish refused", v3: "closed", v5: "0x87", survive: true,
			do: func(_ *testing.T, d, _ device) string {
				return d.publish("mute/t", 1, true, "r")
			},
			cause:  cause{operation: trace.PublishIn, action: policy.RetainPublish, rules: []string{"B-213"}},
			source: "B-213",
		},
		{
			name: "retained", v3: "ok", v5: "ok", survive: true,
			do: func(t *testing.T, d, _ device) string {
				mustBe(t, "publish", d.publish("open/retained", 1, true, "r"), "ok")
				mustBe(t, "subscribe", d.subscribe("open/retained"), "ok")
				mustBe(t, "arrives", d.receive(t), "open/retained r")
				return "ok"
			},
			source: "B-721",
		},
		{
			name: "subscribe refused", v3: "closed", v5: "0x87", survive: true,
			do:     func(_ *testing.T, d, _ device) string { return d.subscribe("shut/t") },
			cause:  cause{operation: trace.Subscribe, action: policy.Subscribe, rules: []string{"D-11"}},
			source: "B-409, A-160",
		},
		{
			name: "delivery withheld", v3: "ok", v5: "ok", survive: true,
			do: func(t *testing.T, d, other device) string {
				mustBe(t, "subscribe", d.subscribe("mute/t"), "ok")
				mustBe(t, "subscribe", d.subscribe("open/heard"), "ok")
				mustBe(t, "publish", other.publish("mute/t", 1, false, "withheld"), "ok") // B-430
				mustBe(t, "publish", other.publish("open/heard", 1, false, "heard"), "ok")
				mustBe(t, "the first that arrives", d.receive(t), "open/heard heard")
				return "ok"
			},
			cause:  cause{operation: trace.PublishOut, outcome: trace.Withheld, action: policy.Receive, rules: []string{"D-12"}},
			source: "B-217, B-430",
		},
	}
	for _, version := range []int{4, 5} {
		for _, scheme := range []string{"tcp", "tls", "ws", "wss"} {
			t.Run(fmt.Sprintf("MQTT %d %s", version, scheme), func(t *testing.T) {
				t.Parallel()
				for _, tt := range tests {
					t.Run(tt.name, func(t *testing.T) {
						e := emulator.Run(t, emulator.Options{Authorizer: granting(json.RawMessage(outcomes))})
						other := dial(t, e, version, scheme, "other", "", "")
						mustBe(t, "connect", other.connect(), "ok")
						mustBe(t, "subscribe", other.subscribe("open/t"), "ok")

						d := dial(t, e, version, scheme, tt.prefix+"device", "", "")
						got, want := d.connect(), map[int]string{4: tt.v3, 5: tt.v5}[version]
						if tt.do != nil && got == "ok" {
							got = tt.do(t, d, other)
						}
						if got != want {
							t.Errorf("got %s, want %s (%s)", got, want, tt.source)
						}
						if tt.cause.operation == "" {
							unexplained(t, e)
						} else {
							tt.cause.client, tt.cause.reason = tt.prefix+"device", "AUTHORIZATION_FAILURE"
							explained(t, e, tt.cause)
						}
						if tt.survive && version == 5 {
							mustBe(t, "afterwards", d.publish("open/t", 1, false, "alive"), "ok")
						}
					})
				}
			})
		}
	}
}
