package emulator_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

// The tests of AWS's library below its device SDKs that AWS runs against IoT
// Core: aws-crt-nodejs' (lib/native, lib/common), and of aws-crt-python's and
// aws-iot-device-sdk-python-v2's those that say more. They are re-created in
// testdata/crt with the library itself, aws-crt.
//
// Left out are those that no gateway answers (bad client options, null packets,
// cipher preferences, metrics); those of another broker (plain TCP, basic
// authentication, proxies); PKCS #11 and #12 and Windows' certificate store;
// and what the library asks on port 443 alone (Cognito, the credential provider).

// crtTests has, for each file of testdata/crt, its tests by the suite's names,
// and the rule that each holds.
var crtTests = map[string][][2]string{
	"acknowledge": {
		{"Manual publish acknowledgement - acknowledgment hold", "B-685"},
		{"test_manual_publish_acknowledgement_hold", "B-685"},
		{"Manual publish acknowledgement - acknowledgment invoke", "B-685"},
		{"Manual publish acknowledgement - double-call", "B-685"},
		{"Manual publish acknowledgement - post-calback acquire", "B-685"},
		{"test_manual_publish_acknowledgement_qos0_acquire_is_none", "B-687"},
		{"Auto publish acknowledgement - no duplicate delivery", "B-685"},
	},
	"mqtt5": {
		{"Negotiated settings - minimal", "B-622, B-630"},
		{"Negotiated settings - maximal", "B-622, B-701"},
		{"Negotiated settings - always rejoin session", "B-702"},
		{"test_negotiated_settings_minimal_settings", "B-701"},
		{"test_negotiated_settings_maximum_settings", "B-630, B-631"},
		{"test_negotiated_settings_server_limit", "B-620, B-701"},
		{"Sub - Pub QoS 0 - Unsub", "B-687"},
		{"Sub - Pub QoS 1 - Unsub", "B-687"},
		{"Will test", "B-441"},
		{"Shared subscriptions test", "B-668"},
		{"Retain test", "B-720, B-721"},
		{"Operation statistics test simple", "B-688"},
		{"Publish with LRU aliasing", "B-690"},
		{"Publish with manual aliasing", "B-690"},
		{"test_double_client_id_failure", "B-606"},
		{"test_qos1_happy_path", "B-687"},
		{"test_operation_publish_correlation_data_bytes_binary", "B-691"},
	},
	"connect": {
		{"Aws Iot Core Direct Mqtt By File - Connection Success", "A-17"},
		{"Aws Iot Core Direct Mqtt By In-Memory - Connection Success", "A-17"},
		{"Aws Iot Core Direct Mqtt Non-Signing Custom Auth - Connection Success", "A-309"},
		{"Aws Iot Core Direct Mqtt Signing Custom Auth - Connection Success", "A-92, A-309"},
		{"Aws Iot Core Direct Mqtt Signing Custom Auth - Connection Success Unencoded Signature", "A-93, A-309"},
		{"Aws Iot Core Websocket by Sigv4 - Connection Success", "A-314"},
		{"Aws Iot Core Websocket Default Credentials - Connection Success", "A-314"},
		{"Aws Iot Core Direct Mqtt Non-Signing Custom Auth - Connection Failure Bad Password", "B-407"},
		{"Aws Iot Core Direct Mqtt Signing Custom Auth - Connection Failure Bad Password", "B-407"},
		{"Aws Iot Core Direct Mqtt Signing Custom Auth - Connection Failure Bad Token Value", "A-92, B-407"},
		{"Aws Iot Core Direct Mqtt Signing Custom Auth - Connection Failure Bad Token Signature", "A-92, B-407"},
		{"Aws Iot Core Websocket Mqtt Non-Signing Custom Auth - Connection Success", "A-309"},
		{"Aws Iot Core Websocket Mqtt Signing Custom Auth - Connection Success", "A-309"},
	},
	"requests": {
		{"Create Destroy Mqtt5", "A-17"},
		{"GetNamedShadow Success Rejected Mqtt5", "S-71"},
		{"UpdateNamedShadow Success Accepted Mqtt5", "S-45, S-52"},
		{"GetNamedShadow Failure Timeout Mqtt5", "S-2"},
		{"GetNamedShadow Success Rejected No CorrelationToken Mqtt5", "S-71"},
		{"UpdateNamedShadow Success Accepted No CorrelationToken Mqtt5", "S-45, S-52"},
		{"GetNamedShadow Failure Timeout No CorrelationToken Mqtt5", "S-2"},
		{"ShadowUpdated Streaming Operation Success Incoming Publish MQTT5", "B-687"},
		{"Create Destroy Mqtt311", "A-17"},
		{"GetNamedShadow Success Rejected Mqtt311", "S-71"},
		{"UpdateNamedShadow Success Accepted Mqtt311", "S-45, S-52"},
		{"GetNamedShadow Failure Timeout Mqtt311", "S-2"},
		{"GetNamedShadow Success Rejected No CorrelationToken Mqtt311", "S-71"},
		{"UpdateNamedShadow Success Accepted No CorrelationToken Mqtt311", "S-45, S-52"},
		{"GetNamedShadow Failure Timeout No CorrelationToken Mqtt311", "S-2"},
		{"ShadowUpdated Streaming Operation Success Incoming Publish MQTT311", "B-687"},
	},
	"mqtt311": {
		{"MQTT Connect/Disconnect", "A-314"},
		{"MQTT311 Connection - mTLS", "A-17"},
		{"MQTT Pub/Sub", "B-687"},
		{"MQTT Will", "B-440, B-606"},
		{"MQTT On Any Publish", "B-687"},
		{"MQTT payload types", "B-691"},
		{"MQTT Operation statistics simple", "B-688"},
		{"MQTT Disconnect behavior hard-disconnect - default functions like expected", "B-702"},
		{"MQTT Disconnect behavior hard-disconnect - ensure operations do not work after disconnect", "B-702"},
		{"test_mqtt311_builder_direct_unsigned_custom_authorizer", "A-309"},
		{"test_mqtt311_builder_direct_signed_custom_authorizer", "A-92, A-309"},
		{"test_mqtt311_builder_direct_signed_custom_authorizer_unencoded", "A-93, A-309"},
		{"test_mqtt311_builder_websocket_unsigned_custom_authorizer", "A-309"},
		{"test_mqtt311_builder_websocket_signed_custom_authorizer", "A-92, A-309"},
		{"test_mqtt311_builder_websocket_signed_custom_authorizer_unencoded", "A-93, A-309"},
	},
}

