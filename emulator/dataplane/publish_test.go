package dataplane_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// gateway is an emulator whose default authorizer "plain" lets in who sends the
// header Token: good, and its twin "cached", which may be cached.
type gateway struct {
	*emulator.Emulator
	asked  atomic.Int64 // how often the function was called
	client *http.Client
}

func start(t *testing.T) *gateway {
	t.Helper()
	g := new(gateway)
	answer := func(_ context.Context, event []byte) ([]byte, error) {
		g.asked.Add(1)
		if !bytes.Contains(event, []byte(`"Token":"good"`)) {
			return []byte(`{"isAuthenticated": false}`), nil
		}
		return []byte(`{"isAuthenticated": true, "principalId": "http", "refreshAfterInSeconds": 300, "policyDocuments": [{
			"Version": "2012-10-17", "Statement": [
				{"Effect": "Allow", "Action": "iot:Publish", "Resource": "arn:aws:iot:us-east-1:000000000000:topic/open/*"},
				{"Effect": "Allow", "Action": "iot:RetainPublish", "Resource": "arn:aws:iot:us-east-1:000000000000:topic/open/kept"},
				{"Effect": "Allow", "Action": "iot:Publish", "Resource": "arn:aws:iot:us-east-1:000000000000:topic/of/${iot:ClientId}"}]}]}`), nil
	}
	authorizer := func(name string, cached bool) registry.Authorizer {
		return registry.Authorizer{AuthorizerName: name, AuthorizerFunctionArn: "f", Status: registry.Active, SigningDisabled: true,
			EnableCachingForHttp: cached}
	}
	g.Emulator = emulator.Run(t, emulator.Options{
		Functions: map[string]emulator.LambdaFunc{"f": answer},
		Config: &emulator.Config{DefaultAuthorizerName: "plain",
			Authorizers: []registry.Authorizer{authorizer("plain", false), authorizer("cached", true)}},
	})
	transport := &http.Transport{TLSClientConfig: g.ClientTLS(), TLSNextProto: map[string]func(string, *tls.Conn) http.RoundTripper{}}
	t.Cleanup(transport.CloseIdleConnections)
	g.client = &http.Client{Transport: transport}
	return g
}

// post sends a publish and returns the status, the body, and the header as sent.
func (g *gateway) do(t *testing.T, method, target, body string, header ...string) (int, string, http.Header) {
	t.Helper()
	return exchange(t, g.client, method, "https://"+g.Addr(emulator.HTTPS)+target, body, append([]string{"Token", "good"}, header...)...)
}

