//go:build unix

package emulator_test

import (
	"net/url"
	"testing"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// Seed 000: a page publishes and subscribes with MQTT.js, let in by a custom
// authorizer that the query names. The page asks for port 443, without a
// path.

func seed000(t *testing.T, binary string) {
	s := newSeed(t, binary, "000", "mqtt")
	const text = "log.innerText"
	site := "http://localhost:" + s.ports["8080"] + "/"
	page := s.runPage().first(site)
	page.shows("form.url.value", "amazonaws.com:443?x-amz-customauthorizer-name=chat")
	address := page.do("form.url.value")
	page.do("form.requestSubmit()")
	for _, want := range []string{"connected\nsubscribed chat/room 1", "message chat/room hello from page", "published"} {
		page.shows(text, want)
	}

	const arn = "arn:aws:iot:us-east-1:123456789012:"
	tests := []struct { // of the README
		field, value string
		page         string
		cause        cause
	}{
		{"password", "looking-glass", "closed", cause{operation: trace.AuthNError, reason: "NOT_AUTHENTICATED"}},
		{"username", "deaf", "subscribed chat/room 1\npublished", cause{operation: trace.PublishOut, outcome: trace.Withheld,
			action: policy.Receive, resource: arn + "topic/chat/room", rules: []string{"D-12"}}},
		{"topic", "room", "connected\nclosed",
			cause{operation: trace.Subscribe, reason: "AUTHORIZATION_FAILURE", action: policy.Subscribe, resource: arn + "topicfilter/room",
				rules: []string{"D-11"}}},
		{"url", "wss://a1b2c3d4e5f6g7-ats.iot.us-east-1.amazonaws.com/mqtt?x-amz-customauthorizer-name=chatt", "closed",
			cause{operation: trace.AuthNError, reason: "CUSTOM_AUTHORIZER_NOT_FOUND", rules: []string{"D-7"}, hint: `is "chat" meant?`}},
		{"url", "wss://a1b2c3d4e5f6g7-ats.iot.us-east-1.amazonaws.com/mqtt", "closed",
			cause{operation: trace.AuthNError, reason: "CUSTOM_AUTHORIZER_NOT_FOUND", rules: []string{"A-160"}}},
	}
	for _, tt := range tests {
		form := url.Values{"url": {address}}
		form.Set(tt.field, tt.value)
		page.visit(site + "?" + form.Encode())
		page.do("form.requestSubmit()")
		page.shows(text, tt.page)
		s.explained(tt.cause)
	}
}
