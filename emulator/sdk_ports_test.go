package emulator_test

import (
	"net"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// The port of AWS's IoT Device SDK v2 for JavaScript, and what it refuses before
// there is a CONNECT.

// TestSDKPort443: with nothing but the host name changed. 443 is the SDK's
// default port and AWS's only one for custom authorizers; another one has to be
// asked for, and for 3.1.1 the SDK warns then.
func TestSDKPort443(t *testing.T) {
	const address = "127.0.0.1:443"
	probe, err := net.Listen("tcp", address)
	if err != nil {
		missing(t, "port 443 ("+err.Error()+")", "run as root, or sysctl -w net.ipv4.ip_unprivileged_port_start=443, with nothing else on it")
	}
	_ = probe.Close()
	l := free
	l.HTTPS = address
	key := newSigner(t)
	e := runSDKAccount(t, l, key, sdkFunction)
	const token = "header.payload"
	for _, way := range sdkWays {
		for name, credentials := range map[string][]string{
			"plain":  {"--authorizer", "plain", "--username", "alice", "--password", "wonderland"},
			"signed": {"--authorizer", "signed", "--token-key-name", "token", "--token", token, "--signature", key.sign(t, token)},
		} {
			t.Run(way.name+" "+name, func(t *testing.T) {
				t.Parallel()
				id := way.name + " " + name
				args := append([]string{"--ca", caFile(t, e), "--client-id", id, "--topic", "open/" + id}, way.args...)
				device := startSDK(t, append(args, credentials...)...)
				device.untilAll("subscribed open/"+id+" 1", "message open/"+id+" hello from "+id, way.published)
				if device.saw("Warning") {
					t.Errorf("got a warning, want none on port 443 (A-312):\n%s", strings.Join(device.seen, "\n"))
				}
			})
		}
		t.Run(way.name+" wrong password", func(t *testing.T) {
			t.Parallel()
			id := way.name + " wrong"
			args := []string{"--ca", caFile(t, e), "--client-id", id, "--authorizer", "plain", "--username", "alice", "--password", "looking-glass"}
			startSDK(t, append(args, way.args...)...).until(way.refused)
			explained(t, e, cause{client: id, operation: trace.AuthNError, reason: "NOT_AUTHENTICATED"})
		})
	}
}

// TestSDKPort8883: no authorizer answers there, on AWS neither.
func TestSDKPort8883(t *testing.T) {
	t.Parallel()
	e := runSDKAccount(t, free, newSigner(t), sdkFunction)
	for _, way := range sdkWays {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			args := []string{"--port", portOf(t, e, emulator.MQTTS), "--ca", caFile(t, e), "--client-id", way.name, "--authorizer", "plain",
				"--password", "wonderland"}
			device := startSDK(t, append(args, way.args...)...)
			if strings.HasSuffix(way.name, "websocket") {
				device.until("refused - AWS_ERROR_UNKNOWN")
				explained(t, e, cause{operation: trace.Transport, reason: "HTTP_ON_MQTT_PORT", rules: []string{"A-9"}})
				return
			}
			device.until(way.refused)
			explained(t, e, cause{client: way.name, operation: trace.AuthNError, rules: []string{"A-11", "D-1"}, hint: "443"})
		})
	}
}

// TestSDKSomeParameters: the SDK sends nothing unless it has token, key name and
// signature, or none of them.
func TestSDKSomeParameters(t *testing.T) {
	t.Parallel()
	e := runSDKAccount(t, free, newSigner(t), sdkFunction)
	for _, way := range []sdkWay{sdkWays[0], sdkWays[2]} { // the WebSocket builders check with the same code
		for _, given := range []string{"--token", "--token-key-name", "--signature"} {
			t.Run(way.name+" "+given, func(t *testing.T) {
				t.Parallel()
				args := []string{"--port", portOf(t, e, emulator.HTTPS), "--ca", caFile(t, e), "--authorizer", "signed", given, "a"}
				device := startSDK(t, append(args, way.args...)...)
				device.until("failed Error: ")
				if got, want := device.seen[len(device.seen)-1], "custom authentication requires all token-related properties to be set"; !strings.HasSuffix(
					got, want) {
					t.Errorf("got %q, want it to end with %q (A-311)", got, want)
				}
				unexplained(t, e)
			})
		}
	}
}
