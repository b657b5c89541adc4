package authn

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

const (
	signedAt    = "20260102T030405Z" // when the requests of these tests come in
	gatewayHost = "a1b2c3-ats.iot.us-east-1.amazonaws.com"
	emptyHash   = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	longKey     = "AKIALOCAL"
	longSecret  = "secret/of+local"
	tempKey     = "ASIALOCAL"
	tempSecret  = "secret/of+session"
	tempToken   = "FwoGZXIvYXdzEA==/+token"
)

func moment(t *testing.T) time.Time {
	t.Helper()
	at, err := time.Parse(amzTime, signedAt)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// newSigners has the keys longKey and tempKey.
func newSigners(t *testing.T) *Authenticator {
	t.Helper()
	r, err := registry.New(registry.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []registry.Credential{
		{AccessKeyID: longKey, SecretAccessKey: longSecret},
		{AccessKeyID: tempKey, SecretAccessKey: tempSecret, SessionToken: tempToken},
	} {
		if _, err := r.PutCredential(c); err != nil {
			t.Fatal(err)
		}
	}
	return &Authenticator{Registry: r}
}

// factsFor are those of a request that came in at signedAt.
func factsFor(t *testing.T, method, address string, header ...transport.Field) *transport.Facts {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return &transport.Facts{Listener: "https", TLS: true, HTTP: &transport.HTTP{
		Method: method, Path: u.EscapedPath(), RawQuery: u.RawQuery, Host: u.Host, Header: header, ReceivedAt: moment(t)}}
}

// handSign is a signature made as the standard says, by hand.
func handSign(secret, scope, canonicalRequest string) string {
	return handSignIn(secret, scope, scope, canonicalRequest)
}

// handSignIn makes the key for another scope than it signs.
func handSignIn(secret, keyScope, scope, canonicalRequest string) string {
	mac := func(key []byte, text string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(text))
		return h.Sum(nil)
	}
	key := []byte("AWS4" + secret)
	for part := range strings.SplitSeq(keyScope, "/") {
		key = mac(key, part)
	}
	sum := sha256.Sum256([]byte(canonicalRequest))
	return hex.EncodeToString(mac(key, "AWS4-HMAC-SHA256\n"+signedAt+"\n"+scope+"\n"+hex.EncodeToString(sum[:])))
}

// blogURL is what the signer of seed 003 and those like it return.
func blogURL(key, secret, token, region, service, host, path string) string {
	scope := signedAt[:8] + "/" + region + "/" + service + "/aws4_request"
	query := "X-Amz-Algorithm=AWS4-HMAC-SHA256"
	query += "&X-Amz-Credential=" + url.QueryEscape(key+"/"+scope)
	query += "&X-Amz-Date=" + signedAt
	query += "&X-Amz-SignedHeaders=host"
	canonicalRequest := "GET\n" + path + "\n" + query + "\n" + "host:" + host + "\n" + "\nhost\n" + emptyHash
	query += "&X-Amz-Signature=" + handSign(secret, scope, canonicalRequest)
	if token != "" {
		query += "&X-Amz-Security-Token=" + url.QueryEscape(token)
	}
	return "wss://" + host + path + "?" + query
}

// pythonV1URL is what AWSIoTPythonSDK asks for: it signs for iotdata, with
// X-Amz-Expires.
func pythonV1URL(token string) string {
	scope := signedAt[:8] + "/us-east-1/iotdata/aws4_request"
	query := "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + strings.ReplaceAll(tempKey+"/"+scope, "/", "%2F") +
		"&X-Amz-Date=" + signedAt + "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
	signature := handSign(tempSecret, scope, "GET\n/mqtt\n"+query+"\nhost:"+gatewayHost+"\n\nhost\n"+emptyHash)
	return "wss://" + gatewayHost + "/mqtt?" + query + "&X-Amz-Signature=" + signature + "&X-Amz-Security-Token=" + url.QueryEscape(token)
}

func TestHandWrittenSigners(t *testing.T) {
	good := blogURL(longKey, longSecret, "", "us-east-1", "iotdevicegateway", gatewayHost, "/mqtt")
	reordered := func(u string) string {
		head, query, _ := strings.Cut(u, "?")
		parts := strings.Split(query, "&")
		parts[0], parts[3] = parts[3], parts[0]
		return head + "?" + strings.Join(parts, "&")
	}
	tests := []struct {
		name, address string
		source        string
	}{
		{"keys of a user", good, "A-196, A-197"},
		{"temporary keys", blogURL(tempKey, tempSecret, tempToken, "us-east-1", "iotdevicegateway", gatewayHost, "/mqtt"), "A-198, seed 003"},
		{"service iotdata", blogURL(longKey, longSecret, "", "us-east-1", "iotdata", gatewayHost, "/mqtt"), "A-199"},
		{"AWSIoTPythonSDK", pythonV1URL(tempToken), "A-196, A-199, A-204"},
		{"path /", blogURL(longKey, longSecret, "", "us-east-1", "iotdevicegateway", gatewayHost, "/"), "A-39"},
		{"another order", reordered(good), "A-203"},
		{"/ as it is", strings.ReplaceAll(good, "%2F", "/"), "A-203"},
		{"lower-case hexadecimal", strings.ReplaceAll(good, "%2F", "%2f"), "A-203"},
		{"encoded where it need not be", strings.ReplaceAll(good, longKey, "%41KIALOCAL"), "A-214"},
		{"+ in the token as it is", strings.ReplaceAll(blogURL(tempKey, tempSecret, tempToken, "us-east-1", "iotdata", gatewayHost, "/mqtt"), "%2B", "+"), "A-82"},
	}
	for _, tt := range tests {
		a := newSigners(t)
		if c, notes, err := a.verify(factsFor(t, "GET", tt.address), nil, gatewayServices); err != nil || len(notes) > 0 || c.SecretAccessKey == "" {
			t.Errorf("%s: got %v, notes %v, want it verified (%s)", tt.name, err, notes, tt.source)
		}
	}
}

// The files were recorded; the scripts beside them say how.
func TestRecordedSigners(t *testing.T) {
	var vectors []struct {
		Name, Service, Method, URL, Body string
		Headers                          [][2]string
	}
	for _, file := range []string{"testdata/signers/botocore.json", "testdata/signers/npm.json"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &vectors); err != nil {
			t.Fatal(err)
		}
		for _, v := range vectors {
			var header []transport.Field
			for _, h := range v.Headers {
				header = append(header, transport.Field{Name: h[0], Value: h[1]})
			}
			services := gatewayServices
			if v.Service == "sts" || v.Service == "iot" {
				services = []string{v.Service}
			}
			_, _, err := newSigners(t).verify(factsFor(t, v.Method, v.URL, header...), []byte(v.Body), services)
			if strings.HasSuffix(v.Name, "with the token signed") {
				var refused *Error
				if !errors.As(err, &refused) || !strings.Contains(refused.Detail, "signed the query with its session token") {
					t.Errorf("%s: got %v, want it refused for the token (A-198, D-38)", v.Name, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: got %v, want it verified (A-196…A-200, A-258)", v.Name, err)
			}
		}
	}
}

func TestGoSigner(t *testing.T) {
	at := moment(t)
	long, temporary := aws.Credentials{AccessKeyID: longKey, SecretAccessKey: longSecret}, aws.Credentials{AccessKeyID: tempKey, SecretAccessKey: tempSecret, SessionToken: tempToken}
	tests := []struct {
		name, method, address, service, body string
		keys                                 aws.Credentials
		header                               http.Header
		source                               string
	}{
		{"publish", "POST", "https://localhost:8443/topics/a%2Fb/c?qos=1", "iotdata", "hello", long, nil, "A-200"},
		{"with a token", "POST", "https://localhost:8443/topics/a?qos=1&contentType=a+b%20c~", "iotdata", "hello", temporary, nil, "A-200, A-203, A-210"},
		{"headers with spaces, twice", "POST", "https://localhost/topics/a", "iotdata", "hello", long, http.Header{"X-Amz-Mqtt5-User-Properties": {"  a   b ", "c"}}, "A-210"},
		{"duplicate parameters", "GET", "https://localhost/retainedMessage?b=2&a=2&a=1&c", "iotdata", "", long, nil, "A-203"},
	}
	for _, tt := range tests {
		r := httptest.NewRequest(tt.method, tt.address, strings.NewReader(tt.body))
		for name, values := range tt.header {
			r.Header[name] = values
		}
		if err := v4.NewSigner().SignHTTP(context.Background(), tt.keys, r, hashed([]byte(tt.body)), tt.service, "us-east-1", at); err != nil {
			t.Fatal(err)
		}
		f := factsOf(r)
		f.HTTP.ReceivedAt = at
		if tt.body != "" {
			f.HTTP.Header = append(f.HTTP.Header, transport.Field{Name: "Content-Length", Value: "5"})
		}
		if _, _, err := newSigners(t).verify(f, []byte(tt.body), gatewayServices); err != nil {
			t.Errorf("%s: got %v, want it verified (%s)", tt.name, err, tt.source)
		}
	}
	r := httptest.NewRequest("GET", "https://localhost:8443/mqtt", nil)
	address, _, err := v4.NewSigner().PresignHTTP(context.Background(), long, r, emptyHash, "iotdevicegateway", "us-east-1", at)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := newSigners(t).verify(factsFor(t, "GET", address), nil, gatewayServices); err != nil {
		t.Errorf("presigned: got %v, want it verified (A-196)", err)
	}
}

// What SDKs sign that Go's does not: user-agent, the Date header, a body that is
// not signed.
func TestSignedHeaders(t *testing.T) {
	const scope = "20260102/us-east-1/iotdata/aws4_request"
	sign := func(headers, names, payload string) transport.Field {
		signature := handSign(longSecret, scope, "POST\n/topics/a\n\n"+headers+"\n"+names+"\n"+payload)
		return transport.Field{Name: "authorization", Value: "AWS4-HMAC-SHA256 Credential=" + longKey + "/" + scope + ",SignedHeaders=" + names + ",Signature=" + signature}
	}
	date := transport.Field{Name: "x-amz-date", Value: signedAt}
	hello := hashed([]byte("hello"))
	tests := []struct {
		name   string
		header []transport.Field
		want   string // "" for verified
		source string
	}{
		{"user-agent", []transport.Field{sign("host:localhost\nuser-agent:aws-sdk-java/1.12 Linux\nx-amz-date:"+signedAt+"\n", "host;user-agent;x-amz-date", hello), date,
			{Name: "User-Agent", Value: "aws-sdk-java/1.12  Linux"}}, "", "A-210"},
		{"Date in place of X-Amz-Date", []transport.Field{sign("date:Fri, 02 Jan 2026 03:04:05 GMT\nhost:localhost\n", "date;host", hello),
			{Name: "Date", Value: "Fri, 02 Jan 2026 03:04:05 GMT"}}, "", "A-210"},
		{"the hash in a header", []transport.Field{sign("host:localhost\nx-amz-content-sha256:"+hello+"\nx-amz-date:"+signedAt+"\n", "host;x-amz-content-sha256;x-amz-date", hello), date,
			{Name: "X-Amz-Content-Sha256", Value: hello}}, "", "A-210"},
		{"a body that is not signed", []transport.Field{sign("host:localhost\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:"+signedAt+"\n", "host;x-amz-content-sha256;x-amz-date", "UNSIGNED-PAYLOAD"), date,
			{Name: "X-Amz-Content-Sha256", Value: "UNSIGNED-PAYLOAD"}}, "", "guess"},
		{"the hash of another body", []transport.Field{sign("host:localhost\nx-amz-content-sha256:"+emptyHash+"\nx-amz-date:"+signedAt+"\n", "host;x-amz-content-sha256;x-amz-date", emptyHash), date,
			{Name: "X-Amz-Content-Sha256", Value: emptyHash}}, "the client signed another body", "A-206"},
		{"a header that does not come", []transport.Field{sign("host:localhost\nx-amz-date:"+signedAt+"\nx-trace:1\n", "host;x-amz-date;x-trace", hello), date},
			`x-amz-date:20260102T030405Z\nx-trace:…`, "A-206"},
	}
	for _, tt := range tests {
		_, _, err := newSigners(t).verify(factsFor(t, "POST", "https://localhost/topics/a", tt.header...), []byte("hello"), gatewayServices)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q (%s)", tt.name, err, tt.want, tt.source)
		}
	}
}

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
			if err := v4.NewSigner().SignHTTP(context.Background(), keys, r, hashed([]byte(form)), "sts", tt.region, tt.at); err != nil {
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

func TestRefusedSignatures(t *testing.T) {
	u := func(key, secret, token, region, service string) string {
		return blogURL(key, secret, token, region, service, gatewayHost, "/mqtt")
	}
	good := u(longKey, longSecret, "", "us-east-1", "iotdevicegateway")
	temporary := u(tempKey, tempSecret, tempToken, "us-east-1", "iotdevicegateway")
	cut := func(address, name string) string {
		head, query, _ := strings.Cut(address, "?")
		return head + "?" + joinPairs(encodePairs(without(parseQuery(query), name)))
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
			"The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
			`the signature is not that of "GET\n/mqtt\nX-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIALOCAL%2F20260102%2Fus-east-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20260102T030405Z&X-Amz-SignedHeaders=host\nhost:` + gatewayHost + `\n\nhost\n` + emptyHash + `" with the secret key of "AKIALOCAL"`,
			"the secret keys differ", "A-206", "A-206"},
		{"too old", good, 5*time.Minute + time.Second, requestExpired,
			"Signature expired: 20260102T030405Z is now earlier than 20260102T030406Z (20260102T030906Z - 5 min.)", "X-Amz-Date 20260102T030405Z is 5m1s ago", "sign anew for each connection; if this signature is new, set the client's clock", "A-204 D-39 D-40", "A-206, D-39, D-40"},
		{"too old, with X-Amz-Expires", pythonV1URL(tempToken), time.Hour, requestExpired,
			"Signature expired: 20260102T030405Z is now earlier than 20260102T035905Z (20260102T040405Z - 5 min.)", "", "X-Amz-Expires does not make a URL last longer", "A-204 D-39 D-40", "A-204, D-40"},
		{"just in time", good, 5 * time.Minute, "", "", "", "", "", "A-204, A-205"},
		{"too new", good, -5*time.Minute - time.Second, requestExpired,
			"Signature not yet current: 20260102T030405Z is still later than 20260102T030404Z (20260102T025904Z + 5 min.)", "5m1s ahead", "set the client's clock", "A-204 D-39", "A-206, D-39"},
		{"another region", u(longKey, longSecret, "", "eu-west-1", "iotdevicegateway"), 0, signatureMismatch,
			"Credential should be scoped to a valid region, not 'eu-west-1'. ", `signed for region "eu-west-1", this is us-east-1`, "sign for the endpoint's region", "A-206 D-42", "A-206, D-42"},
		{"control plane", u(longKey, longSecret, "", "us-east-1", "iot"), 0, signatureMismatch,
			"Credential should be scoped to correct service: 'iotdevicegateway'. ", `signed for service "iot", this is iotdevicegateway or iotdata`, "iot is the control plane's", "A-206 D-50", "A-199, D-50"},
		{"execute-api, another region", u(longKey, longSecret, "", "eu-west-1", "execute-api"), 0, signatureMismatch,
			"Credential should be scoped to a valid region, not 'eu-west-1'. Credential should be scoped to correct service: 'iotdevicegateway'. ", "", "execute-api is what SDKs sign for", "A-206 D-42 D-50", "D-42, D-50"},
		{"another end of the scope", strings.ReplaceAll(good, "aws4_request", "aws4"), 0, signatureMismatch, "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws4'. ", "does not end with /aws4_request", "", "A-206", "guess"},
		{"another day", strings.Replace(good, "20260102", "20260101", 1), 0, signatureMismatch,
			"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260101' != '20260102', from '20260102T030405Z'. ", "X-Amz-Date has 20260102", "", "A-206", "guess"},
		{"unknown key", u("AKIANOBODY", longSecret, "", "us-east-1", "iotdata"), 0, invalidToken,
			"The security token included in the request is invalid.", `no keys with the access key id "AKIANOBODY"`, "add the keys to credentials", "A-206", "A-206"},
		{"unknown temporary key", u("ASIANOBODY", longSecret, "", "us-east-1", "iotdata"), 0, invalidToken,
			"The security token included in the request is invalid.", `"ASIANOBODY"`, "get them from this emulator's STS", "A-206", "A-206"},
		{"keys swapped", u(strings.ReplaceAll(swapped, "/", "x"), "AKIALOCAL", "", "us-east-1", "iotdata"), 0, invalidToken,
			"The security token included in the request is invalid.", "that was sent, of 40 characters", "are access key id and secret key swapped?", "A-206", "A-206"},
		{"keys swapped, with slashes", u(swapped, "AKIALOCAL", "", "us-east-1", "iotdata"), 0, incompleteSignature,
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + swapped + "/20260102/us-east-1/iotdata/aws4_request'", "the credential has 7 parts", "", "A-196", "guess"},
		{"temporary key without token", cut(temporary, "X-Amz-Security-Token"), 0, invalidToken,
			"The security token included in the request is invalid.", "has no session token", "append &X-Amz-Security-Token= to the signed URL", "A-206 A-198", "A-206"},
		{"key of a user with a token", good + "&X-Amz-Security-Token=x", 0, invalidToken, "The security token included in the request is invalid.", "is a long-term one", "send no session token", "A-206", "A-206"},
		{"token of other keys", u(tempKey, tempSecret, "other", "us-east-1", "iotdata"), 0, invalidToken, "The security token included in the request is invalid.", "not that of access key ASIALOCAL", "that came with these very keys", "A-206", "A-206"},
		{"token encoded twice", u(tempKey, tempSecret, url.QueryEscape(tempToken), "us-east-1", "iotdata"), 0, invalidToken, "The security token included in the request is invalid.", "", "percent-encoded twice", "A-206", "A-198"},
		{"token with a space for +", strings.ReplaceAll(temporary, "%2B", "%20"), 0, invalidToken, "The security token included in the request is invalid.", "", "+ as %2B", "A-206", "A-198"},
		{"token cut off", u(tempKey, tempSecret, tempToken[:9], "us-east-1", "iotdata"), 0, invalidToken, "The security token included in the request is invalid.", "", "only its beginning", "A-206", "A-198"},
		{"token with a line break", u(tempKey, tempSecret, tempToken+"\n", "us-east-1", "iotdata"), 0, invalidToken, "The security token included in the request is invalid.", "", "cut off the space or line break", "A-206", "A-198"},
		{"encoded twice", strings.ReplaceAll(good, "%2F", "%252F"), 0, incompleteSignature,
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIALOCAL%2F20260102%2Fus-east-1%2Fiotdevicegateway%2Faws4_request'", "has 1 parts", "percent-encoded twice", "A-196 A-203", "A-203"},
		{"no signature", cut(good, "X-Amz-Signature"), 0, incompleteSignature, "AWS query-string parameters must include 'X-Amz-Signature'. Re-examine the query-string parameters.", "the query lacks X-Amz-Signature", "", "A-196", "A-196, guess"},
		{"no date", cut(good, "X-Amz-Date"), 0, incompleteSignature, "AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters.", "the query lacks X-Amz-Date", "", "A-196", "A-196, guess"},
		{"a date of another form", strings.ReplaceAll(good, "X-Amz-Date="+signedAt, "X-Amz-Date=2026-01-02"), 0, incompleteSignature,
			"Date must be in ISO-8601 'basic format'. Got '2026-01-02'. See http://en.wikipedia.org/wiki/ISO_8601", "X-Amz-Date is of another form", "", "A-196", "guess"},
		{"host not signed", strings.ReplaceAll(good, "SignedHeaders=host", "SignedHeaders=x-amz-date"), 0, incompleteSignature, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.", "host is not signed", "", "A-196", "guess"},
		{"another algorithm", strings.ReplaceAll(good, "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), 0, incompleteSignature, "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'.", "want AWS4-HMAC-SHA256", "", "A-196", "guess"},
		{"nothing signed", "wss://" + gatewayHost + "/mqtt", 0, missingToken, "Missing Authentication Token", "the request is not signed", "", "A-54", "A-206"},
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
			if !strings.Contains(refused.Detail, tt.detail) || !strings.Contains(refused.Hint, tt.hint) || strings.Join(refused.Rules, " ") != tt.rules {
				t.Errorf("got %q, hint %q, rules %v, want %q, %q, %s (%s)", refused.Detail, refused.Hint, refused.Rules, tt.detail, tt.hint, tt.rules, tt.source)
			}
			checkNoSecret(t, refused, longSecret, tempSecret, tempToken, swapped, find(parseQuery(f.HTTP.RawQuery), "X-Amz-Signature"))
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

// The clock of the registry counts, and keys end by it.
func TestSignatureClock(t *testing.T) {
	a := newSigners(t)
	c := a.Registry.IssueCredential(registry.Credential{UserName: longKey}, time.Hour)
	sign := func() *transport.Facts {
		r := httptest.NewRequest("GET", "https://localhost/mqtt", nil)
		keys := aws.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}
		if err := v4.NewSigner().SignHTTP(context.Background(), keys, r, emptyHash, "iotdevicegateway", "us-east-1", a.Registry.Now()); err != nil {
			t.Fatal(err)
		}
		return factsOf(r)
	}
	signed := sign()
	for _, tt := range []struct {
		name    string
		advance time.Duration
		facts   func() *transport.Facts
		want    string
		source  string
	}{
		{"new", 0, func() *transport.Facts { return signed }, "", "A-205"},
		{"again", 0, func() *transport.Facts { return signed }, "", "A-205"},
		{"after 6 minutes", 6 * time.Minute, func() *transport.Facts { return signed }, requestExpired, "A-204"},
		{"signed anew", 0, sign, "", "A-204"},
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

func TestSignedHosts(t *testing.T) {
	tests := []struct {
		name, signed, host, sni string
		note                    bool
		want                    bool
		source                  string
	}{
		{"as sent", "localhost:8443", "localhost:8443", "", false, true, "A-202"},
		{"upper case sent", gatewayHost, strings.ToUpper(gatewayHost), "", false, true, "A-201"},
		{"without the port", "localhost", "localhost:8443", "", true, true, "A-202, D-41"},
		{"port 443", gatewayHost, gatewayHost + ":443", "", true, true, "A-201, D-41"},
		{"SNI", gatewayHost, "proxy.example.test", gatewayHost, true, true, "A-202, D-41"},
		{"a domain configuration's", "iot.example.test", "localhost:8443", "", true, true, "A-202, D-41"},
		{"another", "elsewhere.example.test", "localhost:8443", "", false, false, "A-202"},
	}
	for _, tt := range tests {
		a := newSigners(t)
		if _, err := a.Registry.CreateDomainConfiguration(registry.DomainConfiguration{DomainConfigurationName: "own", DomainName: "iot.example.test"}); err != nil {
			t.Fatal(err)
		}
		f := factsFor(t, "GET", blogURL(longKey, longSecret, "", "us-east-1", "iotdevicegateway", tt.signed, "/mqtt"))
		f.HTTP.Host, f.ServerName = tt.host, tt.sni
		_, notes, err := a.verify(f, nil, gatewayServices)
		if (err == nil) != tt.want || (len(notes) == 1 && notes[0].Rule == "D-41" && strings.Contains(notes[0].Text, `"`+tt.signed+`"`)) != tt.note {
			t.Errorf("%s: got %v, notes %v, want verified %v, a note %v (%s)", tt.name, err, notes, tt.want, tt.note, tt.source)
		}
	}
}
