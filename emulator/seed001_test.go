//go:build unix

package emulator_test

import (
	"path/filepath"
	"strings"
	"testing"

	paho3 "github.com/eclipse/paho.mqtt.golang"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// Seed 001: paho for Python with a password, on port 443 with ALPN mqtt, and the
// authorizer of AWS's developer guide. TestPahoPython has more of it.

func seed001(t *testing.T, binary string) {
	python := pythonWithPaho(t)
	s := newSeed(t, binary, "001")
	s.hasCommand("./run.sh")
	device := s.run([]string{"PYTHON=" + python}, "./run.sh", "--interval", "0.2")
	device.until("connected 0")

	messages := make(chan string, 1000)
	console := paho3.NewClient(paho3.NewClientOptions().AddBroker("ws://127.0.0.1:" + s.ports["4566"] + "/mqtt").
		SetClientID("console").SetUsername("?x-amz-customauthorizer-name=console").SetAutoReconnect(false))
	mustBe(t, "connect", outcome3(console.Connect()), "ok")
	defer console.Disconnect(0)
	mustBe(t, "subscribe", outcome3(console.Subscribe("telemetry/#", 1, func(_ paho3.Client, m paho3.Message) {
		messages <- m.Topic() + " " + string(m.Payload())
	})), "ok")
	for range 2 {
		if got := (inbox{messages: messages}).receive(t); !strings.HasPrefix(got, "telemetry/myClientName 20") {
			t.Errorf("got %q, want the time on telemetry/myClientName (A-322)", got)
		}
	}

	const arn = "arn:aws:iot:us-east-1:123456789012:"
	tests := []struct { // of the README
		option, value, line string
		cause               cause
	}{
		{"--password", "wrong", "disconnected 7", cause{operation: trace.Connect, action: policy.Connect, hint: "denies iot:Connect"}},
		{"--client-id", "other", "disconnected 7",
			cause{client: "other", operation: trace.Connect, action: policy.Connect, rules: []string{"D-9"},
				hint: "the device connects as client/other"}},
		{"--topic", "telemetry/other", "connected 0",
			cause{operation: trace.PublishIn, action: policy.Publish, resource: arn + "topic/telemetry/other", rules: []string{"D-11"}}},
		{"--port", s.ports["8883"], "disconnected 7", cause{operation: trace.AuthNError, rules: []string{"D-1"}, hint: "port 443 only"}},
	}
	for _, tt := range tests {
		other := start(t, nil, python, "../fixtures/clients/device.py", "--ca", filepath.Join(s.folder, ".suback/ca.pem"),
			"--port", s.ports["8443"], "--interval", "0.2", tt.option, tt.value)
		other.until(tt.line)
		if tt.line == "connected 0" {
			other.until("disconnected 7")
		}
		s.explained(tt.cause)
		other.end()
	}
}
