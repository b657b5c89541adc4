package authn

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
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
	addSigners(t, r)
	return &Authenticator{Registry: r}
}

func addSigners(t *testing.T, r *registry.Registry) {
	t.Helper()
	for _, c := range []registry.Credential{
		{AccessKeyID: longKey, SecretAccessKey: longSecret},
		{AccessKeyID: tempKey, SecretAccessKey: tempSecret, SessionToken: tempToken},
	} {
		if _, err := r.PutCredential(c); err != nil {
			t.Fatal(err)
		}
	}
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
