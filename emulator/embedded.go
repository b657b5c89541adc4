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
	return Options{Config: &Config{}, Authorizer: embeddedAuthorizer}
}

func embeddedAuthorizer(_ context.Context, event []byte) ([]byte, error) {
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
	actions := []string{"iot:Publish", "iot:RetainPublish", "iot:Subscribe"}
	switch string(password) {
	case "test":
		actions = append(actions, "iot:Receive")
	case "no-receive":
	default:
		return []byte(`{"isAuthenticated": false}`), nil
	}
	statement := func(resource string, actions ...string) map[string]any {
		return map[string]any{"Effect": "Allow", "Action": actions, "Resource": resource}
	}
	return json.Marshal(map[string]any{
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
}
