package endorse

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/trace"
)

func TestGateway(t *testing.T) {
	f := start(t, nil)
	tests := []struct {
		name, url string
		event     string
		answer    string
		source    string
	}{
		{"the token", target + "?soracom_endorse_token=a.b.c", `{"token":"a.b.c"}`, `"wss://h/mqtt?x=1&y"`, "A-296"},
		{"without the slash", "https://" + apiName + "/prod?soracom_endorse_token=a.b.c&x=y", `{"token":"a.b.c"}`, `{"a":1}`, "A-296"},
		{"no token", target, `{"token":""}`, `null`, "A-296; missing: guess"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var function, event string
			f.invoke = func(_ context.Context, name string, e []byte) ([]byte, error) {
				function, event = name, string(e)
				return []byte(tt.answer), nil
			}
			r := f.do("GET", tt.url, "", "Origin", "null")
			if function != "nominator" || event != tt.event {
				t.Errorf("got %s of %s, want %s (%s)", event, function, tt.event, tt.source)
			}
			if body := text(t, r); r.StatusCode != 200 || body != tt.answer || r.Header.Get("Content-Type") != "application/json" {
				t.Errorf("got %d %s %v, want %s (%s)", r.StatusCode, body, r.Header, tt.answer, tt.source)
			}
			if got := r.Header.Get("Access-Control-Allow-Origin"); got != "*" {
				t.Errorf("got Access-Control-Allow-Origin %q, want * (A-290)", got)
			}
			f.silent(t)
		})
	}
}

func TestFunctionFails(t *testing.T) {
	f := start(t, nil)
	tests := []struct {
		name   string
		err    error
		status int
		body   string
		record trace.Outcome
		source string
	}{
		{"context.fail with a text", &lambda.FunctionError{Type: "Runtime.Unknown", Message: "ERROR : Not authorized your device"}, 200,
			`{"errorMessage":"ERROR : Not authorized your device"}`, trace.Note, "A-297"},
		{"an exception", &lambda.FunctionError{Type: "JsonWebTokenError", Message: "invalid token", Trace: []string{"at f"}}, 200,
			`{"errorMessage":"invalid token","errorType":"JsonWebTokenError","trace":["at f"]}`, trace.Note, "A-297"},
		{"no function", errors.New("function nominator does not exist"), 500, `{"message":"Internal server error"}`, trace.Refused,
			"A-297, guess"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f.invoke = func(context.Context, string, []byte) ([]byte, error) { return nil, tt.err }
			r := f.do("GET", target, "", "Origin", "null")
			if body := text(t, r); r.StatusCode != tt.status || body != tt.body {
				t.Errorf("got %d %s, want %d %s (%s)", r.StatusCode, body, tt.status, tt.body, tt.source)
			}
			f.record(t, tt.record, "FUNCTION_ERROR", "")
		})
	}
}

func TestFunctionIsSlow(t *testing.T) {
	f := start(t, nil)
	synctest.Test(t, func(t *testing.T) {
		f.invoke = func(ctx context.Context, _ string, _ []byte) ([]byte, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		begin := time.Now()
		r := f.do("GET", target, "")
		if waited := time.Since(begin); r.StatusCode != 504 || waited != 29*time.Second ||
			text(t, r) != `{"message":"Endpoint request timed out"}` {
			t.Errorf("got %d after %s, want 504 after 29 s (A-297, guess)", r.StatusCode, waited)
		}
		f.record(t, trace.Refused, "FUNCTION_ERROR", "")
	})
}

func TestGatewayRefuses(t *testing.T) {
	f := start(t, nil)
	for _, tt := range []struct{ method, url string }{{"GET", "https://" + apiName + "/"}, {"GET", target + "chat"}, {"POST", target}} {
		r := f.do(tt.method, tt.url, "")
		if body := text(t, r); r.StatusCode != 403 || body != `{"message":"Missing Authentication Token"}` {
			t.Errorf("%s %s: got %d %s, want 403 (A-296, guess)", tt.method, tt.url, r.StatusCode, body)
		}
		f.record(t, trace.Refused, "CLIENT_ERROR", "A-296")
	}
}

func TestPreflight(t *testing.T) {
	f := start(t, nil)
	r := f.do("OPTIONS", target, "", "Origin", page)
	if r.StatusCode != 200 || r.Header.Get("Access-Control-Allow-Methods") != "GET,OPTIONS" ||
		r.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("got %d %v, want what the console sets up (A-290)", r.StatusCode, r.Header)
	}
	f.silent(t)
}

func TestOriginsThatBrowsersRefuse(t *testing.T) {
	tests := []struct {
		name        string
		change      func(*Config)
		url, origin string
		want        string
		rule        string
		source      string
	}{
		{"API after a redirect", func(c *Config) { c.APIs[0].AllowOrigin = page }, target, "null", page, "A-290", "A-290, D-52"},
		{"page of another origin", nil, endorseURL, "http://127.0.0.1:8080", page, "A-289", "A-289"},
		{"Endorse without an origin", func(c *Config) { c.SoracomEndorse.AllowOrigin = "" }, endorseURL, page, "", "A-289", "A-289"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t, tt.change)
			f.invoke = func(context.Context, string, []byte) ([]byte, error) { return []byte(`1`), nil }
			r := f.do("GET", tt.url, "", "Origin", tt.origin)
			if got := r.Header.Get("Access-Control-Allow-Origin"); r.StatusCode != 200 || got != tt.want {
				t.Errorf("got %d for %q, want 200 for %q (%s)", r.StatusCode, got, tt.want, tt.source)
			}
			if ev := f.Trace.Events(trace.Filter{}); len(ev) != 1 || ev[0].Rules[0] != "D-52" || ev[0].Hint == "" {
				t.Errorf("got %+v, want a hint of D-52 (%s)", ev, tt.source)
			}
			f.record(t, trace.Note, "CORS_ORIGIN_NOT_ALLOWED", tt.rule)
		})
	}
}
