package account

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/trace"
)

// Where a request goes, by what it says of itself.
func TestRoutes(t *testing.T) {
	a := opened(t, settings{})
	signed := func(service string) string {
		return "AWS4-HMAC-SHA256 Credential=AKIA/20261129/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=0"
	}
	const control = "iot.us-east-1.amazonaws.com"
	tests := []struct {
		name, method, url string
		header            [2]string
		want              string
		source            string
	}{
		{"publish", "POST", "http://localhost/topics/a", [2]string{}, "data", "A-39"},
		{"publish, signed for the control plane", "POST", "http://localhost/topics/a", [2]string{"Authorization", signed("iot")}, "data", "D-50"},
		{"publish, at the control plane's host", "POST", "https://" + control + "/topics/a", [2]string{}, "control", "D-50"},
		{"a retained message", "GET", "http://localhost/retainedMessage", [2]string{}, "data", ""},
		{"a connection", "DELETE", "http://localhost/connections/c", [2]string{}, "data", ""},
		{"a thing", "GET", "http://localhost/things/t", [2]string{}, "control", ""},
		{"a thing of the control plane's host", "GET", "https://" + control + "/things", [2]string{}, "control", ""},
		{"a preflight of a thing's", "OPTIONS", "http://localhost/things/t", [2]string{"Access-Control-Request-Method", "PATCH"}, "control", ""},
		{"a preflight of a publish", "OPTIONS", "http://localhost/topics/a", [2]string{"Access-Control-Request-Method", "POST"}, "data", ""},
		{"an identity", "POST", "http://localhost/", [2]string{"X-Amz-Target", "AWSCognitoIdentityService.GetId"}, "tokens", "A-255"},
		{"a role alias", "GET", "http://localhost/role-aliases/r/credentials", [2]string{}, "tokens", ""},
		{"a service that is not here", "GET", "http://localhost/", [2]string{"Authorization", signed("s3")}, "501", "A-370"},
		{"nothing at all", "GET", "http://localhost/none", [2]string{}, "data", ""},
	}
	for _, tt := range tests {
		r := httptest.NewRequestWithContext(t.Context(), tt.method, tt.url, nil)
		if tt.header[0] != "" {
			if r.Header.Set(tt.header[0], tt.header[1]); tt.method == http.MethodOptions {
				r.Header.Set("Origin", "http://localhost:8080")
			}
		}
		got := "data"
		switch h := a.handler(r); {
		case h == a.control:
			got = "control"
		case h == a.tokens:
			got = "tokens"
		case a.Serves(r):
			got = "501"
		}
		if got != tt.want {
			t.Errorf("%s: got %s, want %s (%s)", tt.name, got, tt.want, tt.source)
		}
	}
}

// A request for the data plane that comes to the control plane's host is answered there, and the
// trace says where it belongs [D-50].
func TestMisdirected(t *testing.T) {
	a := served(t, settings{})
	r, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+a.Addr()+"/topics/a", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "IOT.us-east-1.amazonaws.com.:443"
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	all := a.Trace().Events(trace.Filter{Rule: "D-50"})
	if len(all) != 1 || answer.StatusCode == http.StatusOK || all[0].Saw != answer.Status ||
		!strings.Contains(all[0].Detail, " to iot.us-east-1.amazonaws.com, ") {
		t.Errorf("got %s and %+v, want a record of D-50 with that status", answer.Status, all)
	}
}
