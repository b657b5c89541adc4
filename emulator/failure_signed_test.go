package emulator_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

// Every row of the table of refused signatures, and what belongs to it
// from clients that others wrote: AWS's IoT Device
// SDK v2 and SDK v3 for JavaScript, MQTT.js at an address that SDK v3 signed, and
// the shape of AWS's first SDK for Python. All but the requests of SDK v3 are
// WebSockets on the https listener.

// A badSignature is what a client does wrong. Zero values are right.
type badSignature struct {
	keys            registry.Credential
	region, service string
	late            int  // seconds
	signToken       bool // with the session token
	tokenFirst      bool // without it, and it stands before the signature
	host            string
}

// signedClients are the clients, and what they say when the upgrade is refused.
var signedClients = map[string]struct {
	start func(t *testing.T, e *emulator.Emulator, id string, b badSignature) *program
	says  string
}{
	"Device SDK, MQTT 3.1.1": {signedSDK("4"), "refused - AWS_ERROR_HTTP_WEBSOCKET_UPGRADE_FAILURE"},
	"Device SDK, MQTT 5":     {signedSDK("5"), "refused - AWS_ERROR_HTTP_WEBSOCKET_UPGRADE_FAILURE"},
	"MQTT.js, MQTT 3.1.1":    {signedMQTTjs("4"), "closed"},
	"MQTT.js, MQTT 5":        {signedMQTTjs("5"), "closed"},
	"Python SDK v1":          {signedPython, "Websocket Handshake Error"},
	"SDK v3, HTTPS":          {signedRequest, "refused 403 "},
}

func signedSDK(protocol string) func(*testing.T, *emulator.Emulator, string, badSignature) *program {
	return func(t *testing.T, e *emulator.Emulator, id string, b badSignature) *program {
		return startSDK(t, append([]string{"--endpoint", cmp.Or(b.host, "localhost"), "--port", portOf(t, e, emulator.HTTPS), "--ca",
			caFile(t, e), "--protocol", protocol,
			"--client-id", id, "--topic", "app/" + id, "--region", cmp.Or(b.region, "us-east-1")}, keyArgs(b.keys)...)...)
	}
}

func signedMQTTjs(protocol string) func(*testing.T, *emulator.Emulator, string, badSignature) *program {
	return func(t *testing.T, e *emulator.Emulator, id string, b badSignature) *program {
		sign, err := json.Marshal(map[string]any{
			"endpoint": cmp.Or(b.host, "localhost"), "port": portOf(t, e, emulator.HTTPS), "region": cmp.Or(b.region, "us-east-1"),
			"service": cmp.Or(b.service, "iotdevicegateway"), "late": b.late, "signToken": b.signToken, "tokenFirst": b.tokenFirst,
			"credentials": map[string]string{"accessKeyId": b.keys.AccessKeyID, "secretAccessKey": b.keys.SecretAccessKey,
				"sessionToken": b.keys.SessionToken},
		})
		must(t, err)
		npmModules(t, "@smithy/signature-v4")
		return sdkDevices.start(t, "mqtt", deviceCommand{File: "./signed.cjs", CA: caFile(t, e), Env: map[string]string{"SIGN": string(sign)},
			Args: []string{"--client-id", id, "--protocol", protocol, "--topic", "app/" + id}})
	}
}

func signedPython(t *testing.T, e *emulator.Emulator, id string, b badSignature) *program {
	seed, err := filepath.Abs("../fixtures/seeds/004")
	must(t, err)
	environment := []string{"PYTHONPATH=" + seed + "/local:" + seed + "/standin", "SUBACK_HTTPS_ADDR=" + e.Addr(emulator.HTTPS),
		"PYTHONDONTWRITEBYTECODE=1"}
	return start(t, environment, pythonWithBoto3(t), "testdata/signed.py", caFile(t, e), id, cmp.Or(b.region, "us-east-1"),
		b.keys.AccessKeyID, b.keys.SecretAccessKey, b.keys.SessionToken)
}

func signedRequest(t *testing.T, e *emulator.Emulator, _ string, b badSignature) *program {
	return startApp(t, e, []string{
		"AWS_REGION=" + cmp.Or(b.region, "us-east-1"),
		"AWS_ACCESS_KEY_ID=" + b.keys.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + b.keys.SecretAccessKey, "AWS_SESSION_TOKEN=" + b.keys.SessionToken,
	}, "--clock="+fmt.Sprint(-b.late))
}

