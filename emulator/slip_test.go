package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	paho3 "github.com/eclipse/paho.mqtt.golang"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// TestAuthorizerNameSlips: Paho sends the authorizer's name where or how the
// gateway does not read it; the trace says which slip it was. (All of them:
// TestSlippedNames of package authn.)
func TestAuthorizerNameSlips(t *testing.T) {
	t.Parallel()
	e := runSDKAccount(t, free, newSigner(t), sdkFunction)
	const name = "x-amz-customauthorizer-name"
	tests := []struct {
		id, query, username, password string
		hint                          string
	}{
		{"no-mark", "", "me&" + name + "=plain", "x", `"&" stands in front of it, and parameters begin behind a ?: write <user name>?` + name +
			"=plain"},
		{"escaped", "", "me%3F" + name + "=plain", "x", `"%3F" stands in front of it`},
		{"hyphen", "", "me?x-amz-custom-authorizer-name=plain", "x", `"x-amz-custom-authorizer-name" is in the user name, but its name must be ` +
			name},
		{"semicolon", "", "me?SDK=x;" + name + "=plain", "x", `";" stands in front of it, want &`},
		{"password", "", "me", "hunter2?" + name + "=plain", `"` + name + `" is in the password`},
		{"page", "?x-amz-customauthorizername=plain", "", "", "is in the query, but its name must be " + name + ": write ?" + name +
			"=plain in the URL"},
	}
	for _, tt := range tests {
		t.Run(tt.id, func(t *testing.T) {
			c := paho3.NewClient(paho3.NewClientOptions().AddBroker("ws://" + e.Addr(emulator.HTTP) + "/mqtt" + tt.query).
				SetProtocolVersion(4).SetClientID(tt.id).SetAutoReconnect(false).SetUsername(tt.username).SetPassword(tt.password).
				SetHTTPHeaders(http.Header{"Origin": {"http://localhost"}}))
			mustBe(t, "connect", outcome3(c.Connect()), "closed")
			ev := explained(t, e, cause{client: tt.id, operation: trace.AuthNError, rules: []string{"D-7"}, hint: tt.hint})
			if text := ev.Text(); strings.Contains(text, "hunter2") || strings.Contains(ev.Hint, "a page cannot") {
				t.Errorf("got a password or a wrong cause (D-7, D-24):\n%s", text)
			}
		})
	}
}

// TestSignatureThatIsNoBase64: Paho sends a word where the signature belongs; the trace
// says which character cannot be in one, and where [E-8]. (Others: TestTokens of
// package authn.)
func TestSignatureThatIsNoBase64(t *testing.T) {
	e := runSDKAccount(t, free, newSigner(t), sdkFunction)
	for _, version := range []int{4, 5} {
		d := dial(t, e, version, "tls", fmt.Sprint("d", version),
			"me?x-amz-customauthorizer-name=signed&token=t&x-amz-customauthorizer-signature=my-signature!", "")
		mustBe(t, "connect", d.connect(), map[int]string{4: "closed", 5: "0x87"}[version])
		ev := explained(t, e, cause{client: fmt.Sprint("d", version), operation: trace.AuthNError,
			reason: "CUSTOM_AUTHORIZER_PARAMETER_INVALID", rules: []string{"A-93"}, detail: "has '!' at character 13, want standard base64"})
		if text := ev.Text(); strings.Contains(text, "base64url") || strings.Contains(text, "my-signature") {
			t.Errorf("got another cause, or the signature itself (E-8):\n%s", text)
		}
	}
}

// TestQueryEncodedOnceMore: MQTT.js is given a URL whose query somebody has encoded as a
// whole; the trace says so, and not only that no authorizer is named [E-11].
func TestQueryEncodedOnceMore(t *testing.T) {
	t.Parallel()
	e := runSDKAccount(t, free, newSigner(t), sdkFunction)
	for _, protocol := range []string{"4", "5"} {
		id := "page" + protocol
		page := startNode(t, e, nil, "ws://localhost:"+portOf(t, e, emulator.HTTP)+"/mqtt?"+url.QueryEscape("x-amz-customauthorizer-name=plain"),
			"--protocol", protocol, "--client-id", id, "--username", "me", "--password", "wonderland")
		page.until(map[string]string{"4": "closed", "5": "error 135"}[protocol])
		explained(t, e, cause{client: id, operation: trace.AuthNError, rules: []string{"A-203"},
			detail: "the whole query is percent-encoded once more, so that nothing in it can be read"})
	}
}

// TestSlipInOneOfManyResources: of the resources of a statement that one is shown
// which was meant, wherever it stands.
func TestSlipInOneOfManyResources(t *testing.T) {
	const policy = `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"},
		{"Effect": "Allow", "Action": "iot:Publish", "Resource": [
			"arn:aws:iot:*:*:topic/${iot:ClientId}/control/in", "arn:aws:iot:*:*:topic/${iot:ClientId}/config/*",
			"arn:aws:iot:*:*:topic/${iot:ClientId}}/control/out", "arn:aws:iot:*:*:topic/${iot:ClientId}/control"]}]}`
	e := emulator.Run(t, emulator.Options{Authorizer: granting(json.RawMessage(policy))})
	d := dial(t, e, 5, "tcp", "dev7", "", "")
	mustBe(t, "connect", d.connect(), "ok")
	mustBe(t, "publish", d.publish("dev7/control/out", 1, false, "1"), "0x87")
	ev := explained(t, e, cause{client: "dev7", operation: trace.PublishIn, rules: []string{"D-11"},
		hint: "topic/dev7}/control/out, the device publishes to topic/dev7/control/out"})
	if picture := "topic/dev7/control/out\n        topic/dev7}/control/out\n                  ^"; !strings.Contains(ev.Text(), picture) {
		t.Errorf("got\n%s\nwant the picture\n        %s", ev.Text(), picture)
	}
}
