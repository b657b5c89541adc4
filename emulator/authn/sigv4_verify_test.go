package authn

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/sigv4/sigv4test"
	"github.com/suback/suback/emulator/transport"
)

// By a real server, as the control plane calls it.
func TestVerifyRequest(t *testing.T) {
	a := newSigners(t)
	var got registry.Credential
	var verified error
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		got, verified = a.VerifyRequest(r, body, "sts")
	}))
	defer server.Close()
	tests := []struct {
		name, region, secret string
		at                   time.Time
		want                 string // code
		source               string
	}{
		{"signed", "us-east-1", longSecret, time.Now(), "", "A-258"},
		{"another secret", "us-east-1", "x", time.Now(), "SignatureDoesNotMatch", "A-260"},
		{"another region", "eu-west-1", longSecret, time.Now(), "SignatureDoesNotMatch", "A-260"},
		{"too old", "us-east-1", longSecret, time.Now().Add(-time.Hour), "RequestExpired", "A-204"},
		{"unsigned", "us-east-1", "", time.Now(), "MissingAuthenticationToken", "A-258"},
	}
	for _, tt := range tests {
		const form = "Action=AssumeRole&Version=2011-06-15"
		r, err := http.NewRequest("POST", server.URL, strings.NewReader(form))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if tt.secret != "" {
			keys := aws.Credentials{AccessKeyID: longKey, SecretAccessKey: tt.secret}
			if err := v4.NewSigner().SignHTTP(context.Background(), keys, r, sigv4test.Hash(form), "sts", tt.region, tt.at); err != nil {
				t.Fatal(err)
			}
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		var refused *Error
		errors.As(verified, &refused)
		if code(refused) != tt.want || (tt.want == "") != (verified == nil && got.AccessKeyID == longKey) {
			t.Errorf("%s: got %v, %v, want %q (%s)", tt.name, got, verified, tt.want, tt.source)
		}
	}
}

// tokenFirst moves the session token of a URL to the beginning of its query.
func tokenFirst(address string) string {
	head, query, _ := strings.Cut(address, "?")
	var token, rest []string
	for pair := range strings.SplitSeq(query, "&") {
		if strings.HasPrefix(pair, "X-Amz-Security-Token=") {
			token = append(token, pair)
			continue
		}
		rest = append(rest, pair)
	}
	return head + "?" + strings.Join(append(token, rest...), "&")
}