func TestPublish(t *testing.T) {
	g := start(t)
	tests := []struct {
		name, method, target, body string
		header                     []string
		status                     int
		errorType, message         string
		source                     string
	}{
		{"accepted, without iot:Connect", "POST", "/topics/open/a", "x", nil, 200, "", "OK", "A-170, B-211, B-803"},
		{"slash escaped", "POST", "/topics/open%2Fa", "x", nil, 200, "", "OK", "A-169, B-801"},
		{"QoS 1", "POST", "/topics/open/a?qos=1", "x", nil, 200, "", "OK", "B-804"},
		{"QoS 2", "POST", "/topics/open/a?qos=2", "x", nil, 400, "InvalidRequestException:", `qos is "2", want 0 or 1`, "B-807"},
		{"retain not boolean", "POST", "/topics/open/a?retain=1", "x", nil, 400, "InvalidRequestException:", `retain is "1", want true or false`,
			"B-802, B-807"},
		{"retain allowed", "POST", "/topics/open/kept?retain=true", "x", nil, 200, "", "OK", "B-802, B-805"},
		{"retain not allowed", "POST", "/topics/open/a?retain=true", "x", nil, 403, "ForbiddenException:", "Forbidden", "B-213, B-805"},
		{"topic not allowed", "POST", "/topics/closed/a", "x", nil, 403, "ForbiddenException:", "Forbidden", "A-165, A-166: not 401, B-806"},
		{"no client id to fill in", "POST", "/topics/of/", "x", nil, 403, "ForbiddenException:", "Forbidden", "A-173, B-805"},
		{"wrong token", "POST", "/topics/open/a", "x", []string{"Token", "bad"}, 403, "ForbiddenException:", "Forbidden", "A-160"},
		{"authorizer that does not exist", "POST", "/topics/open/a?x-amz-customauthorizer-name=none", "x", nil, 403, "ForbiddenException:",
			"Forbidden", "A-160"},
		{"authorizer in a header", "POST", "/topics/open/a", "x", []string{"x-amz-customauthorizer-name", "cached"}, 200, "", "OK", "A-79"},
		{"wildcard in the topic", "POST", "/topics/open/%23", "x", nil, 400, "InvalidRequestException:", "invalid topic", "B-654, B-807"},
		{"no topic", "POST", "/topics/", "x", nil, 400, "InvalidRequestException:", "invalid topic", "B-807"},
		{"GET", "GET", "/topics/open/a", "", nil, 405, "MethodNotAllowedException:", "Method not allowed", "A-171, B-807"},
		{"unknown path", "POST", "/nowhere", "", nil, 403, "ForbiddenException:", "Forbidden", "A-38, guess"},
		{"largest payload", "POST", "/topics/open/a", strings.Repeat("x", 128<<10), nil, 200, "", "OK", "B-808"},
		{"payload too large", "POST", "/topics/open/a", strings.Repeat("x", 128<<10+1), nil, 413, "RequestEntityTooLargeException:",
			"Request entity too large", "B-808"},
		{"broken user properties", "POST", "/topics/open/a", "x", []string{"x-amz-mqtt5-user-properties", "%%"}, 400, "InvalidRequestException:",
			`x-amz-mqtt5-user-properties is not base64 of [{"name": "value"}, …]`, "B-802"},
		{"broken correlation data", "POST", "/topics/open/a", "x", []string{"x-amz-mqtt5-correlation-data", "%%"}, 400,
			"InvalidRequestException:", "x-amz-mqtt5-correlation-data is not base64", "B-802"},
		{"broken format indicator", "POST", "/topics/open/a", "x", []string{"x-amz-mqtt5-payload-format-indicator", "x"}, 400,
			"InvalidRequestException:", `x-amz-mqtt5-payload-format-indicator is "x", want UNSPECIFIED_BYTES or UTF8_DATA`, "B-802"},
		{"broken expiry", "POST", "/topics/open/a?messageExpiry=soon", "x", nil, 400, "InvalidRequestException:",
			`messageExpiry is "soon", want whole seconds`, "B-802"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g.Trace().Reset()
			status, body, header := g.do(t, tt.method, tt.target, tt.body, tt.header...)
			refusals := g.Trace().Events(trace.Filter{})
			if (len(refusals) == 1) != (tt.status != 200) {
				t.Errorf("%d records, want one of a refusal", len(refusals))
			}
			publishes := tt.method == "POST" && strings.HasPrefix(tt.target, "/topics/open/a")
			for _, ev := range refusals {
				if ev.Hint == "" || ev.Rules == nil || ev.Operation == trace.Transport && publishes && ev.Topic != "open/a" {
					t.Errorf("got %+v, want it with its topic and a hint (%s)", ev, tt.source)
				}
			}
			if status != tt.status || header.Get("x-amzn-ErrorType") != tt.errorType {
				t.Errorf("got %d %q, want %d %q (%s)", status, header.Get("x-amzn-ErrorType"), tt.status, tt.errorType, tt.source)
			}
			quoted, _ := json.Marshal(tt.message)
			want := regexp.MustCompile(`^\{"message":` + regexp.QuoteMeta(unescape(string(quoted))) + `,"traceId":"([0-9a-f-]{36})"\}$`)
			m := want.FindStringSubmatch(body)
			if m == nil || m[1] != header.Get("x-amzn-RequestId") {
				t.Errorf("got %s with request id %s, want message %q and the same id (A-164, B-803)", body, header.Get("x-amzn-RequestId"), tt.message)
			}
			if tt.status == 200 && len(body) != 65 {
				t.Errorf("got %d bytes, want 65 (B-803)", len(body))
			}
		})
	}
}

// unescape undoes what json.Marshal escapes for HTML.
func unescape(s string) string {
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(s)
}

func TestRefusalsAreRecorded(t *testing.T) {
	g := start(t)
	g.do(t, "POST", "/topics/closed/a", "x")
	g.do(t, "POST", "/topics/open/a", "x", "Token", "bad")
	events := g.Trace().Events(trace.Filter{Outcome: trace.Refused})
	if len(events) != 2 {
		t.Fatalf("got %d records, want 2", len(events))
	}
	for i, want := range []struct {
		operation       trace.Operation
		reason, saw     string
		principal, rule string
	}{
		{trace.PublishIn, "AUTHORIZATION_FAILURE", "403 Forbidden", "http", "D-11"},
		{trace.AuthNError, "NOT_AUTHENTICATED", "403 Forbidden", "", "A-121"},
	} {
		ev := events[i]
		if ev.Operation != want.operation || ev.Reason != want.reason || ev.Saw != want.saw || ev.Principal != want.principal ||
			ev.Protocol != "HTTP" {
			t.Errorf("got %+v, want %+v", ev, want)
		}
		if !strings.Contains(strings.Join(ev.Rules, " "), want.rule) {
			t.Errorf("got rules %v, want %s", ev.Rules, want.rule)
		}
	}
}