func TestCRTSuite(t *testing.T) {
	t.Parallel()
	for file, tests := range crtTests {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			e, given := crtAccount(t)
			environment := []string{"NODE_PATH=" + npmModules(t, "aws-iot-device-sdk-v2"),
				"AWS_ACCESS_KEY_ID=AKIALOCAL", "AWS_SECRET_ACCESS_KEY=secret"} // the default credentials
			p := start(t, environment, nodejs(t), filepath.Join("testdata", "crt", file+".cjs"), given)
			p.ended()
			for _, test := range tests {
				if !slices.Contains(p.seen, "ok "+test[0]) {
					t.Errorf("got no line %q (%s)", "ok "+test[0], test[1])
				}
			}
			for _, line := range p.seen { // the library warns of ports there
				name, ok := strings.CutPrefix(line, "ok ")
				known := slices.ContainsFunc(tests, func(test [2]string) bool { return test[0] == name })
				if ok && !known || strings.HasPrefix(line, "not ok ") {
					t.Errorf("got the line %q, want the tests in the list alone", line)
				}
			}
			if got := len(e.Trace().Events(trace.Filter{Outcome: trace.Refused})); got != crtRefusals[file] {
				t.Errorf("got %d refusals in the trace, want %d", got, crtRefusals[file])
			}
		})
	}
}

// crtRefusals are how many there are meant to be: four bad passwords and tokens, a client
// id that is taken over, and four shadows that there are not.
var crtRefusals = map[string]int{"connect": 4, "mqtt5": 1, "mqtt311": 1, "requests": 4}

// crtFunction wants the password, with a token too: who verifies that is the gateway.
func crtFunction(ctx context.Context, text []byte) ([]byte, error) {
	var event sdkEvent
	if err := json.Unmarshal(text, &event); err != nil {
		return nil, err
	}
	if string(event.ProtocolData.MQTT.Password) != "wonderland" {
		return []byte(`{"isAuthenticated": false}`), nil
	}
	return granting(json.RawMessage(corePolicy))(ctx, text)
}

// crtAccount has what AWS's accounts for the suite have, and what a file of
// testdata/crt is given of it.
func crtAccount(t *testing.T) (e *emulator.Emulator, given string) {
	t.Helper()
	const certificate, keyFile = "../fixtures/certificates/pump-7.pem", "../fixtures/certificates/pump-7.key"
	pemText, err := os.ReadFile(certificate)
	must(t, err)
	key := newSigner(t)
	e = emulator.Run(t, emulator.Options{
		Listeners: free, Functions: map[string]emulator.LambdaFunc{"function": crtFunction},
		Config: &emulator.Config{AccountID: "123456789012",
			Policies:     []emulator.Policy{{PolicyName: "all", PolicyDocument: corePolicy}},
			Certificates: []emulator.Certificate{{CertificatePem: emulator.PEM(pemText), Policies: []string{"all"}}},
			Credentials: []emulator.Credential{
				{AccessKeyID: "AKIALOCAL", SecretAccessKey: "secret", Policies: []string{"all"}}},
			Roles: []emulator.Role{{RoleName: "app", Policies: []string{"all"}}},
			Authorizers: []registry.Authorizer{
				{AuthorizerName: "unsigned", Status: registry.Active,
					AuthorizerFunctionArn: "function", SigningDisabled: true},
				{AuthorizerName: "signed", Status: registry.Active, AuthorizerFunctionArn: "function",
					TokenKeyName: "token", TokenSigningPublicKeys: map[string]string{"first": key.public}},
			},
		},
	})
	role := registry.Credential{RoleName: "app", RoleSessionName: "suite"}
	keys, err := emulator.RegistryOf(e).IssueCredential(role, time.Hour)
	must(t, err)
	port := func(listener string) int {
		n, err := strconv.Atoi(portOf(t, e, listener))
		must(t, err)
		return n
	}
	text, err := json.Marshal(map[string]any{
		"mqtts": port(emulator.MQTTS), "https": port(emulator.HTTPS), "http": port(emulator.HTTP),
		"ca": caFile(t, e), "certificate": certificate, "key": keyFile, "region": "us-east-1",
		"accessKeyId": keys.AccessKeyID, "secretAccessKey": keys.SecretAccessKey, "sessionToken": keys.SessionToken,
		"token": "token-value", "signature": key.sign(t, "token-value"),
	})
	must(t, err)
	return e, string(text)
}
