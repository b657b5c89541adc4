package emulator_test

import (
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// paho for Python against the authorizer of AWS's guide: what the device of seed
// 001 does, with nothing but the endpoint changed.

// paho and boto3 are looked for once: to import one takes half a second.
var (
	findPaho  = sync.OnceValue(func() string { return pythonThatHas("paho.mqtt.client") })
	findBoto3 = sync.OnceValue(func() string { return pythonThatHas("boto3") })
)

// pythonThatHas returns an interpreter that has a module, "" if there is none.
func pythonThatHas(module string) string {
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import "+module).Run() == nil {
			return name
		}
	}
	return ""
}

// pythonWithPaho returns an interpreter that has paho-mqtt.
func pythonWithPaho(t *testing.T) string {
	t.Helper()
	if findPaho() == "" {
		missing(t, "paho-mqtt for Python", "apt-get install python3-paho-mqtt")
	}
	return findPaho()
}

// pythonWithBoto3 returns an interpreter that has boto3.
func pythonWithBoto3(t *testing.T) string {
	t.Helper()
	if findBoto3() == "" {
		missing(t, "boto3", "apt-get install python3-boto3")
	}
	return findBoto3()
}

func TestPahoPython(t *testing.T) {
	t.Parallel()
	python := pythonWithPaho(t)
	tests := []struct {
		name   string
		args   []string
		lines  []string // what the device sees, in order
		never  string   // what it does not see before
		cause  cause    // the zero cause: the message arrives
		source string
	}{
		{"right password", nil, []string{"connected 0"}, "disconnected", cause{}, "A-322, A-134"},
		{
			"wrong password", []string{"--password", "wrong"}, []string{"disconnected 7"}, "connected",
			cause{client: "myClientName", operation: trace.Connect, reason: "AUTHORIZATION_FAILURE", action: policy.Connect,
				resource: "arn:aws:iot:us-east-1:123456789012:client/myClientName",
				rules:    []string{"B-131"}, hint: "denies iot:Connect", saw: "closed without CONNACK"},
			"A-318, A-153",
		},
		{
			"wrong client id", []string{"--client-id", "yourClientName"}, []string{"disconnected 7"}, "connected",
			cause{client: "yourClientName", operation: trace.Connect, reason: "AUTHORIZATION_FAILURE", action: policy.Connect,
				resource: "arn:aws:iot:us-east-1:123456789012:client/yourClientName",
				rules:    []string{"D-9"}, hint: "the device connects as client/yourClientName", saw: "closed without CONNACK"},
			"A-318, D-9",
		},
		{
			"wrong topic", []string{"--topic", "telemetry/yourClientName"}, []string{"connected 0", "disconnected 7", "connected 0"}, "",
			cause{client: "myClientName", operation: trace.PublishIn, reason: "AUTHORIZATION_FAILURE", action: policy.Publish,
				resource: "arn:aws:iot:us-east-1:123456789012:topic/telemetry/yourClientName",
				rules:    []string{"D-11"}, hint: "the device publishes to topic/telemetry/yourClientName", saw: "connection closed"},
			"B-410, D-11: connect, disconnect, in a loop",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := runFile(t, fixture, emulator.Options{})
			listener := dial3(t, e, "tcp", "listener", "x?x-amz-customauthorizer-name=open", "")
			mustBe(t, "connect", listener.connect(), "ok")
			mustBe(t, "subscribe", listener.subscribe("telemetry/#"), "ok")

			args := append([]string{"../fixtures/clients/device.py", "--ca", caFile(t, e), "--port", portOf(t, e, emulator.HTTPS), "--interval",
				"0.2"}, tt.args...)
			device := start(t, nil, python, args...)
			device.until(tt.lines[0])
			if tt.never != "" && device.saw(tt.never) {
				t.Errorf("got %q, want none before %q (%s)", tt.never, tt.lines[0], tt.source)
			}
			for _, line := range tt.lines[1:] {
				device.until(line)
			}
			if tt.cause.operation != "" {
				explained(t, e, tt.cause)
				if n := len(listener.messages); n > 0 {
					t.Errorf("got %d messages, want none (%s)", n, tt.source)
				}
				return
			}
			if got := listener.receive(t); !strings.HasPrefix(got, "telemetry/myClientName 20") {
				t.Errorf("got %q, want the time on telemetry/myClientName (%s)", got, tt.source)
			}
			listener.receive(t) // and again, every interval
			unexplained(t, e)
		})
	}
}
