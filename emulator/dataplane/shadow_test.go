package dataplane_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/services/shadow"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// What requests are answered with and publish; times are written as 0.
func TestShadows(t *testing.T) {
	b := newBroker(t, hooks.Options{})
	const classic, named, list = "/things/t/shadow", "/things/t/shadow?name=s", "/api/things/shadow/ListNamedShadowsForThing/"
	const on = `{"state":{"desired":{"on":true}}}`
	const desired = `{"state":{"desired":{"on":true}},"metadata":{"desired":{"on":{"timestamp":0}}},"version":1,"timestamp":0}`
	const both = `{"state":{"desired":{"on":true},"delta":{"on":true}},"metadata":{"desired":{"on":{"timestamp":0}}},"version":1,"timestamp":0}`
	steps := []struct {
		method, target, body string
		want                 string
		told                 []string
		source               string
	}{
		{"GET", list + "t", "", `{"results":[],"timestamp":0}`, nil, "S-86"},
		{"POST", classic, on, desired, []string{"update/accepted", "update/delta", "update/documents"}, "S-80, S-84"},
		{"POST", named, on, desired, []string{"name/s/update/accepted", "name/s/update/delta", "name/s/update/documents"}, "S-4, S-84"},
		{"POST", "/things/t/shadow?name=$a", on, desired,
			[]string{"name/$a/update/accepted", "name/$a/update/delta", "name/$a/update/documents"}, "S-3"},
		{"GET", classic, "", both, nil, "S-59, S-84"},
		{"GET", list + "t", "", `{"results":["$a","s"],"timestamp":0}`, nil, "S-86"},
		{"GET", list + "t?pageSize=1", "", `{"results":["$a"],"timestamp":0,"nextToken":"JGE"}`, nil, "S-86"},
		{"GET", list + "t?pageSize=1&nextToken=JGE", "", `{"results":["s"],"timestamp":0}`, nil, "S-86"},
		{"DELETE", named, "", `{"version":1,"timestamp":0}`, []string{"name/s/delete/accepted"}, "S-84, S-85"},
		{"GET", list + "t", "", `{"results":["$a"],"timestamp":0}`, nil, "S-86"},
	}
	times := regexp.MustCompile(`"timestamp":[0-9]{10}`)
	for _, s := range steps {
		b.told = nil
		r := b.do(t, s.method, s.target, s.body, "all")
		got := times.ReplaceAllString(r.body, `"timestamp":0`)
		if r.status != 200 || got != s.want || !slices.Equal(b.told, s.told) {
			t.Errorf("%s %s: got %d %s and told %q, want %s and %q (%s)", s.method, s.target, r.status, r.body, b.told, s.want, s.told,
				s.source)
		}
		if ev := b.event(t, r); ev.Outcome != trace.Allowed || s.target == classic && ev.Shadow != "t" {
			t.Errorf("%s %s: got the record %+v, want it allowed, of the shadow of t (S-90)", s.method, s.target, ev)
		}
	}
}

// More requests for a shadow than there may be within a second are refused in MODEL's words.
func TestShadowsThrottled(t *testing.T) {
	now := time.Now()
	b := newBrokerOf(t, hooks.Options{}, shadow.Options{PerSecond: 1, Now: func() time.Time { return now }})
	b.do(t, "POST", "/things/t/shadow", `{"state":{}}`, "all")
	r := b.do(t, "GET", "/things/t/shadow", "", "all")
	b.refused(t, r, 429, "ThrottlingException", "TOO_MANY_REQUESTS", trace.Event{Operation: trace.GetThingShadow,
		Cause: cause.Cause{Reason: "THROTTLED"}}, "S-77, S-81")
}

