package control

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/registry"
)

func TestSignature(t *testing.T) {
	with := func(s string) string { return "Authorization: " + s }
	tests := []struct {
		name   string
		header string
		status int
		code   string
		source string
	}{
		{"none", "X-Amz-Date: 20260101T000000Z", 403, "MissingAuthenticationTokenException", "A-329"},
		{"another scheme", with("Bearer abc"), 403, "IncompleteSignatureException", "A-329"},
		{"no signature", with("AWS4-HMAC-SHA256 Credential=a/20260101/r/iot/aws4_request, SignedHeaders=host"), 403,
			"IncompleteSignatureException", "A-329"},
		{"short scope", with("AWS4-HMAC-SHA256 Credential=a/iot/aws4_request, SignedHeaders=host, Signature=0"), 403,
			"IncompleteSignatureException", "A-329"},
		{"another service", with(strings.ReplaceAll(authorization, "/iot/", "/iotdata/")), 403, "InvalidSignatureException", "A-329"},
		{"unknown key", with(authorization), 200, "", "conventions"},
		{"unknown key, an old SDK", with(strings.ReplaceAll(authorization, "/iot/", "/execute-api/")), 200, "", "A-329"},
		{"unknown key, odd layout", with(strings.ReplaceAll(authorization, ", ", ",")), 200, "", "SigV4"},
		{"configured key", with(strings.ReplaceAll(authorization, "=test/", "=AKIACONFIGURED/")), 403, "InvalidSignatureException",
			"conventions"},
	}
	b := newBench(t, func(o *Options) {
		o.Verify = func(r *http.Request, body []byte, service string) error {
			return fmt.Errorf("bad %s of %s", service, body)
		}
		must[registry.Credential](t)(o.Registry.PutCredential(registry.Credential{AccessKeyID: "AKIACONFIGURED", SecretAccessKey: "secret"}))
	})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, header, body := b.raw("GET", "/policies", "", tt.header)
			if status != tt.status || header.Get("x-amzn-ErrorType") != tt.code {
				t.Errorf("got %d %s %s, want %d %s (%s)", status, header.Get("x-amzn-ErrorType"), body, tt.status, tt.code, tt.source)
			}
		})
	}
}

func TestVerifyNames(t *testing.T) {
	var answer error
	b := newBench(t, func(o *Options) {
		o.Verify = func(*http.Request, []byte, string) error { return answer }
		must[registry.Credential](t)(o.Registry.PutCredential(registry.Credential{AccessKeyID: "test", SecretAccessKey: "secret"}))
	})
	for code, want := range map[string]string{
		"SignatureDoesNotMatch": "InvalidSignatureException", "RequestExpired": "InvalidSignatureException",
		"InvalidClientTokenId": "UnrecognizedClientException", "ExpiredToken": "ExpiredTokenException",
		"IncompleteSignature": "IncompleteSignatureException", "MissingAuthenticationToken": "MissingAuthenticationTokenException",
	} {
		answer = &authn.Error{Cause: cause.Cause{Reason: code, Detail: "ours"}, Message: "theirs"}
		status, header, body := b.raw("GET", "/policies", "")
		if status != 403 || header.Get("x-amzn-ErrorType") != want || body != `{"message":"theirs"}` {
			t.Errorf("%s: got %d %s %s, want 403 %s (A-329)", code, status, header.Get("x-amzn-ErrorType"), body, want)
		}
	}
	answer = nil
	if status, _, body := b.raw("GET", "/policies", ""); status != 200 {
		t.Errorf("verified: got %d %s, want 200 (A-329)", status, body)
	}
}

func TestServes(t *testing.T) {
	h := New(Options{})
	for _, tt := range []struct {
		host, header string
		want         bool
		source       string
	}{
		{"localhost:4566/topics/a", "", false, "B-806"},
		{"localhost:4566/mqtt", "", false, "A-41"},
		{"localhost:4566/things/a/shadow", "", false, "B-1001"},
		{"localhost:4566/things/a", "", true, "A-329"},
		{"127.0.0.1:4566", "", true, "A-329"},
		{"[::1]:4566", "", true, "A-329"},
		{"suback", "", true, "A-329"},
		{"iot.example.test", "", false, "A-49"},
		{"localhost:4566", "Bearer x", false, "A-200"},
		{"localhost:4566", authorization, true, "SigV4 scope"},
		{"localhost:4566", "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/iotdata/aws4_request, SignedHeaders=host, Signature=0", false,
			"A-200"},
		{"localhost:4566", "AWS4-HMAC-SHA256 Credential=a/b/20260101/us-east-1/iot/aws4_request, SignedHeaders=host, Signature=0", true,
			"SigV4 scope"},
		{"localhost:4566", strings.ReplaceAll(authorization, "/iot/", "/execute-api/"), true, "A-329"},
		{"localhost:4566", "", true, "A-329"},
		{"iot.us-east-1.amazonaws.com", "", true, "A-1"},
		{"abc-ats.iot.us-east-1.amazonaws.com", "", false, "A-3"},
	} {
		if !strings.Contains(tt.host, "/") {
			tt.host += "/policies"
		}
		r := httptest.NewRequest(http.MethodGet, "http://"+tt.host, nil)
		r.Header.Set("Authorization", tt.header)
		if got := h.Serves(r); got != tt.want {
			t.Errorf("Serves(%s, %s): got %v, want %v (%s)", tt.host, tt.header, got, tt.want, tt.source)
		}
	}
}
