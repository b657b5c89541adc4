package sigv4

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/suback/suback/emulator/sigv4/sigv4test"
	"github.com/suback/suback/emulator/transport"
)

const (
	gatewayHost = "a1b2c3-ats.iot.us-east-1.amazonaws.com"
	longKey     = "AKIALOCAL"
	longSecret  = "secret/of+local"
	tempKey     = "ASIALOCAL"
	tempSecret  = "secret/of+session"
	tempToken   = "FwoGZXIvYXdzEA==/+token"
)

func moment(t *testing.T) time.Time {
	t.Helper()
	at, err := time.Parse(TimeFormat, sigv4test.At)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// requestFor is one to the device gateway, not read yet.
func requestFor(t *testing.T, method, address string, header ...transport.Field) *Request {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	h := &transport.HTTP{Method: method, Path: u.EscapedPath(), RawQuery: u.RawQuery, Host: u.Host, Header: header}
	return &Request{HTTP: h, AppendsToken: true}
}

// requestOf is requestFor of one as clients send it.
func requestOf(r *http.Request) *Request {
	h := &transport.HTTP{Method: r.Method, Path: r.URL.EscapedPath(), RawQuery: r.URL.RawQuery, Host: r.Host}
	for name, values := range r.Header {
		for _, v := range values {
			h.Header = append(h.Header, transport.Field{Name: name, Value: v})
		}
	}
	if r.ContentLength > 0 {
		h.Header = append(h.Header, transport.Field{Name: "Content-Length", Value: strconv.FormatInt(r.ContentLength, 10)})
	}
	return &Request{HTTP: h, AppendsToken: true}
}

// verify reads a signature and says why it is not one by longKey or tempKey.
func verify(r *Request, body string) (err error) {
	if r.Signature, err = Read(r.HTTP); err != nil {
		return err
	}
	r.Body = []byte(body)
	keys := map[string]struct{ secret, token string }{longKey: {longSecret, ""}, tempKey: {tempSecret, tempToken}}
	k, known := keys[r.AccessKeyID]
	if !known || r.Token != k.token {
		return errors.New("there are no such keys")
	}
	if host, ok := r.SignedHost(k.secret); !ok || host != r.Host {
		return errors.New(r.Explain(k.secret).Detail)
	}
	return nil
}

func TestHandWrittenSigners(t *testing.T) {
	good := sigv4test.URL(longKey, longSecret, "", "us-east-1", "iotdevicegateway", gatewayHost, "/mqtt")
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
		{"temporary keys", sigv4test.URL(tempKey, tempSecret, tempToken, "us-east-1", "iotdevicegateway", gatewayHost, "/mqtt"),
			"A-198, seed 003"},
		{"service iotdata", sigv4test.URL(longKey, longSecret, "", "us-east-1", "iotdata", gatewayHost, "/mqtt"), "A-199"},
		{"AWSIoTPythonSDK", sigv4test.PythonURL(tempKey, tempSecret, tempToken, gatewayHost), "A-196, A-199, A-204"},
		{"path /", sigv4test.URL(longKey, longSecret, "", "us-east-1", "iotdevicegateway", gatewayHost, "/"), "A-39"},
		{"another order", reordered(good), "A-203"},
		{"/ as it is", strings.ReplaceAll(good, "%2F", "/"), "A-203"},
		{"lower-case hexadecimal", strings.ReplaceAll(good, "%2F", "%2f"), "A-203"},
		{"encoded where it need not be", strings.ReplaceAll(good, longKey, "%41KIALOCAL"), "A-214"},
		{"+ in the token as it is", strings.ReplaceAll(sigv4test.URL(tempKey, tempSecret, tempToken, "us-east-1", "iotdata", gatewayHost,
			"/mqtt"), "%2B", "+"), "A-82"},
	}
	for _, tt := range tests {
		if err := verify(requestFor(t, "GET", tt.address), ""); err != nil {
			t.Errorf("%s: got %v, want it verified (%s)", tt.name, err, tt.source)
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
			r := requestFor(t, v.Method, v.URL, header...)
			r.AppendsToken = v.Service != "sts" && v.Service != "iot"
			err := verify(r, v.Body)
			if strings.HasSuffix(v.Name, "with the token signed") {
				if err == nil || !strings.Contains(err.Error(), "signed the query with its session token") {
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
	long, temporary := aws.Credentials{AccessKeyID: longKey, SecretAccessKey: longSecret}, aws.Credentials{AccessKeyID: tempKey,
		SecretAccessKey: tempSecret, SessionToken: tempToken}
	tests := []struct {
		name, method, address, service, body string
		keys                                 aws.Credentials
		header                               http.Header
		source                               string
	}{
		{"publish", "POST", "https://localhost:8443/topics/a%2Fb/c?qos=1", "iotdata", "hello", long, nil, "A-200"},
		{"with a token", "POST", "https://localhost:8443/topics/a?qos=1&contentType=a+b%20c~", "iotdata", "hello", temporary, nil,
			"A-200, A-203, A-210"},
		{"headers with spaces, twice", "POST", "https://localhost/topics/a", "iotdata", "hello", long,
			http.Header{"X-Amz-Mqtt5-User-Properties": {"  a   b ", "c"}}, "A-210"},
		{"duplicate parameters", "GET", "https://localhost/retainedMessage?b=2&a=2&a=1&c", "iotdata", "", long, nil, "A-203"},
	}
	for _, tt := range tests {
		r := httptest.NewRequest(tt.method, tt.address, strings.NewReader(tt.body))
		for name, values := range tt.header {
			r.Header[name] = values
		}
		if err := v4.NewSigner().SignHTTP(context.Background(), tt.keys, r, sigv4test.Hash(tt.body), tt.service, "us-east-1", at); err != nil {
			t.Fatal(err)
		}
		if err := verify(requestOf(r), tt.body); err != nil {
			t.Errorf("%s: got %v, want it verified (%s)", tt.name, err, tt.source)
		}
	}
	r := httptest.NewRequest("GET", "https://localhost:8443/mqtt", nil)
	address, _, err := v4.NewSigner().PresignHTTP(context.Background(), long, r, sigv4test.EmptyHash, "iotdevicegateway", "us-east-1", at)
	if err != nil {
		t.Fatal(err)
	}
	if err := verify(requestFor(t, "GET", address), ""); err != nil {
		t.Errorf("presigned: got %v, want it verified (A-196)", err)
	}
}