func TestRefusedSignatures(t *testing.T) {
	u := func(key, secret, token, region, service string) string {
		return sigv4test.URL(key, secret, token, region, service, gatewayHost, "/mqtt")
	}
	good := u(longKey, longSecret, "", "us-east-1", "iotdevicegateway")
	temporary := u(tempKey, tempSecret, tempToken, "us-east-1", "iotdevicegateway")
	cut := func(address, name string) string {
		head, query, _ := strings.Cut(address, "?")
		kept := slices.DeleteFunc(strings.Split(query, "&"), func(pair string) bool { return strings.HasPrefix(pair, name+"=") })
		return head + "?" + strings.Join(kept, "&")
	}
	swapped := "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	tests := []struct {
		name, address string
		later         time.Duration // of the request
		code, message string
		detail, hint  string // parts
		rules         string
		source        string
	}{
		{"another secret", u(longKey, "another", "", "us-east-1", "iotdevicegateway"), 0, signatureMismatch,
			"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. " +
				"Consult the service documentation for details.",
			`the signature is not that of "GET\n/mqtt\nX-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIALOCAL%2F20260102%2Fus-east-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-SignedHeaders=host\nhost:` + gatewayHost + `\n\nhost\n` + sigv4test.EmptyHash + `" with the secret key of "AKIALOCAL"`,
			"the secret keys differ", "A-206", "A-206"},
		{"too old", good, 5*time.Minute + time.Second, requestExpired,
			"Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z (20260102T030906Z - 5 min.)",
			"X-Amz-Date 20260102T030405Z is 5m1s ago", "sign anew for each connection; if this signature is new, set the client's clock",
			"A-204 D-39 D-40", "A-206, D-39, D-40"},
		{"too old, with X-Amz-Expires", sigv4test.PythonURL(tempKey, tempSecret, tempToken, gatewayHost), time.Hour, requestExpired,
			"Signature expired: 20260102T030405Z is now earlier than 20260102T035905Z (20260102T040405Z - 5 min.)", "",
			"X-Amz-Expires does not make a URL last longer", "A-204 D-39 D-40", "A-204, D-40"},
		{"just in time", good, 5 * time.Minute, "", "", "", "", "", "A-204, A-205"},
		{"too new", good, -5*time.Minute - time.Second, requestExpired,
			"Signature not yet current: 20260102T030405Z is still later than 20260102T030404Z (20260102T025904Z + 5 min.)", "5m1s ahead",
			"set the client's clock", "A-204 D-39", "A-206, D-39"},
		{"another region", u(longKey, longSecret, "", "eu-west-1", "iotdevicegateway"), 0, signatureMismatch,
			"Credential should be scoped to a valid region, not 'eu-west-1'. ", `signed for region "eu-west-1", this is us-east-1`,
			"sign for the endpoint's region", "A-206 D-42", "A-206, D-42"},
		{"control plane", u(longKey, longSecret, "", "us-east-1", "iot"), 0, signatureMismatch,
			"Credential should be scoped to correct service: 'iotdevicegateway'. ", `signed for service "iot", this is iotdevicegateway or iotdata`,
			"iot is the control plane's", "A-206 D-50", "A-199, D-50"},
		{"execute-api, another region", u(longKey, longSecret, "", "eu-west-1", "execute-api"), 0, signatureMismatch,
			"Credential should be scoped to a valid region, not 'eu-west-1'. Credential should be scoped to correct service: 'iotdevicegateway'. ",
			"", "execute-api is what SDKs sign for", "A-206 D-42 D-50", "D-42, D-50"},
		{"another end of the scope", strings.ReplaceAll(good, "aws4_request", "aws4"), 0, signatureMismatch,
			"Credential should be scoped with a valid terminator: 'aws4_request', not 'aws4'. ", "does not end with /aws4_request", "", "A-206",
			"guess"},
		{"another day", strings.Replace(good, "20260102", "20260101", 1), 0, signatureMismatch,
			"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260101' != '20260102', from " +
				"'20260102T030405Z'. ", "X-Amz-Date has 20260102", "", "A-206", "guess"},
		{"unknown key", u("AKIANOBODY", longSecret, "", "us-east-1", "iotdata"), 0, invalidToken,
			"The security token included in the request is invalid.", `no keys with the access key id "AKIANOBODY"`, "add the keys to credentials",
			"A-206", "A-206"},
		{"unknown temporary key", u("ASIANOBODY", longSecret, "", "us-east-1", "iotdata"), 0, invalidToken,
			"The security token included in the request is invalid.", `"ASIANOBODY"`, "get them from this emulator's STS", "A-206", "A-206"},
		{"keys swapped", u(strings.ReplaceAll(swapped, "/", "x"), "AKIALOCAL", "", "us-east-1", "iotdata"), 0, invalidToken,
			"The security token included in the request is invalid.", "that was sent, of 40 characters", "are access key id and secret key swapped?",
			"A-206", "A-206"},
		{"short keys swapped", u("local-secret", "AKIALOCAL", "", "us-east-1", "iotdata"), 0, invalidToken,
			"The security token included in the request is invalid.", "that was sent, of 12 characters", "", "A-206", "A-206"},
		{"keys swapped, with slashes", u(swapped, "AKIALOCAL", "", "us-east-1", "iotdata"), 0, incompleteSignature,
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + swapped +
				"/20260102/us-east-1/iotdata/aws4_request'", "the credential has 7 parts", "", "A-196", "guess"},
		{"temporary key without token", cut(temporary, "X-Amz-Security-Token"), 0, invalidToken,
			"The security token included in the request is invalid.", "has no session token", "append &X-Amz-Security-Token= to the signed URL",
			"A-206 A-198", "A-206"},
		{"key of a user with a token", good + "&X-Amz-Security-Token=x", 0, invalidToken, "The security token included in the request is invalid",
			"is a long-term one", "send no session token", "A-206", "A-206"},
		{"token of other keys", u(tempKey, tempSecret, "other", "us-east-1", "iotdata"), 0, invalidToken,
			"The security token included in the request is invalid", "not that of access key ASIALOCAL", "that came with these very keys", "A-206",
			"A-206"},
		{"token encoded twice", u(tempKey, tempSecret, url.QueryEscape(tempToken), "us-east-1", "iotdata"), 0, invalidToken,
			"The security token included in the request is invalid", "", "percent-encoded twice", "A-206", "A-198"},
		{"token with a space for +", strings.ReplaceAll(temporary, "%2B", "%20"), 0, invalidToken,
			"The security token included in the request is invalid", "", "+ as %2B", "A-206", "A-198"},
		{"token cut off", u(tempKey, tempSecret, tempToken[:9], "us-east-1", "iotdata"), 0, invalidToken,
			"The security token included in the request is invalid", "", "only its beginning", "A-206", "A-198"},
		{"token with a line break", u(tempKey, tempSecret, tempToken+"\n", "us-east-1", "iotdata"), 0, invalidToken,
			"The security token included in the request is invalid", "", "cut off the space or line break", "A-206", "A-198"},
		{"token before the signature", tokenFirst(temporary), 0, signatureMismatch, mismatchMessage,
			"X-Amz-Security-Token stands before X-Amz-SignedHeaders in the query", "move &X-Amz-Security-Token= to the end", "A-206 A-196 A-198",
			"A-196, F-10"},
		{"token at the very beginning", tokenFirst(strings.Replace(temporary, "X-Amz-Algorithm=", "a=b&X-Amz-Algorithm=", 1)), 0,
			signatureMismatch, mismatchMessage, "signed no other parameters", "", "A-206 A-203", "A-196: another mistake is told first"},
		{"encoded twice", strings.ReplaceAll(good, "%2F", "%252F"), 0, incompleteSignature,
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got " +
				"'AKIALOCAL%2F20260102%2Fus-east-1%2Fiotdevicegateway%2Faws4_request'", "has 1 parts", "percent-encoded twice", "A-196 A-203", "A-203"},
		{"no signature", cut(good, "X-Amz-Signature"), 0, incompleteSignature,
			"AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the query-string parameters.", "the query lacks X-Amz-Signature",
			"", "A-196", "A-196, guess"},
		{"no date", cut(good, "X-Amz-Date"), 0, incompleteSignature,
			"AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.", "the query lacks X-Amz-Date", "",
			"A-196", "A-196, guess"},
		{"a date of another form", strings.ReplaceAll(good, "X-Amz-Date="+sigv4test.At, "X-Amz-Date=2026-01-02"), 0, incompleteSignature,
			"Date must be in ISO-8601 'basic format'. Got '2026-01-02'. See http://en.wikipedia.org/wiki/ISO_8601", "X-Amz-Date is of another form",
			"", "A-196", "guess"},
		{"host not signed", strings.ReplaceAll(good, "SignedHeaders=host", "SignedHeaders=x-amz-date"), 0, incompleteSignature,
			"'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.", "host is not signed", "", "A-196", "guess"},
		{"another algorithm", strings.ReplaceAll(good, "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), 0, incompleteSignature,
			"Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'.", "want AWS4-HMAC-SHA256", "", "A-196", "guess"},
		{"all in lower case", strings.ToLower(good), 0, incompleteSignature, "Unsupported AWS 'algorithm': 'aws4-hmac-sha256'.",
			"want AWS4-HMAC-SHA256", "let nothing write the signed URL in lower case", "A-196", "guess"},
		{"names in lower case", strings.NewReplacer("X-Amz-Algorithm", "x-amz-algorithm", "X-Amz-Signature", "x-amz-signature").Replace(good), 0,
			signatureMismatch, mismatchMessage, "in another case than it signed them in", "send the names as they are signed", "A-206 A-196",
			"A-196"},
		{"nothing signed", "wss://" + gatewayHost + "/mqtt", 0, missingToken, "Missing Authentication Token", "the request is not signed", "",
			"A-54", "A-206"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := factsFor(t, "GET", tt.address)
			f.HTTP.ReceivedAt = f.HTTP.ReceivedAt.Add(tt.later)
			_, _, err := newSigners(t).verify(f, nil, gatewayServices)
			var refused *Error
			errors.As(err, &refused)
			if code(refused) != tt.code || refused == nil {
				if code(refused) != tt.code {
					t.Errorf("got %v, want %q (%s)", err, tt.code, tt.source)
				}
				return
			}
			if refused.Message != tt.message {
				t.Errorf("got message %q, want %q (%s)", refused.Message, tt.message, tt.source)
			}
			if !strings.Contains(refused.Detail, tt.detail) || !strings.Contains(refused.Hint, tt.hint) ||
				strings.Join(refused.Rules, " ") != tt.rules {
				t.Errorf("got %q, hint %q, rules %v, want %q, %q, %s (%s)", refused.Detail, refused.Hint, refused.Rules, tt.detail, tt.hint, tt.rules,
					tt.source)
			}
			query, err := url.ParseQuery(f.HTTP.RawQuery)
			if err != nil {
				t.Fatal(err)
			}
			checkNoSecret(t, refused, longSecret, tempSecret, tempToken, swapped, query.Get("X-Amz-Signature"))
		})
	}
}

