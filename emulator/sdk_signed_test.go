package emulator_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

// AWS's IoT Device SDK v2 for JavaScript with keys, over a WebSocket that it
// signs, and with a certificate.

// signedAccount has a user whose key may do what it likes, one that may do
// nothing, and a role to issue temporary keys for.
func signedAccount(t *testing.T) *emulator.Emulator {
	t.Helper()
	return emulator.Run(t, emulator.Options{Listeners: free, Config: &emulator.Config{
		AccountID: "123456789012",
		Policies: []emulator.Policy{{PolicyName: "all",
			PolicyDocument: `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}`}},
		Credentials: []emulator.Credential{
			{AccessKeyID: "AKIALOCAL", SecretAccessKey: "secret", Policies: []string{"all"}},
			{AccessKeyID: "AKIAMUTE", SecretAccessKey: "secret"},
		},
		Roles: []emulator.Role{{RoleName: "app", Policies: []string{"all"}}},
		DomainConfigurations: []registry.DomainConfiguration{
			{DomainConfigurationName: "signed", DomainName: "signed.localhost", AuthenticationType: "AWS_SIGV4", ApplicationProtocol: "MQTT_WSS"},
			{DomainConfigurationName: "requests", DomainName: "requests.localhost", AuthenticationType: "AWS_SIGV4", ApplicationProtocol: "HTTPS"},
		},
	}})
}

// temporary issues keys of the role.
func temporary(t *testing.T, e *emulator.Emulator) registry.Credential {
	t.Helper()
	c, err := emulator.RegistryOf(e).IssueCredential(registry.Credential{RoleName: "app", RoleSessionName: "test"}, time.Hour)
	must(t, err)
	return c
}

// keyArgs are the arguments of fixtures/clients/sdk.js for keys.
func keyArgs(c registry.Credential) []string {
	args := []string{"--access-key-id", c.AccessKeyID, "--secret-access-key", c.SecretAccessKey}
	if c.SessionToken != "" {
		args = append(args, "--session-token", c.SessionToken)
	}
	return args
}

func TestSDKWithKeys(t *testing.T) {
	t.Parallel()
	e := signedAccount(t)
	for name, keys := range map[string]registry.Credential{
		"long-term keys": {AccessKeyID: "AKIALOCAL", SecretAccessKey: "secret"},
		"temporary keys": temporary(t, e),
	} {
		for _, protocol := range []string{"4", "5"} {
			t.Run(name+" "+protocol, func(t *testing.T) {
				t.Parallel()
				id := filepath.Base(t.Name())
				args := append([]string{"--port", portOf(t, e, emulator.HTTPS), "--ca", caFile(t, e), "--protocol", protocol, "--client-id", id,
					"--topic", "app/" + id}, keyArgs(keys)...)
				startSDK(t, args...).untilAll("connected", "subscribed app/"+id+" 1", "message app/"+id+" hello from "+id, "published")
				ev := recorded(t, e, func(ev trace.Event) bool { return ev.Client == id && ev.Operation == trace.Connect })
				if want := map[bool]string{true: ":test"}[keys.SessionToken != ""]; ev.Outcome != trace.Allowed || ev.Principal == "" ||
					!strings.HasSuffix(ev.Principal, want) {
					t.Errorf("got %s, principal %q, want ALLOWED for the IAM principal (A-183)", ev.Outcome, ev.Principal)
				}
			})
		}
	}
}

func TestSDKWithCertificate(t *testing.T) {
	t.Parallel()
	e := runFile(t, fixture, emulator.Options{})
	files := []string{"../fixtures/certificates/pump-7.pem", "../fixtures/certificates/pump-7.key"}
	for _, listener := range []string{emulator.MQTTS, emulator.HTTPS} { // AWS's 8883, and 443 with ALPN x-amzn-mqtt-ca
		for _, protocol := range []string{"4", "5"} {
			t.Run(listener+" "+protocol, func(t *testing.T) {
				// One after another: the policy wants the thing's name as client id.
				startSDK(t, "--port", portOf(t, e, listener), "--ca", caFile(t, e), "--protocol", protocol, "--client-id", "pump-7",
					"--topic", "device/pump-7/state", "--certificate", files[0], "--key", files[1]).
					untilAll("connected", "subscribed device/pump-7/state 1", "message device/pump-7/state hello from pump-7", "published")
			})
		}
	}
}
