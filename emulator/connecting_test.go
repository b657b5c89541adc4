package emulator_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	paho3 "github.com/eclipse/paho.mqtt.golang"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/trace"
)

// "It does not connect": D-1 to D-29 of section 22 of docs/behaviour/auth.md, as
// far as a gateway can see them. (D-6, D-7: authorizers_test.go; D-9 to D-13:
// policies_test.go; D-21 after 5 seconds: hang_test.go.)

const mistakesFile = "testdata/mistakes/suback.yaml"

// TestAuthorizerMistakes: functions that go wrong, each with its cause.
func TestAuthorizerMistakes(t *testing.T) {
	t.Parallel()
	const execution, denied = "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR", "NOT_AUTHENTICATED"
	tests := []struct {
		rule, authorizer, scheme string
		reason, detail, hint     string
	}{
		{"D-16", "http", "tls", execution, "reading 'queryString'", "MQTT without WebSocket has no protocolData.http"},
		{"D-17", "password", "wss", denied, "isAuthenticated false", "base64, decode it once"},
		{"D-18", "username", "tls", denied, "isAuthenticated false", "includes all from the ? on"},
		{"D-19", "denies", "ws", denied, "isAuthenticated false", ""},
		{"D-19", "denies", "wss", denied, "isAuthenticated false", ""},
		{"D-20", "singular", "tls", execution, "cannot be null", `the answer has "policyDocument", want "policyDocuments"`},
		{"D-20", "apigateway", "tls", execution, "API Gateway authorizer's", "AWS IoT wants {isAuthenticated"},
		{"D-20", "short", "tls", execution, "disconnectAfterInSeconds is 60, want 300 to 86400", ""},
		{"D-20", "many", "tls", execution, "cannot exceed 10", ""},
		{"D-21", "cold", "tls", execution, "ran into its own timeout", "raise the function's timeout"},
		{"D-28", "text", "tls", execution, "the answer is a string that holds no object", "no JSON.stringify"},
	}
	e := runFile(t, mistakesFile, emulator.Options{})
	for _, tt := range tests {
		for _, version := range []int{4, 5} {
			t.Run(fmt.Sprintf("%s %s %s %d", tt.rule, tt.authorizer, tt.scheme, version), func(t *testing.T) {
				t.Parallel()
				id, username := strings.ReplaceAll(t.Name(), "/", " "), "me?x-amz-customauthorizer-name="+tt.authorizer
				if tt.rule == "D-17" { // where the user name is as the function wants it
					username = "me"
				}
				d := dial(t, e, version, tt.scheme, id, username, "secret")
				if tt.rule == "D-17" {
					d = inQuery(t, e, version, id, username, "secret", tt.authorizer)
				}
				if got, want := d.connect(), map[int]string{4: "closed", 5: "0x87"}[version]; got != want {
					t.Errorf("got %s, want %s (B-407)", got, want)
				}
				saw := map[bool]string{true: "101 Switching Protocols, "}[strings.HasPrefix(tt.scheme, "ws")]
				explained(t, e, cause{client: id, operation: trace.AuthNError, reason: tt.reason, rules: []string{tt.rule},
					detail: tt.detail, hint: tt.hint, saw: saw})
			})
		}
	}
}

// inQuery returns a device that names its authorizer in the query of a WebSocket.
func inQuery(t *testing.T, e *emulator.Emulator, version int, id, username, password, authorizer string) device {
	t.Helper()
	const path = "/mqtt?x-amz-customauthorizer-name="
	if version == 4 {
		d := dial3(t, e, "wss", id, username, password)
		d.client = paho3.NewClient(paho3.NewClientOptions().AddBroker("wss://" + e.Addr(emulator.HTTPS) + path + authorizer).
			SetTLSConfig(e.ClientTLS()).SetProtocolVersion(4).SetClientID(id).SetUsername(username).SetPassword(password).
			SetAutoReconnect(false))
		return d
	}
	d := dial5(t, e, "wss", id, username, password)
	d.open = openAt("wss://"+e.Addr(emulator.HTTPS)+path+authorizer, e.ClientTLS())
	return d
}

