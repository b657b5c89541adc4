//go:build unix

package emulator_test

import (
	"testing"

	"github.com/suback/suback/emulator/trace"
)

// Seed 002: a domain of one's own, with an authorizer that lets in everybody, and
// a device with a certificate. The page is paho for JavaScript, without
// user name and password.

func seed002(t *testing.T, binary string) {
	needRuntime(t, "python")
	s := newSeed(t, binary, "002", "mqtt", "paho-mqtt")
	page := s.runPage().first("http://localhost:" + s.ports["8080"] + "/")
	const state = "state.textContent"
	page.shows("connect.address.value", "wss://iot.example.test/mqtt")
	page.shows(state, "Not connected")
	page.do("connect.requestSubmit()")
	page.shows(state, "Connected")
	eventually(t, "the device connected", func() bool {
		for _, ev := range s.trace() {
			if ev.Client == "pump-7" && ev.Operation == trace.Connect && ev.Outcome == trace.Allowed {
				return ev.ServerName == "iot.example.test"
			}
		}
		return false
	})
	eventually(t, "the device's answer", func() bool { // it may not have subscribed yet
		page.do("publish.message.value = 'hello'; publish.requestSubmit()")
		return page.do("messages.innerText.includes('testtopic/pump-7 pump-7 heard: hello')") == "true"
	})

	tests := []struct { // of the README
		old, new string
		cause    cause
	}{
		{"Status: ENABLED", "Status: DISABLED", cause{operation: trace.AuthNError, reason: "DOMAIN_CONFIGURATION_DISABLED"}},
		{"authorizer/test", "authorizer/other",
			cause{operation: trace.AuthNError, reason: "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR", rules: []string{"D-6"}}},
		{"status: ACTIVE", "status: INACTIVE",
			cause{operation: trace.AuthNError, reason: "CUSTOM_AUTHORIZER_NOT_FOUND", rules: []string{"D-7"}, hint: "set its status to ACTIVE"}},
	}
	for _, tt := range tests {
		s.edit(tt.old, tt.new)
		page.do("connect.requestSubmit()")
		s.explained(tt.cause)
	}
}
