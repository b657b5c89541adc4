package emulator_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"sync"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

// AWS's own IoT Device SDK v2 for JavaScript, through its builders for custom
// authorizers, with and without a signed token.

// An sdkWay is a builder, and how it reports what the gateway did. For 3.1.1 all
// is the same hang-up.
type sdkWay struct {
	name      string
	args      []string
	refused   string // CONNECT
	ended     string // a connection
	denied    string // what follows "published" and "subscribed <filter>"; "": the connection ends
	published string
}

// The names are those of the SDK. 135 is 0x87, not authorized.
const (
	hangup  = "AWS_ERROR_MQTT_UNEXPECTED_HANGUP"
	refused = "135 AWS_ERROR_MQTT5_CONNACK_CONNECTION_REFUSED"
	ended   = "135 AWS_ERROR_MQTT5_DISCONNECT_RECEIVED"
)

var sdkWays = []sdkWay{
	// newDirectMqttBuilderWithCustomAuth
	{"5 direct", []string{"--protocol", "5"}, "refused " + refused, "disconnected " + ended, " 135", "published 0"},
	// newWebsocketMqttBuilderWithCustomAuth
	{"5 websocket", []string{"--protocol", "5", "--websocket"}, "refused " + refused, "disconnected " + ended, " 135", "published 0"},
	// new_default_builder, with_custom_authorizer
	{"3 direct", []string{"--protocol", "4"}, "refused - " + hangup, "disconnected - " + hangup, "", "published"},
	// new_with_websockets, with_custom_authorizer
	{"3 websocket", []string{"--protocol", "4", "--websocket"}, "refused - " + hangup, "disconnected - " + hangup, "", "published"},
}

// startSDK runs fixtures/clients/sdk.js.
func startSDK(t *testing.T, args ...string) *program {
	t.Helper()
	return sdkDevices.start(t, "aws-iot-device-sdk-v2", deviceCommand{File: "../../fixtures/clients/sdk.js", Args: args})
}

// sdkPolicy has a topic for each outcome: open/ for all, mute/ without Receive,
// deaf/ without Publish, and nothing for any other.
const sdkPolicy = `{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"},
    {"Effect": "Deny", "Action": "iot:Connect", "Resource": "arn:aws:iot:*:*:client/banned *"},
    {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": ["arn:aws:iot:*:*:topicfilter/open/*", "arn:aws:iot:*:*:topicfilter/mute/*", "arn:aws:iot:*:*:topicfilter/deaf/*"]},
    {"Effect": "Allow", "Action": "iot:Publish", "Resource": ["arn:aws:iot:*:*:topic/open/*", "arn:aws:iot:*:*:topic/mute/*"]},
    {"Effect": "Allow", "Action": "iot:Receive", "Resource": "arn:aws:iot:*:*:topic/open/*"}
  ]
}`

// sdkEvent is what sdkFunction reads of its event.
type sdkEvent struct {
	Token             string `json:"token"`
	SignatureVerified bool   `json:"signatureVerified"`
	ProtocolData      struct {
		MQTT struct {
			ClientID string `json:"clientId"`
			Username string `json:"username"`
			Password []byte `json:"password"`
		} `json:"mqtt"`
	} `json:"protocolData"`
}

// sdkFunction lets in who has the password, or a verified token that does not
// say "expired".
func sdkFunction(ctx context.Context, text []byte) ([]byte, error) {
	var event sdkEvent
	if err := json.Unmarshal(text, &event); err != nil {
		return nil, err
	}
	password := string(event.ProtocolData.MQTT.Password) == "wonderland"
	token := event.SignatureVerified && !strings.Contains(event.Token, "expired")
	if !password && !token {
		return []byte(`{"isAuthenticated": false}`), nil
	}
	return granting(json.RawMessage(sdkPolicy))(ctx, text)
}

// runSDKAccount has the authorizers "plain" and "signed", and no default one.
func runSDKAccount(t *testing.T, l emulator.Listeners, key signer, function emulator.LambdaFunc) *emulator.Emulator {
	t.Helper()
	return emulator.Run(t, emulator.Options{
		Listeners: l, Functions: map[string]emulator.LambdaFunc{"function": function},
		Config: &emulator.Config{AccountID: "123456789012", Authorizers: []registry.Authorizer{
			{AuthorizerName: "plain", AuthorizerFunctionArn: "function", Status: registry.Active, SigningDisabled: true},
			{AuthorizerName: "signed", AuthorizerFunctionArn: "function", Status: registry.Active,
				TokenKeyName: "token", TokenSigningPublicKeys: map[string]string{"first": key.public}},
		}},
	})
}