// TestTransportMistakes: clients that go to the wrong place, or come with what
// does not belong there.
func TestTransportMistakes(t *testing.T) {
	t.Parallel()
	ca, err := pki.Open("")
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := ca.ClientCertificate("pump-7")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		rule, scheme, listener string
		alpn                   []string
		certificates           []tls.Certificate
		want                   cause
	}{
		{"D-1", "tls", emulator.MQTTS, nil, nil, cause{operation: trace.AuthNError, reason: "NOT_AUTHENTICATED", hint: "port 443 only"}},
		{"D-2", "tls", emulator.HTTPS, nil, nil,
			cause{operation: trace.Transport, reason: "MQTT_ON_HTTP_PORT", saw: "connection closed", hint: "offer ALPN mqtt"}},
		{"D-3", "wss", emulator.HTTPS, []string{"mqtt"}, nil,
			cause{operation: trace.Transport, reason: "HTTP_ON_MQTT_PORT", saw: "connection closed", hint: "must not offer ALPN mqtt"}},
		{"D-4", "tls", emulator.MQTTS, nil, []tls.Certificate{certificate},
			cause{operation: trace.AuthNError, hint: "leave it out and use ALPN mqtt"}},
		{"D-4", "tls", emulator.HTTPS, []string{"x-amzn-mqtt-ca"}, []tls.Certificate{certificate},
			cause{operation: trace.AuthNError, hint: "leave it out and use ALPN mqtt"}},
	}
	for _, tt := range tests {
		t.Run(tt.rule+" "+tt.listener, func(t *testing.T) {
			t.Parallel()
			e := runSilences(t)
			config := e.ClientTLS()
			config.NextProtos, config.Certificates = tt.alpn, tt.certificates
			path := map[string]string{"wss": "/mqtt"}[tt.scheme]
			c := paho3.NewClient(paho3.NewClientOptions().AddBroker(tt.scheme + "://" + e.Addr(tt.listener) + path).SetTLSConfig(config).
				SetProtocolVersion(4).SetClientID("pump-7").SetUsername("me?x-amz-customauthorizer-name=authorizer").SetAutoReconnect(false))
			if got := outcome3(c.Connect()); got == "ok" {
				t.Errorf("got %s, want a refusal (%s)", got, tt.rule)
			}
			tt.want.rules = []string{tt.rule}
			explained(t, e, tt.want)
		})
	}
}

// TestSignatureMistakes: the ways to get a signature wrong have a table in
// emulator/authn; here are those that begin outside of the gateway.
func TestSignatureMistakes(t *testing.T) {
	t.Parallel()
	key := newSigner(t)
	e := runSDKAccount(t, free, key, sdkFunction)
	const token = "a+b"
	tests := []struct{ name, tokenName, token, signature, want string }{
		{"echo without -n", "token", token, key.sign(t, token+"\n"), "as echo without -n gives it"},
		{"plus made a space", "token", token, strings.ReplaceAll(key.sign(t, token), "+", " "), "has a space"},
		{"another name", "jwt", token, key.sign(t, token), `it is in parameter "jwt", want the name "token"`},
		{"no signature", "token", token, "", "signature is missing"},
	}
	for _, tt := range tests {
		for _, version := range []int{4, 5} {
			t.Run(fmt.Sprintf("%s %d", tt.name, version), func(t *testing.T) {
				for !strings.Contains(key.sign(t, token), "+") { // one in 200
					key = anotherSigner(t)
				}
				id := tt.name + fmt.Sprint(version)
				query := "x-amz-customauthorizer-name=signed&" + tt.tokenName + "=" + url.PathEscape(tt.token) +
					"&x-amz-customauthorizer-signature=" + strings.ReplaceAll(url.QueryEscape(tt.signature), "+", "%20")
				got := dial(t, e, version, "tls", id, "?"+query, "").connect()
				mustBe(t, "connect", got, map[int]string{4: "closed", 5: "0x87"}[version])
				ev := explained(t, e, cause{client: id, operation: trace.AuthNError, rules: []string{"D-8"}})
				if text := ev.Detail + ": " + ev.Hint; !strings.Contains(text, tt.want) {
					t.Errorf("got %q, want %q (D-8)", text, tt.want)
				}
			})
		}
	}
}

// TestPublishMistakes: POST /topics/… gets 403 Forbidden, and no more is said.
func TestPublishMistakes(t *testing.T) {
	t.Parallel()
	key := newSigner(t)
	signed := runSDKAccount(t, free, key, sdkFunction)
	bad := "x-amz-customauthorizer-name=signed&token=a&x-amz-customauthorizer-signature=" + url.QueryEscape(key.sign(t, "b"))
	refusedPost(t, signed, bad)
	explained(t, signed, cause{operation: trace.AuthNError, rules: []string{"D-8", "D-26"}})

	functions := runFile(t, mistakesFile, emulator.Options{})
	refusedPost(t, functions, "x-amz-customauthorizer-name=mqtt")
	explained(t, functions, cause{operation: trace.AuthNError, detail: "reading 'password'", hint: "has no protocolData.mqtt",
		rules: []string{"D-15"}})
}

func refusedPost(t *testing.T, e *emulator.Emulator, query string) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: e.ClientTLS(), DisableKeepAlives: true}}
	res, err := client.Post("https://"+e.Addr(emulator.HTTPS)+"/topics/open/a?"+query, "text/plain", strings.NewReader("1"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("got %s, want 403 (A-160)", res.Status)
	}
}

