package emulator

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// Embedded returns the options that the program starts with when it is given no
// configuration: one default authorizer, a Go function, so that nothing needs to
// be installed. Password "test" allows everything a device needs; "no-receive"
// the same without iot:Receive, so that SUBACK without messages is the first
// thing that can be reproduced; any other is refused.
func Embedded() Options {
	return Options{Config: &Config{}, Authorizer: embeddedAuthorizer()}
}

// embeddedAuthorizer makes its answers once: each CONNECT gets one of them.
func embeddedAuthorizer() func(context.Context, []byte) ([]byte, error) {
	actions := []string{"iot:Publish", "iot:RetainPublish", "iot:Subscribe"}
	answers := map[string][]byte{
		"no-receive": embeddedAnswer(actions),
		"test":       embeddedAnswer(append(actions, "iot:Receive")),
	}
	refusal := []byte(`{"isAuthenticated": false}`)
	return func(_ context.Context, event []byte) ([]byte, error) {
		var in struct {
			ProtocolData struct {
				MQTT struct {
					Password string `json:"password"`
				} `json:"mqtt"`
			} `json:"protocolData"`
		}
		if err := json.Unmarshal(event, &in); err != nil {
			return nil, fmt.Errorf("event: %w", err)
		}
		password, err := base64.StdEncoding.DecodeString(in.ProtocolData.MQTT.Password)
		if err != nil {
			return nil, fmt.Errorf("event: password: %w", err)
		}
		if answer, ok := answers[string(password)]; ok {
			return answer, nil
		}
		return refusal, nil
	}
}

// embeddedAnswer grants actions on everything.
func embeddedAnswer(actions []string) []byte {
	statement := func(resource string, actions ...string) map[string]any {
		return map[string]any{"Effect": "Allow", "Action": actions, "Resource": resource}
	}
	answer, _ := json.Marshal(map[string]any{ // plain values, which cannot fail
		"isAuthenticated": true,
		"principalId":     "embedded",
		"policyDocuments": []any{map[string]any{
			"Version": "2012-10-17",
			"Statement": []any{
				statement("arn:aws:iot:*:*:client/${iot:ClientId}", "iot:Connect"),
				statement("*", actions...),
			},
		}},
		"disconnectAfterInSeconds": 86400,
		"refreshAfterInSeconds":    300,
	})
	return answer
}