// checkNoSecret looks for secrets in what goes to the trace.
func checkNoSecret(t *testing.T, e *Error, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		if text := e.Detail + e.Hint; secret != "" && (strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret))) {
			t.Errorf("got %q, which shows a secret (design)", text)
		}
	}
}

// Keys end by the registry's clock, which Advance moves; a signature is judged by
// the machine's, which the client signed by.
func TestSignatureClock(t *testing.T) {
	a := newSigners(t)
	c, err := a.Registry.IssueCredential(registry.Credential{UserName: longKey}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	sign := func() *transport.Facts {
		r := httptest.NewRequest("GET", "https://localhost/mqtt", nil)
		keys := aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}
		if err := v4.NewSigner().SignHTTP(context.Background(), keys, r, sigv4test.EmptyHash, "iotdevicegateway", "us-east-1",
			time.Now()); err != nil {
			t.Fatal(err)
		}
		return factsOf(r)
	}
	signed := sign()
	late := *signed
	http := *signed.HTTP
	http.ReceivedAt = time.Now().Add(6 * time.Minute)
	late.HTTP = &http
	for _, tt := range []struct {
		name    string
		advance time.Duration
		facts   func() *transport.Facts
		want    string
		source  string
	}{
		{"new", 0, func() *transport.Facts { return signed }, "", "A-205"},
		{"again", 0, func() *transport.Facts { return signed }, "", "A-205"},
		{"after 6 minutes", 0, func() *transport.Facts { return &late }, requestExpired, "A-204"},
		{"signed anew, deadlines advanced", 6 * time.Minute, sign, "", "A-204"},
		{"keys expired", time.Hour, sign, expiredToken, "A-207"},
		{"keys forgotten", 25 * time.Hour, sign, invalidToken, "A-206"},
	} {
		a.Registry.Advance(tt.advance)
		_, _, err := a.verify(tt.facts(), nil, gatewayServices)
		var refused *Error
		if errors.As(err, &refused); code(refused) != tt.want {
			t.Errorf("%s: got %v, want %q (%s)", tt.name, err, tt.want, tt.source)
		}
		if tt.want == expiredToken && refused.Message != "The security token included in the request is expired" {
			t.Errorf("got message %q (A-207, guess)", refused.Message)
		}
	}
}