func TestSDKRefusedConnect(t *testing.T) {
	t.Parallel()
	const notAuthenticated, parameterInvalid = "NOT_AUTHENTICATED", "CUSTOM_AUTHORIZER_PARAMETER_INVALID"
	const notFound = "CUSTOM_AUTHORIZER_NOT_FOUND"
	key, other := newSigner(t), anotherSigner(t)
	e := runSDKAccount(t, free, key, sdkFunction)
	const token = "header.payload"
	good := key.sign(t, token)
	signed := func(token, signature string) []string {
		return []string{"--authorizer", "signed", "--token-key-name", "token", "--token", token, "--signature=" + signature}
	}
	tests := []struct {
		name  string
		args  []string
		cause cause // operation Connection.AuthNError
	}{
		{"wrong password", []string{"--authorizer", "plain", "--password", "looking-glass"},
			cause{reason: notAuthenticated, detail: "isAuthenticated false"}},
		{"unknown authorizer", []string{"--authorizer", "plains", "--password", "wonderland"},
			cause{reason: notFound, rules: []string{"D-7"}, hint: `is "plain" meant?`}},
		{"no authorizer", []string{"--password", "wonderland"}, cause{reason: notFound, rules: []string{"A-160"}}},
		{"another key", signed(token, other.sign(t, token)), cause{reason: notAuthenticated, rules: []string{"A-92", "D-8"}}},
		{"another token", signed(token+"s", good), cause{reason: notAuthenticated, rules: []string{"A-92", "D-8"}}},
		{"base64url", signed(token, base64URL(good)), cause{reason: parameterInvalid, detail: "base64url", rules: []string{"A-93"}}},
		{"another key name", []string{"--authorizer", "signed", "--token-key-name", "tokn", "--token", token, "--signature", good},
			cause{reason: parameterInvalid, rules: []string{"A-97", "D-8"}, detail: `"token" is missing`}},
		{"unsigned", []string{"--authorizer", "signed", "--password", "wonderland"},
			cause{reason: parameterInvalid, rules: []string{"A-97", "D-8"}}},
		{"function refuses", signed("expired", key.sign(t, "expired")), cause{reason: notAuthenticated, detail: "isAuthenticated false"}},
	}
	for _, way := range sdkWays {
		for _, tt := range tests {
			t.Run(way.name+" "+tt.name, func(t *testing.T) {
				t.Parallel()
				id := way.name + " " + tt.name
				args := append([]string{"--port", portOf(t, e, emulator.HTTPS), "--ca", caFile(t, e), "--client-id", id, "--username", "alice"},
					tt.args...)
				device := startSDK(t, append(args, way.args...)...)
				device.until(way.refused)
				if device.saw("connected") {
					t.Error("got connected, want a refusal (A-313, B-407)")
				}
				tt.cause.client, tt.cause.operation = id, trace.AuthNError
				ev := explained(t, e, tt.cause)
				for _, secret := range []string{"looking-glass", "wonderland", token, good} {
					if strings.Contains(ev.Text(), secret) {
						t.Errorf("the trace holds a credential:\n%s", ev.Text())
					}
				}
			})
		}
	}
}

// TestSDKPolicy is connect, subscribe, publish, receive, and each of them refused.
func TestSDKPolicy(t *testing.T) {
	t.Parallel()
	key := newSigner(t)
	e := runSDKAccount(t, free, key, sdkFunction)
	const arn = "arn:aws:iot:us-east-1:123456789012:"
	token := "header.payload"
	plain := []string{"--authorizer", "plain", "--username", "alice", "--password", "wonderland"}
	tests := []struct {
		name  string
		args  []string
		want  func(w sdkWay) string // the last line
		never string
		cause cause // the zero cause: the message arrives
	}{
		{"plain", append(plain, "--topic", "open/%s"), nil, "", cause{}},
		{"jwt", []string{"--authorizer", "signed", "--token-key-name", "token", "--token", token, "--topic", "open/%s",
			"--signature", strings.TrimRight(key.sign(t, token), "=")}, nil, "", cause{}},
		{"encoded token", []string{"--authorizer", "signed", "--token-key-name", "token", "--token", "a%26b%3Dc%3F+%25", "--topic", "open/%s",
			"--signature", key.sign(t, "a&b=c?+%")}, nil, "", cause{}},
		{"banned", append(plain, "--topic", "open/%s"),
			func(w sdkWay) string { return w.refused }, "connected",
			cause{operation: trace.Connect, action: policy.Connect, resource: arn + "client/%s", rules: []string{"B-131"},
				hint: "denies iot:Connect"}},
		{"subscribe", append(plain, "--topic", "shut/%s"),
			func(w sdkWay) string {
				if w.denied == "" {
					return w.ended
				}
				return "subscribed shut/%s" + w.denied
			}, "published 0",
			cause{operation: trace.Subscribe, action: policy.Subscribe, resource: arn + "topicfilter/shut/%s", rules: []string{"D-11"}}},
		{"publish QoS 1", append(plain, "--topic", "deaf/%s"),
			func(w sdkWay) string {
				if w.denied == "" {
					return w.ended
				}
				return "published" + w.denied
			}, "message",
			cause{operation: trace.PublishIn, action: policy.Publish, resource: arn + "topic/deaf/%s", rules: []string{"D-11"}}},
		{"publish QoS 0", append(plain, "--topic", "deaf/%s", "--qos", "0"),
			func(w sdkWay) string { return w.ended }, "message",
			cause{operation: trace.PublishIn, action: policy.Publish, resource: arn + "topic/deaf/%s", rules: []string{"D-11"}}},
		{"withheld", append(plain, "--topic", "mute/%s"),
			func(w sdkWay) string { return w.published }, "message",
			cause{operation: trace.PublishOut, outcome: trace.Withheld, action: policy.Receive, resource: arn + "topic/mute/%s",
				rules: []string{"D-12"}, hint: "allows iot:Receive on topic/open/*, the message is on topic/mute/", saw: "nothing, connection kept"}},
	}
	for _, way := range sdkWays {
		for _, tt := range tests {
			t.Run(way.name+" "+tt.name, func(t *testing.T) {
				t.Parallel()
				id := tt.name + " " + way.name
				named := func(s string) string { return strings.ReplaceAll(s, "%s", id) }
				args := append([]string{"--port", portOf(t, e, emulator.HTTPS), "--ca", caFile(t, e), "--client-id", id}, way.args...)
				for _, arg := range tt.args {
					args = append(args, named(arg))
				}
				device := startSDK(t, args...)
				if tt.cause.operation == "" {
					device.untilAll("subscribed open/"+id+" 1", "message open/"+id+" hello from "+id, way.published)
					return
				}
				device.until(named(tt.want(way)))
				tt.cause.client, tt.cause.reason, tt.cause.resource = id, "AUTHORIZATION_FAILURE", named(tt.cause.resource)
				explained(t, e, tt.cause)
				device.end()
				if device.saw(tt.never) {
					t.Errorf("got %q, want none (B-401, B-409, B-410, B-501)", tt.never)
				}
			})
		}
	}
}

