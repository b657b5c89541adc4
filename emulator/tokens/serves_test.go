package tokens_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/tokens"
)

const formType = "application/x-www-form-urlencoded; charset=utf-8"

func TestServes(t *testing.T) {
	header := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Set(pairs[i], pairs[i+1])
		}
		return h
	}
	scope := func(service string) string {
		return "AWS4-HMAC-SHA256 Credential=AKIA/20261121/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=0"
	}
	tests := []struct {
		name, method, url string
		header            http.Header
		body, want        string
		source            string
	}{
		{"Cognito by target", "POST", "http://localhost:4566/", header("X-Amz-Target", "AWSCognitoIdentityService.GetId"), "{}",
			"cognito-identity", "A-254"},
		{"another target", "POST", "http://localhost:4566/", header("X-Amz-Target", "AWSLogs.GetId"), "{}", "", "A-254"},
		{"a browser asks first", "OPTIONS", "http://localhost:4566/", header("Access-Control-Request-Headers", "content-type,x-amz-target"), "",
			"cognito-identity", "CORS"},
		{"a browser asks for something else", "OPTIONS", "http://localhost:4566/things", header("Access-Control-Request-Headers", "content-type"),
			"", "", "CORS"},
		{"Cognito by host", "POST", "https://cognito-identity.eu-west-1.amazonaws.com/", nil, "{}", "cognito-identity", "A-254"},
		{"STS by global host", "POST", "https://sts.amazonaws.com/", nil, "", "sts", "A-259"},
		{"STS by regional host and port", "GET", "https://sts.eu-west-1.amazonaws.com:4566/", nil, "", "sts", "A-259"},
		{"STS by scope", "POST", "http://localhost:4566/", header("Authorization", scope("sts")), "", "sts", "A-258"},
		{"STS by scope in the query", "GET", "http://localhost/?X-Amz-Credential=AKIA%2F20261121%2Fus-east-1%2Fsts%2Faws4_request", nil, "",
			"sts", "A-258"},
		{"another scope", "GET", "http://localhost:4566/things", header("Authorization", scope("iot")), "", "", "A-258"},
		{"STS by form", "POST", "http://localhost:4566/", header("Content-Type", formType), "Action=AssumeRoleWithWebIdentity&Version=2011-06-15",
			"sts", "A-258"},
		{"STS by query", "GET", "http://localhost:4566/?Action=GetCallerIdentity", nil, "", "sts", "A-258"},
		{"another form", "POST", "http://localhost:4566/", header("Content-Type", formType), "Action=CreateTopic", "", "A-258"},
		{"a form on another path", "POST", "http://localhost:4566/topics/a", header("Content-Type", formType), "Action=AssumeRole", "", "A-258"},
		{"credentials of a device", "GET", "https://x.credentials.iot.us-east-1.amazonaws.com/role-aliases/a/credentials", nil, "",
			"credentials.iot", "A-252"},
		{"credentials by path", "GET", "https://localhost:8443/role-aliases/a%40b/credentials", nil, "", "credentials.iot", "A-252"},
		{"the control plane's path", "GET", "http://localhost:4566/role-aliases/a", nil, "", "", "botocore iot, DescribeRoleAlias"},
		{"an alias with a slash", "GET", "http://localhost:4566/role-aliases/a/b/credentials", nil, "", "", "botocore iot, RoleAlias"},
		{"a WebSocket", "GET", "https://x-ats.iot.us-east-1.amazonaws.com/mqtt", nil, "", "", "A-37"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, tt.url, strings.NewReader(tt.body))
			if tt.header != nil {
				r.Header = tt.header
			}
			service, ok := tokens.Serves(r)
			if service != tt.want || ok != (tt.want != "") {
				t.Errorf("got %q, %v, want %q (%s)", service, ok, tt.want, tt.source)
			}
			if left, err := io.ReadAll(r.Body); err != nil || string(left) != tt.body {
				t.Errorf("got %q, %v left of the body, want all of it", left, err)
			}
		})
	}
}

// A form that is longer than what Serves looks at reaches its handler whole,
// and one that breaks off says so.
func TestServesKeepsTheBody(t *testing.T) {
	long := "a=" + strings.Repeat("x", 100_000)
	r := httptest.NewRequest("POST", "/", strings.NewReader(long))
	r.Header.Set("Content-Type", formType)
	if _, ok := tokens.Serves(r); ok {
		t.Error("got a service, want none")
	}
	if left, _ := io.ReadAll(r.Body); string(left) != long {
		t.Errorf("got %d bytes, want %d", len(left), len(long))
	}
	r = httptest.NewRequest("POST", "/", io.MultiReader(strings.NewReader("Action=AssumeRole"), cut{}))
	r.Header.Set("Content-Type", formType)
	tokens.Serves(r)
	if left, err := io.ReadAll(r.Body); string(left) != "Action=AssumeRole" || err != io.ErrUnexpectedEOF {
		t.Errorf("got %q, %v, want what came and the error", left, err)
	}
}

type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