const (
	mismatch = "SECURITY_TOKEN_SIGNATURE_MISMATCH"
	invalid  = "SECURITY_TOKEN_INVALID"
)

func TestRefusedSignatures(t *testing.T) {
	t.Parallel()
	right := registry.Credential{AccessKeyID: "AKIALOCAL", SecretAccessKey: "secret"}
	all := []string{"Device SDK, MQTT 3.1.1", "Device SDK, MQTT 5", "MQTT.js, MQTT 3.1.1", "MQTT.js, MQTT 5", "Python SDK v1", "SDK v3, HTTPS"}
	mqttjs, javascript := all[2:4], []string{all[2], all[3], all[5]} // the native SDK has its own clock
	tests := []struct {
		name    string
		bad     func(t *testing.T, e *emulator.Emulator) badSignature
		clients []string
		message string // of the 403, where the client shows it
		cause   cause  // operation Connection.AuthNError
		source  string
	}{
		{"wrong secret key", bad(badSignature{keys: registry.Credential{AccessKeyID: "AKIALOCAL", SecretAccessKey: "wrong"}}), all,
			"The request signature we calculated does not match", cause{reason: mismatch, rules: []string{"A-206"}, hint: "compare"}, "A-206"},
		{"too old", bad(badSignature{keys: right, late: 600}), javascript,
			"Signature expired: ", cause{reason: mismatch, rules: []string{"D-39", "D-40", "A-204"}, hint: "clock"}, "A-204, A-206"},
		{"too new", bad(badSignature{keys: right, late: -600}), javascript,
			"Signature not yet current: ", cause{reason: mismatch, rules: []string{"D-39"}, hint: "clock"}, "A-204, A-206"},
		{"another region", bad(badSignature{keys: right, region: "eu-west-1"}), append(all[:4:4], all[5]),
			"Credential should be scoped to a valid region, not 'eu-west-1'. ", cause{reason: mismatch, rules: []string{"D-42"}}, "A-206, D-42"},
		{"unknown key", bad(badSignature{keys: registry.Credential{AccessKeyID: "AKIANOBODY", SecretAccessKey: "secret"}}), all,
			"The security token included in the request is invalid.",
			cause{reason: invalid, rules: []string{"A-206"}, hint: "credentials in the configuration"}, "A-206"},
		{"another session token", func(t *testing.T, e *emulator.Emulator) badSignature {
			keys := temporary(t, e)
			keys.SessionToken = temporary(t, e).SessionToken
			return badSignature{keys: keys}
		}, all, "The security token included in the request is invalid", cause{reason: invalid, hint: "the token that came with these very keys"},
			"A-206: java#114"},
		{"no session token", func(t *testing.T, e *emulator.Emulator) badSignature {
			keys := temporary(t, e)
			keys.SessionToken = ""
			return badSignature{keys: keys}
		}, all, "The security token included in the request is invalid.", cause{reason: invalid, rules: []string{"A-198"}}, "A-198, A-206"},
		{"expired keys", func(t *testing.T, e *emulator.Emulator) badSignature {
			keys := temporary(t, e)
			e.Advance(2 * time.Hour)
			return badSignature{keys: keys}
		}, all, "The security token included in the request is expired", cause{reason: "SECURITY_TOKEN_EXPIRED", rules: []string{"A-207"}},
			"A-207"},
		{"signed session token", func(t *testing.T, e *emulator.Emulator) badSignature {
			return badSignature{keys: temporary(t, e), signToken: true}
		}, mqttjs, "", cause{reason: mismatch, rules: []string{"D-38"}, detail: "signed the query with its session token"}, "A-198, D-38"},
		{"session token before the signature", func(t *testing.T, e *emulator.Emulator) badSignature {
			return badSignature{keys: temporary(t, e), tokenFirst: true}
		}, mqttjs, "", cause{reason: mismatch, rules: []string{"A-196", "A-198"}, detail: "X-Amz-Security-Token stands before",
			hint: "move &X-Amz-Security-Token= to the end"}, "A-196, F-10"},
		{"another service", bad(badSignature{keys: right, service: "iot"}), mqttjs, "",
			cause{reason: mismatch, rules: []string{"D-50"}, hint: "the control plane's"}, "A-199, D-50"},
	}
	for _, tt := range tests {
		for _, name := range tt.clients {
			t.Run(tt.name+", "+name, func(t *testing.T) {
				t.Parallel()
				e, client := signedAccount(t), signedClients[name]
				b := tt.bad(t, e)
				p := client.start(t, e, "app", b)
				p.until(client.says)
				if last := p.seen[len(p.seen)-1]; name == "SDK v3, HTTPS" && !strings.Contains(last, " "+tt.message) {
					t.Errorf("got %q, want the message %q (%s)", last, tt.message, tt.source)
				}
				if p.saw("connected") {
					t.Errorf("got connected, want a refused upgrade (%s)", tt.source)
				}
				want := tt.cause
				want.operation = trace.AuthNError
				if name == "Python SDK v1" {
					want.rules = append(slices.Clone(want.rules), "D-49") // it does not show the answer
				}
				text := explained(t, e, want).Text()
				for _, secret := range []string{b.keys.SecretAccessKey, b.keys.SessionToken} {
					if len(secret) > 6 && strings.Contains(text, secret) {
						t.Errorf("the trace holds a credential:\n%s", text)
					}
				}
			})
		}
	}
}

