package sigv4

import (
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/suback/suback/emulator/sigv4/sigv4test"
)

// Each row says what a client signed for wss://localhost:8443/mqtt in place of
// the right thing, line by line.
func TestMismatches(t *testing.T) {
	const (
		scope = "20260102/us-east-1/iotdevicegateway/aws4_request"
		temp  = "X-Amz-Credential=ASIALOCAL%2F20260102%2Fus-east-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20260102T030405Z"
		query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&" + temp + "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
	)
	token := "X-Amz-Security-Token=" + url.QueryEscape(tempToken)
	right := func() []string {
		return []string{"GET", "/mqtt", query, "host:localhost:8443", "", "host", sigv4test.EmptyHash}
	}
	with := func(changes ...string) string { // line, old, new, …
		lines := right()
		for change := range slices.Chunk(changes, 3) {
			i := change[0][0] - '1'
			lines[i] = strings.ReplaceAll(lines[i], change[1], change[2])
		}
		return strings.Join(lines, "\n")
	}
	tests := []struct {
		name, secret, scope, signed string
		extra                       string // of the query, besides
		want                        string // part of the detail
		rules                       string
		source                      string
	}{
		{"nothing", tempSecret, scope, with(), "", "", "", "A-197"},
		{"token signed", tempSecret, scope, with("3", "X-Amz-SignedHeaders", token+"&X-Amz-SignedHeaders"), "",
			`the client signed the query with its session token; line 3 of its canonical request is "X-Amz-Algorithm=AWS4-HMAC-SHA256&` + temp +
				`&X-Amz-Expires=86400&X-Amz-Security-Token=…&X-Amz-SignedHeaders=host", want "X-Amz-Algorithm`, "D-38 D-43 A-198",
			"A-198, A-215, D-38, D-43"},
		{"token and an unsigned payload", tempSecret, scope,
			with("3", "X-Amz-SignedHeaders", token+"&X-Amz-SignedHeaders", "7", sigv4test.EmptyHash, "UNSIGNED-PAYLOAD"), "",
			"signed the query with its session token, and signed another body", "D-38 D-43 A-198 A-197", "D-38"},
		{"port 443", tempSecret, scope, with("4", ":8443", ":443"), "",
			`line 4 of its canonical request is "host:localhost:443", want "host:localhost:8443"`, "D-41 A-201", "A-201, D-41"},
		{"a whole URL", tempSecret, scope, with("4", "localhost:8443", "wss://localhost:8443/mqtt"), "", "signed a URL as its host", "D-48",
			"D-48"},
		{"path /", tempSecret, scope, with("2", "/mqtt", "/"), "", `line 2 of its canonical request is "/", want "/mqtt"`, "A-39", "A-39"},
		{"unsigned payload", tempSecret, scope, with("7", sigv4test.EmptyHash, "UNSIGNED-PAYLOAD"), "",
			`line 7 of its canonical request is "UNSIGNED-PAYLOAD", want "` + sigv4test.EmptyHash + `"`, "A-197", "A-197"},
		{"no payload", tempSecret, scope, with("7", sigv4test.EmptyHash, ""), "", "signed another body", "A-197", "A-197"},
		{"X-Amz-Expires added", tempSecret, scope, with("3", "&X-Amz-Expires=86400", ""), "", "left X-Amz-Expires out", "A-196", "A-196, A-204"},
		{"names in lower case", tempSecret, scope, with(), "lower",
			`line 3 of its canonical request is "X-Amz-Algorithm=AWS4-HMAC-SHA256&` + temp +
				`&X-Amz-Expires=86400&X-Amz-SignedHeaders=host", want "x-amz-algorithm=AWS4-HMAC-SHA256&x-amz-credential=`, "A-196", "A-196"},
		{"names signed in lower case", tempSecret, scope, with("3", query, inLower(query)), "",
			"sent the names of its parameters in another case than it signed them in", "A-196", "A-196"},
		{"a parameter added", tempSecret, scope, with(), "&SDK=x", "no other parameters than X-Amz-…; line 3", "A-203", "A-203"},
		{"not sorted", tempSecret, scope, with("3", "X-Amz-Algorithm=AWS4-HMAC-SHA256&", "b=2&X-Amz-Algorithm=AWS4-HMAC-SHA256&"), "b=2&",
			"did not sort the query", "A-203", "A-203"},
		{"not encoded", tempSecret, scope, with("3", "%2F", "/"), "", "did not percent-encode the query", "A-203 A-214", "A-203, A-214"},
		{"key for another service", tempSecret, "20260102/us-east-1/iotdata/aws4_request", with(), "", "made its signing key for another service",
			"D-50", "D-50"},
		{"no key", "undefined", scope, with(), "", "has no secret key", "D-46", "D-46"},
		{"a line break in the key", tempSecret + "\n", scope, with(), "", "a space or line break around its secret key", "", "A-206"},
		{"unknown", "another", scope, with(), "", `with the secret key of "ASIALOCAL"`, "", "A-206"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			signature := sigv4test.SignIn(tt.secret, tt.scope, scope, tt.signed)
			query := query + tt.extra
			if tt.extra == "lower" {
				query = inLower(strings.TrimSuffix(query, tt.extra))
			}
			if strings.HasSuffix(tt.extra, "&") {
				query = tt.extra + strings.TrimSuffix(query, tt.extra)
			}
			r := requestFor(t, "GET", "wss://localhost:8443/mqtt?"+query+"&X-Amz-Signature="+signature+"&"+token)
			if err := verify(r, ""); (err == nil) != (tt.want == "") {
				t.Fatalf("got %v, want %q (%s)", err, tt.want, tt.source)
			}
			if tt.want == "" {
				return
			}
			m := r.Explain(tempSecret)
			var rules []string
			for _, mistake := range m.Mistakes {
				if rules = append(rules, mistake.Rules...); mistake.Hint == "" {
					t.Errorf("got %q without a hint (%s)", mistake.did, tt.source)
				}
			}
			if !strings.Contains(m.Detail, tt.want) || strings.Join(rules, " ") != tt.rules || (m.Mistakes == nil) != (tt.name == "unknown") {
				t.Errorf("got %q, rules %v, want %q, %s (%s)", m.Detail, rules, tt.want, tt.rules, tt.source)
			}
			for _, secret := range []string{tempSecret, tempToken, signature} {
				if strings.Contains(m.Detail, secret) || strings.Contains(m.Detail, url.QueryEscape(secret)) {
					t.Errorf("got %q, which shows a secret (design)", m.Detail)
				}
			}
		})
	}
}

