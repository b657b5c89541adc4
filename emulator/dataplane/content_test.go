package dataplane_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// What no message can have, or has too much of, is refused by both ways to send
// one, and reaches nobody.
func TestContentRefused(t *testing.T) {
	const (
		topics     = "invalid topic"
		properties = "invalid message properties"
	)
	b := newBroker(t, hooks.Options{})
	d := b.device(t, 5, "d", "all", 0).subscribe("#")
	user := func(name, value string) []string {
		text, _ := json.Marshal([]map[string]string{{name: value}})
		return []string{"x-amz-mqtt5-user-properties", base64.StdEncoding.EncodeToString(text)}
	}
	correlation := func(n int) []string {
		return []string{"x-amz-mqtt5-correlation-data", base64.StdEncoding.EncodeToString(make([]byte, n))}
	}
	many := func(n int) string { return strings.Repeat("x", n) }
	tests := []struct {
		name, topic, query string
		header             []string
		message            string // "" if it goes through
		source             string
	}{
		{"U+0000 in the topic", "a\x00b", "", nil, topics, "B-741, guess"},
		{"no UTF-8 in the topic", "a\xffb", "", nil, topics, "B-741, guess"},
		{"topic", many(256), "", nil, "", "B-650"},
		{"longer topic", many(257), "", nil, topics, "B-650"},
		{"deep topic", "1/2/3/4/5/6/7/8/9", "", nil, topics, "B-650"},
		{"content type", "t", "contentType=" + many(256), nil, "", "B-691"},
		{"longer content type", "t", "contentType=" + many(257), nil, properties, "B-691"},
		{"content type of two texts", "t", "contentType=" + many(70_000), nil, properties, "B-691, B-741"},
		{"U+0000 in the content type", "t", "contentType=%00", nil, properties, "B-741, guess"},
		{"response topic with wildcard", "t", "responseTopic=a%2F%23", nil, properties, "B-692"},
		{"no UTF-8 in the response topic", "t", "responseTopic=%FF", nil, properties, "B-741, guess"},
		{"response topic of two texts", "t", "responseTopic=" + many(70_000), nil, properties, "B-741"},
		{"correlation data", "t", "", correlation(8192), "", "B-691"},
		{"more correlation data", "t", "", correlation(8193), properties, "B-691"},
		{"user properties", "t", "", user(many(4096), many(4096)), "", "B-691"},
		{"more user properties", "t", "", user(many(4096), many(4097)), properties, "B-691"},
		{"U+0000 in a user property", "t", "", user("a", "\x00"), properties, "B-741, guess"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := b.do(t, "POST", "/topics/"+url.PathEscape(tt.topic)+"?"+tt.query, "published", "all", tt.header...)
			direct := b.do(t, "POST", "/connections/d/messages?topic="+url.QueryEscape(tt.topic)+"&"+tt.query, "sent", "all", tt.header...)
			if tt.message == "" {
				d.receives(tt.topic, "published", tt.source)
				d.receives(tt.topic, "sent", tt.source)
				return
			}
			b.refused(t, got, 400, "InvalidRequestException", tt.message,
				trace.Event{Operation: trace.PublishIn, Cause: cause.Cause{Reason: "CLIENT_ERROR"}, Topic: tt.topic}, tt.source)
			if direct.status != 400 || direct.kind != "InvalidRequestException" {
				t.Errorf("got %d %s for a direct message, want 400 InvalidRequestException (%s)", direct.status, direct.body, tt.source)
			}
			d.lives(tt.source)
		})
	}
}

// With the limits lifted a payload may be larger [B-1202]; what MQTT has no bytes
// for is refused all the same.
func TestContentLimitsLifted(t *testing.T) {
	b := newBroker(t, hooks.Options{LiftProtocolLimits: true})
	d := b.device(t, 4, "d", "all", 0).subscribe("t")
	body := strings.Repeat("x", 200_000)
	if got := b.do(t, "POST", "/topics/t", body, "all"); got.status != 200 {
		t.Errorf("got %d %s for %d bytes, want 200 (B-1202)", got.status, got.body, len(body))
	}
	d.receives("t", body, "B-1202")
	got := b.do(t, "POST", "/topics/"+strings.Repeat("t", 70_000), "x", "all")
	b.refused(t, got, 400, "InvalidRequestException", "invalid topic",
		trace.Event{Operation: trace.PublishIn, Cause: cause.Cause{Reason: "CLIENT_ERROR"}, Topic: b.event(t, got).Topic}, "B-741")
}
