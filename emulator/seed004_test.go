//go:build unix

package emulator_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// Seed 004: AWS credentials from Cognito by boto3, MQTT over WebSocket as version
// 1 of AWS's SDK for Python has it, and the root certificate.

func seed004(t *testing.T, binary string) {
	python := pythonWithBoto3(t)
	s := newSeed(t, binary, "004")
	s.hasCommand("./run.sh")
	device := s.run([]string{"PYTHON=" + python}, "./run.sh")
	for _, line := range []string{"identity ap-northeast-1:", "connected", "subscribed topic", "message topic hello from client_id"} {
		device.until(line)
	}

	const arn = "arn:aws:iot:ap-northeast-1:123456789012:"
	ca := filepath.Join(s.folder, ".suback/ca.pem")
	tests := []struct { // of the README
		name   string
		args   []string
		says   string // at its end
		cause  cause
		source string
	}{
		{"no root certificate", nil, "CERTIFICATE_VERIFY_FAILED",
			cause{operation: trace.Transport, outcome: trace.Note, reason: "TLS_CERTIFICATE_REJECTED", rules: []string{"A-7"}}, "A-7, D-32"},
		{"another client id", []string{"--root-ca", ca, "--client-id", "other"}, "closed",
			cause{client: "other", operation: trace.Connect, action: policy.Connect, resource: arn + "client/other", rules: []string{"D-44"}},
			"A-211, A-217"},
		{"another topic", []string{"--root-ca", ca, "--topic", "other"}, "the connection is lost",
			cause{operation: trace.Subscribe, action: policy.Subscribe, resource: arn + "topicfilter/other", rules: []string{"D-11"}}, "A-217"},
		{"the name of the API", []string{"--root-ca", ca, "--endpoint", "iot.ap-northeast-1.amazonaws.com"}, "Invalid endpoint pattern for wss",
			cause{}, "A-8, D-47, D-50"},
		{"another pool", []string{"--root-ca", ca, "--identity-pool", "ap-northeast-1:11111111-2222-3333-4444-000000000000"},
			"ResourceNotFoundException",
			cause{operation: trace.Tokens, reason: "ResourceNotFoundException"}, "A-257"},
	}
	environment := []string{"PYTHONPATH=" + s.folder + "/local:" + s.folder + "/standin", "SUBACK_HTTPS_ADDR=127.0.0.1:" + s.ports["8443"]}
	for _, tt := range tests {
		args := append([]string{filepath.Join(s.folder, "device.py"), "--cognito", "http://127.0.0.1:" + s.ports["4566"]}, tt.args...)
		if got := start(t, environment, python, args...).ended(); !strings.Contains(got, tt.says) {
			t.Errorf("%s: the device says %q, want %q in it (%s)", tt.name, got, tt.says, tt.source)
		}
		if tt.cause.operation != "" {
			s.explained(tt.cause)
		}
	}
}