func TestCachingPerConnection(t *testing.T) {
	tests := []struct {
		name, authorizer string
		requests         int
		advance          time.Duration // before the last request
		want             int64
		source           string
	}{
		{"asked at every request", "plain", 3, 0, 3, "A-149"},
		{"kept for the connection", "cached", 3, 0, 1, "A-149"},
		{"until refreshAfterInSeconds is over", "cached", 3, 300 * time.Second, 2, "A-149"},
		{"not longer than that", "cached", 3, 299 * time.Second, 1, "A-149"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := start(t)
			for i := range tt.requests {
				if i == tt.requests-1 {
					g.Advance(tt.advance)
				}
				if status, body, _ := g.do(t, "POST", "/topics/open/a?x-amz-customauthorizer-name="+tt.authorizer, "x"); status != 200 {
					t.Fatalf("got %d %s, want 200", status, body)
				}
			}
			if got := g.asked.Load(); got != tt.want {
				t.Errorf("got %d calls of the function, want %d (%s)", got, tt.want, tt.source)
			}
		})
	}
	t.Run("another authorizer is asked itself", func(t *testing.T) {
		g := start(t)
		for i, ask := range []struct {
			target string
			status int
			want   int64 // calls by then
		}{
			{"?x-amz-customauthorizer-name=cached", 200, 1},
			{"?x-amz-customauthorizer-name=plain", 200, 2},
			{"?x-amz-customauthorizer-name=nobody", 403, 2},
			{"?x-amz-customauthorizer-name=cached", 200, 2},
			{"?X-Amz-CustomAuthorizer-Name=cached&qos=1", 200, 2},
			{"", 200, 3},
			{"?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0", 403, 3},
		} {
			if status, body, _ := g.do(t, "POST", "/topics/open/a"+ask.target, "x"); status != ask.status || g.asked.Load() != ask.want {
				t.Errorf("request %d: got %d %s and %d calls, want %d and %d (A-149)", i, status, body, g.asked.Load(), ask.status, ask.want)
			}
		}
	})
	t.Run("another connection asks again", func(t *testing.T) {
		g := start(t)
		for range 2 {
			g.do(t, "POST", "/topics/open/a?x-amz-customauthorizer-name=cached", "x")
			g.client.CloseIdleConnections()
		}
		if got := g.asked.Load(); got != 2 {
			t.Errorf("got %d calls of the function, want 2 (A-149)", got)
		}
	})
}

// The account retains one message per second and topic; what is more is 429.
func TestPublishTooOften(t *testing.T) {
	b := newBroker(t, hooks.Options{RateLimits: true})
	put := func(payload string) response { return b.do(t, "POST", "/topics/t?retain=true", payload, "all") }
	if got := put("first"); got.status != 200 {
		t.Fatalf("got %d %s, want 200 (B-723)", got.status, got.body)
	}
	b.refused(t, put("too soon"), 429, "ThrottlingException", "Rate exceeded",
		trace.Event{Operation: trace.PublishIn, Cause: cause.Cause{Reason: "THROTTLED"}, Topic: "t"}, "A-171, B-723, B-807")
	if got := put(""); got.status != 200 {
		t.Errorf("got %d %s for a delete, want 200 (B-723)", got.status, got.body)
	}
	b.advance(time.Second)
	if got := put("later"); got.status != 200 {
		t.Errorf("got %d %s after a second, want 200 (B-723)", got.status, got.body)
	}
}

// A page of another origin may publish with what the SDK sends.
func TestPreflight(t *testing.T) {
	g := start(t)
	r, err := http.NewRequest(http.MethodOptions, "https://"+g.Addr(emulator.HTTPS)+"/topics/open/a", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", "https://page.test")
	r.Header.Set("Access-Control-Request-Method", "POST")
	got, err := g.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	got.Body.Close()
	allowed := strings.Join(got.Header.Values("Access-Control-Allow-Headers"), ",")
	if got.StatusCode != 200 || got.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(allowed, "Authorization") {
		t.Errorf("got %d with %v, want 200 and leave (A-47)", got.StatusCode, got.Header)
	}
}