// What is refused, by whom, and that nobody is told.
func TestShadowsRefused(t *testing.T) {
	b := newBroker(t, hooks.Options{})
	b.do(t, "POST", "/things/t/shadow", `{"state":{}}`, "all")
	b.told = nil
	const invalid, missing = "InvalidRequestException", "ResourceNotFoundException"
	const forbidden, denied = "ForbiddenException", "AUTHORIZATION_FAILURE"
	tests := []struct {
		method, target, body, policy string
		status                       int
		kind, message, reason        string
		source                       string
	}{
		{"GET", "/things/t/shadow?name=s", "", "all", 404, missing, "No shadow exists with name: 's'", "RESOURCE_NOT_FOUND", "S-82"},
		{"DELETE", "/things/x/shadow", "", "all", 404, missing, "No shadow exists with name: 'x'", "RESOURCE_NOT_FOUND", "S-82"},
		{"POST", "/things/t/shadow", "no", "all", 400, invalid, "Invalid JSON", "CLIENT_ERROR", "S-81"},
		{"POST", "/things/t/shadow", `{"state":{},"version":7}`, "all", 409, "ConflictException", "Version conflict", "VERSION_CONFLICT",
			"S-81"},
		{"POST", "/things/t/shadow", "\xff", "all", 415, "UnsupportedDocumentEncodingException",
			"Unsupported documented encoding; supported encoding is UTF-8", "UNSUPPORTED_ENCODING", "S-81"},
		{"POST", "/things/t/shadow", fmt.Sprintf(`{"state":{"desired":{"a":%q}}}`, strings.Repeat("x", 8192)), "all", 413,
			"RequestEntityTooLargeException", "The payload exceeds the maximum size allowed", "PAYLOAD_TOO_LARGE", "S-81"},
		{"GET", "/things/a%20b/shadow", "", "all", 400, invalid, "Invalid thing name", "CLIENT_ERROR", "S-3"},
		{"GET", "/things/t/shadow?name=" + strings.Repeat("n", 65), "", "all", 400, invalid, "Invalid shadow name", "CLIENT_ERROR",
			"S-3"},
		{"GET", "/api/things/shadow/ListNamedShadowsForThing/t?pageSize=101", "", "all", 400, invalid,
			`pageSize is "101", want 1 to 100`, "CLIENT_ERROR", "S-86"},
		{"GET", "/things/t/shadow", "", "UpdateThingShadow=thing/t", 403, forbidden, "Forbidden", denied, "S-83"},
		{"POST", "/things/t/shadow", "{}", "GetThingShadow=thing/t", 403, forbidden, "Forbidden", denied, "S-83"},
		{"GET", "/things/t/shadow?name=s", "", "GetThingShadow=thing/t", 403, forbidden, "Forbidden", denied, "S-83"},
		{"GET", "/api/things/shadow/ListNamedShadowsForThing/t", "", "GetThingShadow=*", 403, forbidden, "Forbidden", denied,
			"S-83, B-121"},
	}
	operations := map[string]trace.Operation{"GET": trace.GetThingShadow, "POST": trace.UpdateThingShadow, "DELETE": trace.DeleteThingShadow}
	for _, tt := range tests {
		operation := operations[tt.method]
		if strings.HasPrefix(tt.target, "/api/") {
			operation = trace.ListNamedShadowsForThing
		}
		r := b.do(t, tt.method, tt.target, tt.body, tt.policy)
		b.refused(t, r, tt.status, tt.kind, tt.message, trace.Event{Operation: operation, Cause: cause.Cause{Reason: tt.reason}},
			tt.method+" "+tt.target+", "+tt.source)
	}
	r := b.do(t, "GET", "/things/t/shadow", "", "all", "Kind", "CUSTOM_AUTH")
	b.refused(t, r, 403, "ForbiddenException", "Forbidden", trace.Event{Operation: trace.GetThingShadow,
		Cause: cause.Cause{Reason: "AUTHORIZATION_FAILURE"}}, "B-810c")
	if r := b.do(t, "GET", "/things/t/shadow", "", "GetThingShadow=thing/t"); r.status != 200 {
		t.Errorf("got %d %s for who may, want 200 (S-83)", r.status, r.body)
	}
	if r := b.do(t, "PUT", "/things/t/shadow", "", "all"); r.status != 405 || r.kind != "MethodNotAllowedException" {
		t.Errorf("got %d %s, want 405 MethodNotAllowedException (S-81)", r.status, r.kind)
	}
	if len(b.told) > 0 {
		t.Errorf("got %q published, want nothing (S-75)", b.told)
	}
}
