package rules

import (
	"encoding/json"
	"testing"
)

// Of an action's parameters what lets somebody in is not shown, and all else is.
func TestShown(t *testing.T) {
	for _, tt := range []struct{ action, parameters, want string }{
		{"salesforce", `{"token":"abc","url":"https://a"}`, `{"token":"(not shown)","url":"https://a"}`},
		{"http", `{"headers":[{"key":"Authorization","value":"Bearer abc"}],"url":"https://a"}`,
			`{"headers":[{"key":"Authorization","value":"(not shown)"}],"url":"https://a"}`},
		{"http", `{"confirmationUrl":"https://a?","url":"https://a/f?code=abc"}`, `{"confirmationUrl":"https://a?","url":"https://a/f?(not shown)"}`},
		{"kafka", `{"clientProperties":{"acks":"1","sasl.scram.password":"p","sasl.mechanism":"m","ssl.keystore.password":"p"},"topic":"t"}`,
			`{"clientProperties":{"acks":"1","sasl.mechanism":"(not shown)","sasl.scram.password":"(not shown)",` +
				`"ssl.keystore.password":"(not shown)"},"topic":"t"}`},
		{"republish", `{"headers":{"userProperties":[{"key":"token","value":"v"}]},"qos":1,"topic":"t"}`,
			`{"headers":{"userProperties":[{"key":"token","value":"v"}]},"qos":1,"topic":"t"}`},
	} {
		var v map[string]any
		if err := json.Unmarshal([]byte(tt.parameters), &v); err != nil {
			t.Fatal(err)
		}
		got, err := plainJSON(shown(tt.action, v))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: got %s (%v), want %s", tt.action, got, err, tt.want)
		}
		if again, _ := plainJSON(v); string(again) == string(got) && string(got) != tt.parameters {
			t.Errorf("%s: the parameters themselves have changed", tt.action)
		}
	}
}
