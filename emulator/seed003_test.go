//go:build unix

package emulator_test

import (
	"testing"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// Seed 003: a SIM opens a chat [A-280… ]. Page, SORACOM Endorse, 302,
// the function, and what it asks: key store, SORACOM API, STS; then wss://.

func seed003(t *testing.T, binary string) {
	s := newSeed(t, binary, "003", "@aws-sdk/client-sts", "jsonwebtoken", "paho-mqtt")
	page := "http://localhost:" + s.ports["8080"] + "/"
	browser := s.runPage()

	alice, bob := browser.first(page), browser.open(page) // each a browser of its own
	const state, chat = "state.textContent", "chat.innerText"
	alice.shows(state, "Ready")
	bob.shows(state, "Ready")
	say := func(p tab, text string) { p.do("form.say.value = %q; form.requestSubmit()", text) }
	say(alice, "is anybody there")
	alice.shows(chat, "is anybody there")
	bob.shows(chat, "is anybody there")
	say(bob, "I am")
	alice.shows(chat, "is anybody there\nI am")

	// The table of the README.
	tests := []struct {
		old, new string
		page     string
		cause    cause
		source   string
	}{
		{`connectedImsi: "440103000000001"`, `connectedImsi: "440103000000002"`, "this SIM is none of ours", cause{}, "A-297"},
		{"enabled: true", "enabled: false", "Endorse is not available for this subscriber",
			cause{operation: trace.Soracom, reason: "ENDORSE_DISABLED"}, "A-293"},
		{"allowOrigin: http://localhost:", "allowOrigin: http://example.com:", "Failed to fetch",
			cause{operation: trace.Soracom, outcome: trace.Note, reason: "CORS_ORIGIN_NOT_ALLOWED"}, "A-289"},
		{"/prod/\n  subscribers", "/prod\n  subscribers", "redirect_url is not authorized",
			cause{operation: trace.Soracom, reason: "REDIRECT_URL_NOT_AUTHORIZED", hint: "the slash at the end"}, "A-287, D-53"},
		{"authKey: secret-local", "authKey: another", "SORACOM: AUM0002 Authentication failed",
			cause{operation: trace.Soracom, reason: "AUTHENTICATION_FAILED"}, "A-303"},
		{"user/nominator", "user/nobody", "not authorized to perform: sts:AssumeRole", cause{operation: trace.Tokens, reason: "AccessDenied"},
			"A-260"},
		{"client/chat-", "client/talk-", "Not connected",
			cause{operation: trace.Connect, reason: "AUTHORIZATION_FAILURE", action: policy.Connect, rules: []string{"D-44"}}, "A-211, D-44"},
	}
	for _, tt := range tests {
		s.edit(tt.old, tt.new)
		alice.visit(page)
		alice.shows(state, tt.page)
		if tt.cause.operation != "" {
			s.explained(tt.cause)
		}
	}

	s.edit(`["iot:Publish", "iot:Receive"]`, `["iot:Publish"]`)
	alice.visit(page)
	alice.shows(state, "Ready")
	say(alice, "hello?")
	s.explained(cause{operation: trace.PublishOut, outcome: trace.Withheld, action: policy.Receive, rules: []string{"D-12"}})
	if got := alice.do(chat); got != "" {
		t.Errorf("got %q, want no message without iot:Receive (B-501)", got)
	}
}