// inLower is a query with its names in lower case.
func inLower(query string) string {
	return regexp.MustCompile(`X-Amz-[A-Za-z]+`).ReplaceAllStringFunc(query, strings.ToLower)
}

// TestPathEncodedOnce: some clients, curl among them, sign the path as it is sent.
func TestPathEncodedOnce(t *testing.T) {
	r := httptest.NewRequest("POST", "https://"+gatewayHost+"/topics/a%2Fb", nil)
	once := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	keys := aws.Credentials{AccessKeyID: longKey, SecretAccessKey: longSecret}
	if err := once.SignHTTP(t.Context(), keys, r, sigv4test.EmptyHash, "iotdata", "us-east-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	signed := requestOf(r)
	err := verify(signed, "")
	if err == nil || !strings.Contains(err.Error(), `is "/topics/a%2Fb", want "/topics/a%252Fb"`) || signed.Explain(longSecret).
		Mistakes[0].Hint != hintPathOnce {
		t.Errorf("got %v, want the path signed as it is sent (A-203)", err)
	}
}

// The values of other parameters and headers may be secret.
func TestShownRequest(t *testing.T) {
	address := sigv4test.URL(longKey, "another", "", "us-east-1", "iotdata", gatewayHost, "/mqtt") +
		"&x-amz-customauthorizer-signature=seCret&token=seCret"
	err := verify(requestFor(t, "GET", address), "")
	if err == nil || strings.Contains(err.Error(), "seCret") || !strings.Contains(err.Error(), "token=…") {
		t.Errorf("got %v, want the request without values (design)", err)
	}
}

// Elsewhere than at the device gateway the token belongs to what is signed.
func TestTokenLeftOut(t *testing.T) {
	address := sigv4test.URL(tempKey, tempSecret, tempToken, "us-east-1", "sts", "sts.amazonaws.com", "/")
	r := requestFor(t, "GET", address)
	r.AppendsToken = false
	err := verify(r, "")
	if err == nil || !strings.Contains(err.Error(), "left the session token out of the query") {
		t.Errorf("got %v, want the token missed (A-198)", err)
	}
}