// TestPageWithoutHeaders: a page set x-amz-customauthorizer-name with a library's
// option for headers, which a browser drops.
func TestPageWithoutHeaders(t *testing.T) {
	t.Parallel()
	e := runSDKAccount(t, free, newSigner(t), sdkFunction)
	c := paho3.NewClient(paho3.NewClientOptions().AddBroker("wss://" + e.Addr(emulator.HTTPS) + "/mqtt").SetTLSConfig(e.ClientTLS()).
		SetProtocolVersion(4).SetClientID("page").SetAutoReconnect(false).SetHTTPHeaders(http.Header{"Origin": {"https://example.test"}}))
	mustBe(t, "connect", outcome3(c.Connect()), "closed")
	explained(t, e, cause{client: "page", operation: trace.AuthNError, rules: []string{"D-24", "D-19"}, hint: "a page cannot set headers"})
}

// TestChosenByDomain: a domain configuration has a default authorizer of its own,
// and allows no other.
func TestChosenByDomain(t *testing.T) {
	t.Parallel()
	e := runFile(t, mistakesFile, emulator.Options{})
	tests := []struct{ name, username, want string }{
		{"default", "me", `"denies" is the default of domain configuration "custom"; the account's default, "good", counts elsewhere`},
		{"override", "me?x-amz-customauthorizer-name=good", `does not allow: "denies" was asked`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config := e.ClientTLS()
			config.ServerName, config.NextProtos = "iot.example.test", []string{"mqtt"}
			c := paho3.NewClient(paho3.NewClientOptions().AddBroker("tls://" + e.Addr(emulator.HTTPS)).SetTLSConfig(config).
				SetProtocolVersion(4).SetClientID(tt.name).SetUsername(tt.username).SetAutoReconnect(false))
			mustBe(t, "connect", outcome3(c.Connect()), "closed")
			explained(t, e, cause{client: tt.name, operation: trace.AuthNError, rules: []string{"D-25"}, hint: tt.want})
		})
	}
}

// TestAnswersTwice: the first call of the callback counts, and the function's log
// tells of the second, once and at debug level.
func TestAnswersTwice(t *testing.T) {
	t.Parallel()
	seen := make(chan struct{}, 10)
	e := runFile(t, mistakesFile, emulator.Options{Log: slog.New(finder{"the first answer counts, not this one (D-27)", seen})})
	for _, client := range []string{"a", "b", "c"} {
		mustBe(t, "connect", dial(t, e, 4, "tls", client, "?x-amz-customauthorizer-name=twice", "").connect(), "ok")
	}
	eventually(t, "a line in the function's log (D-27)", func() bool { return len(seen) > 0 })
	if n := len(seen); n != 1 {
		t.Errorf("got %d lines for three clients, want one: AWS's own sample answers twice each time (F-25)", n)
	}
}

// A finder is a notifier that looks for a part of a line.
type finder notifier

func (f finder) Enabled(ctx context.Context, l slog.Level) bool { return true }
func (f finder) WithAttrs([]slog.Attr) slog.Handler             { return f }
func (f finder) WithGroup(string) slog.Handler                  { return f }
func (f finder) Handle(_ context.Context, r slog.Record) error {
	if strings.Contains(r.Message, f.word) {
		select {
		case f.seen <- struct{}{}:
		default:
		}
	}
	return nil
}

// TestTimersAsMistakes: the end after exactly N seconds, and a new N that comes
// too late.
func TestTimersAsMistakes(t *testing.T) {
	var asked atomic.Int64
	e := emulator.Run(t, emulator.Options{Authorizer: func(ctx context.Context, event []byte) ([]byte, error) {
		answer, err := granting(json.RawMessage(everythingBut))(ctx, event)
		if asked.Add(1) > 1 {
			answer = bytes.Replace(answer, []byte("3600"), []byte("7200"), 1)
		}
		return answer, err
	}})
	d := dial(t, e, 5, "tcp", "d", "", "")
	mustBe(t, "connect", d.connect(), "ok")
	e.Advance(300 * time.Second)
	noted(t, e, "d", "D-23", "disconnectAfterInSeconds is 7200 now", "from the next CONNECT on")
	e.Advance(3600 * time.Second)
	mustBe(t, "end", d.end(t), "DISCONNECT 0x98")
	ev := explained(t, e, cause{client: "d", operation: trace.Disconnect, rules: []string{"D-22"},
		hint: "disconnectAfterInSeconds to 3600 at CONNECT"})
	if !slices.Contains(ev.Rules, "A-148") {
		t.Errorf("got rules %v, want A-148 too", ev.Rules)
	}
}