// TestSDKUsername: what the function sees of the SDK's parameters [A-81, A-85,
// The WebSocket builder for MQTT 5 alone sends the signature as
// it is given.
func TestSDKUsername(t *testing.T) {
	t.Parallel()
	const token = "a.b+/="
	key := newSigner(t)
	signature := key.sign(t, token)
	encoded := strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(signature)
	tests := map[string]string{
		"5 direct":    "&token=" + token + "&x-amz-customauthorizer-signature=" + encoded,
		"5 websocket": "&token=" + token + "&x-amz-customauthorizer-signature=" + signature,
		"3 direct":    "&x-amz-customauthorizer-signature=" + encoded + "&token=" + token,
		"3 websocket": "&x-amz-customauthorizer-signature=" + encoded + "&token=" + token,
	}
	for _, way := range sdkWays {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			events := make(chan sdkEvent, 10)
			e := runSDKAccount(t, free, key, func(ctx context.Context, text []byte) ([]byte, error) {
				var event sdkEvent
				err := json.Unmarshal(text, &event)
				events <- event
				if err != nil {
					return nil, err
				}
				return sdkFunction(ctx, text)
			})
			args := append([]string{"--port", portOf(t, e, emulator.HTTPS), "--ca", caFile(t, e), "--username", "alice", "--topic", "open/sdk",
				"--authorizer", "signed", "--token-key-name", "token", "--token", token, "--signature", signature}, way.args...)
			startSDK(t, args...).until(way.published)
			event := <-events
			if event.Token != token || !event.SignatureVerified {
				t.Errorf("got token %q, verified %v, want %q, true (A-99)", event.Token, event.SignatureVerified, token)
			}
			if got, want := event.ProtocolData.MQTT.Username, "alice?x-amz-customauthorizer-name=signed"+tests[way.name]+
				"&SDK="; !strings.HasPrefix(got, want) {
				t.Errorf("got user name\n%s, want it to begin with\n%s (A-81, A-85)", got, want)
			}
			unexplained(t, e)
		})
	}
}

// A signer has the private key behind an authorizer with signing.
type signer struct {
	key    *rsa.PrivateKey
	public string // in PEM
}

// signingKey is one for all tests: to make one takes a tenth of a second.
var signingKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// newSigner is the same one in every test.
func newSigner(t *testing.T) signer {
	t.Helper()
	key, err := signingKey()
	must(t, err)
	return signerOf(t, key)
}

// anotherSigner has a key of its own.
func anotherSigner(t *testing.T) signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	return signerOf(t, key)
}

func signerOf(t *testing.T, key *rsa.PrivateKey) signer {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return signer{key, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))}
}

// sign returns the signature of a token, in base64.
func (s signer) sign(t *testing.T, token string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(token))
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(signature)
}

// base64URL is base64 with - and _ for + and /.
func base64URL(s string) string { return strings.NewReplacer("+", "-", "/", "_").Replace(s) }