func bad(b badSignature) func(*testing.T, *emulator.Emulator) badSignature {
	return func(*testing.T, *emulator.Emulator) badSignature { return b }
}

// TestSignedWithoutPermission: the upgrade is not refused, the CONNECT is.
func TestSignedWithoutPermission(t *testing.T) {
	t.Parallel()
	says := map[string]string{
		"Device SDK, MQTT 3.1.1": "refused - " + hangup, "Device SDK, MQTT 5": "refused " + refused,
		"MQTT.js, MQTT 3.1.1": "closed", "MQTT.js, MQTT 5": "error 135", "Python SDK v1": "closed",
	}
	for name, want := range says {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := signedAccount(t)
			p := signedClients[name].start(t, e, "app", badSignature{keys: registry.Credential{AccessKeyID: "AKIAMUTE", SecretAccessKey: "secret"}})
			p.until(want)
			if p.saw("connected") {
				t.Error("got connected, want a refused CONNECT (A-211)")
			}
			explained(t, e, cause{client: "app", operation: trace.Connect, reason: "AUTHORIZATION_FAILURE", action: policy.Connect,
				resource: "arn:aws:iot:us-east-1:123456789012:client/app", rules: []string{"D-44"}, saw: "101 Switching Protocols"})
		})
	}
}

// TestUnsigned: a domain configuration wants a signature, and there is none.
func TestUnsigned(t *testing.T) {
	t.Parallel()
	redirect, err := filepath.Abs("testdata/redirect.cjs")
	must(t, err)
	want := cause{operation: trace.AuthNError, reason: "NOT_AUTHENTICATED", rules: []string{"A-54"}}
	for _, protocol := range []string{"4", "5"} {
		t.Run("MQTT.js, MQTT "+protocol, func(t *testing.T) {
			t.Parallel()
			e := signedAccount(t)
			startNode(t, e, []string{"NODE_OPTIONS=--require " + redirect, "REDIRECT_HOSTS=signed.localhost", "REDIRECT_PORT=" +
				portOf(t, e, emulator.HTTPS)},
				"wss://signed.localhost/mqtt", "--protocol", protocol).until("closed")
			explained(t, e, want)
		})
	}
	t.Run("curl, HTTPS", func(t *testing.T) {
		t.Parallel()
		e := signedAccount(t)
		got := curl(t, e, "requests.localhost", "/topics/a?qos=1", "-d", "hello")
		if want := `403 {"message":"Missing Authentication Token","traceId":"`; !strings.HasPrefix(got, want) {
			t.Errorf("got %s, want %s (A-54, A-206)", got, want)
		}
		explained(t, e, want)
	})
}

// curl asks the https listener by a name of it and returns status and body.
func curl(t *testing.T, e *emulator.Emulator, host, path string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		missing(t, "curl", "apt-get install curl")
	}
	port := portOf(t, e, emulator.HTTPS)
	args = append([]string{"--silent", "--show-error", "--cacert", caFile(t, e), "--connect-to", host + ":443:127.0.0.1:" + port,
		"--write-out", "\n%{http_code}"}, append(args, "https://"+host+path)...)
	out, err := exec.CommandContext(t.Context(), "curl", args...).CombinedOutput()
	if err != nil {
		return strings.TrimSpace(string(out)) + " " + err.Error()
	}
	i := bytes.LastIndexByte(out, '\n')
	return string(out[i+1:]) + " " + strings.TrimSpace(string(out[:i]))
}
