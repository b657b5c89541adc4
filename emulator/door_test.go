package emulator_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

// signedBy is an Authorization that any program can make up: no key is known here.
func signedBy(service string) string {
	return "AWS4-HMAC-SHA256 Credential=NOBODY/20260101/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=00"
}

// A request is one of this file's tables.
type request struct {
	method, path string
	service      string // for which it is signed, "" for none
	target       string // X-Amz-Target
	body         string
}

// send sends a request to a listener and returns the answer with its body.
func (q request) send(t *testing.T, e *emulator.Emulator, listener string, header map[string]string) (*http.Response, string) {
	t.Helper()
	scheme := "http"
	if listener == emulator.HTTPS {
		scheme = "https"
	}
	r, err := http.NewRequest(q.method, scheme+"://"+e.Addr(listener)+q.path, strings.NewReader(q.body))
	must(t, err)
	if q.service != "" {
		r.Header.Set("Authorization", signedBy(q.service))
	}
	if q.target != "" {
		r.Header.Set("X-Amz-Target", q.target)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
		r.Header.Del("Host")
	}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: e.ClientTLS(), DisableKeepAlives: true}, Timeout: patience}
	answer, err := client.Do(r)
	must(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(t, err)
	return answer, string(text)
}

// TestHosts: no request and no upgrade comes in under a name that is not ours, so
// that no page can take one of its own to this machine [H-2].
func TestHosts(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Hosts: []string{"mine.test", "*.lan.test"}, Config: &emulator.Config{
		EndpointAddress:      "iot.endpoint.test",
		DomainConfigurations: []registry.DomainConfiguration{{DomainConfigurationName: "d", DomainName: "things.domain.test"}},
	}})
	tests := []struct {
		host   string
		ours   bool
		source string
	}{
		{"localhost", true, "conventions"}, {"LOCALHOST:80", true, "any case"}, {"a.b.localhost:1", true, "RFC 6761"},
		{"127.0.0.1", true, "an address"}, {"[::1]:4566", true, "an address"}, {"10.1.2.3:8443", true, "an address cannot be rebound"},
		{"suback", true, "a compose service"}, {"host.docker.internal:4566", true, "conventions"},
		{"iot.endpoint.test", true, "endpointAddress"}, {"things.domain.test:443", true, "a domain configuration"},
		{"mine.test", true, "--host"}, {"a.lan.test:4566", true, "--host *.lan.test"}, {"mine.test.", true, "with a dot"},
		{"iot.us-east-1.amazonaws.com", true, "AWS's"}, {"a1b2c3-ats.iot.eu-west-1.amazonaws.com", true, "AWS's, another region"},
		{"sts.amazonaws.com", true, "AWS's"}, {"data.iot.cn-north-1.amazonaws.com.cn", true, "AWS's"}, {"iot.us-east-1.api.aws", true, "AWS's"},
		{"evil.example", false, "H-2"}, {"evil.example:4566", false, "H-2"}, {"localhost.evil.example", false, "H-2"},
		{"127.0.0.1.nip.io", false, "H-2"}, {"notlocalhost.example", false, "H-2"}, {"lan.test", false, "only what is below it"},
		{"evilmine.test", false, "no suffix"}, {"iot.us-east-1.amazonaws.com.evil.example", false, "H-2"},
		{"lb-1.us-east-1.elb.amazonaws.com", false, "a customer's"}, {"ec2-1-2-3-4.us-west-2.compute.amazonaws.com", false, "a customer's"},
		{"evil.iot.endpoint.test", false, "H-2"}, {"", true, "HTTP/1.0"},
	}
	requests := []request{
		{"GET", "/_suback/clients", "", "", ""}, {"GET", "/metrics", "", "", ""}, {"GET", "/things", "iot", "", ""},
		{"POST", "/topics/a", "", "", "x"}, {"POST", "/", "", "AWSCognitoIdentityService.GetId", "{}"},
	}
	for _, tt := range tests {
		t.Run(tt.host, func(t *testing.T) {
			for _, q := range requests {
				for _, listener := range []string{emulator.HTTP, emulator.HTTPS} {
					if tt.host == "" {
						continue // the client would fill it in
					}
					answer, body := q.send(t, e, listener, map[string]string{"Host": tt.host})
					refused := answer.StatusCode == 403 && strings.Contains(body, "--host")
					if refused == tt.ours {
						t.Errorf("%s on %s for %q: got %d %s, want let in: %v (%s)", q.path, listener, tt.host, answer.StatusCode, body, tt.ours, tt.source)
					}
				}
			}
			_, answer, err := websocket.DefaultDialer.Dial("ws://"+e.Addr(emulator.HTTP)+"/mqtt",
				http.Header{"Host": {tt.host}, "Sec-WebSocket-Protocol": {"mqtt"}})
			if (err == nil) != tt.ours && tt.host != "" {
				t.Errorf("upgrade for %q: got %v, want let in: %v (%s)", tt.host, answer, tt.ours, tt.source)
			}
		})
	}
	e.Trace().Reset()
	requests[0].send(t, e, emulator.HTTP, map[string]string{"Host": "evil.example"})
	explained(t, e, cause{operation: trace.Transport, reason: "HOST_UNKNOWN", detail: "evil.example", hint: "--host", saw: "403 Forbidden"})
}

// foreign is what browsers send with a request of a page of another origin: with
// fetch, without Origin (an image, a script), from a sandbox, from another port.
var foreign = map[string]map[string]string{
	"fetch":          {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"},
	"old browser":    {"Origin": "https://evil.example"},
	"image":          {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
	"sandboxed page": {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
	"another port":   {"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"},
	"form":           {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
}

// TestPagesOfOtherOrigins: they reach what AWS's pages reach, and nothing of what
// changes or tells what is here [H-1, H-4].
func TestPagesOfOtherOrigins(t *testing.T) {
	e := emulator.Run(t, emulator.Embedded())
	closed := []request{
		{"GET", "/_suback/clients", "", "", ""}, {"GET", "/_suback/trace", "", "", ""}, {"GET", "/_suback/export", "", "", ""},
		{"GET", "/_suback/health", "", "", ""}, {"GET", "/health", "", "", ""}, {"GET", "/_localstack/health", "", "", ""},
		{"GET", "/_suback/counts", "", "", ""}, {"GET", "/_suback/documents?client=a", "", "", ""},
		{"GET", "/_suback/console/app.js", "", "", ""},
		{"GET", "/_suback/ca.pem", "", "", ""}, {"GET", "/_suback/coverage", "", "", ""}, {"GET", "/metrics", "", "", ""},
		{"POST", "/_suback/reset", "", "", ""}, {"POST", "/_localstack/state/reset", "", "", ""}, {"POST", "/moto-api/reset", "", "", ""},
		{"POST", "/_suback/clock", "", "", `{"advance": "1h"}`},
		{"GET", "/things", "iot", "", ""}, {"POST", "/things/evil", "iot", "", "{}"}, {"POST", "/keys-and-certificate", "iot", "", "{}"},
		{"GET", "/endpoint", "", "", ""}, {"GET", "/endpoint", "execute-api", "", ""},
		{"POST", "/authorizer/a/test", "iot", "", "{}"},
		{"POST", "/2015-03-31/functions", "lambda", "", "{}"}, {"GET", "/2015-03-31/functions/", "", "", ""},
		{"POST", "/2015-03-31/functions/f/invocations", "lambda", "", "{}"},
		{"POST", "/", "acm", "CertificateManager.ListCertificates", "{}"}, {"POST", "/", "", "CertificateManager.ListCertificates", "{}"},
	}
	open := []struct {
		request
		status int
	}{
		{request{"POST", "/topics/a", "", "", "x"}, 403}, // nobody who may publish, and said as AWS says it
		{request{"POST", "/", "", "AWSCognitoIdentityService.GetId", `{"IdentityPoolId":"us-east-1:00000000-0000-0000-0000-000000000000"}`}, 400},
		{request{"POST", "/", "sts", "", "Action=GetCallerIdentity&Version=2011-06-15"}, 403}, // by STS: it wants a date
	}
	for name, header := range foreign {
		t.Run(name, func(t *testing.T) {
			for _, q := range closed {
				answer, body := q.send(t, e, emulator.HTTP, header)
				if answer.StatusCode != 403 || !strings.Contains(body, "--allow-origin") || answer.Header.Get("Access-Control-Allow-Origin") != "" {
					t.Errorf("%s %s: got %d %v %s, want 403 that no page reads (H-1)", q.method, q.path, answer.StatusCode, answer.Header, body)
				}
			}
			for _, q := range open {
				answer, body := q.send(t, e, emulator.HTTP, header)
				readable := answer.Header.Get("Access-Control-Allow-Origin") == "*" || header["Origin"] == ""
				if answer.StatusCode != q.status || strings.Contains(body, "--allow-origin") || !readable {
					t.Errorf("%s %s: got %d %v %s, want %d that a page reads (A-47)", q.method, q.path, answer.StatusCode, answer.Header, body, q.status)
				}
			}
		})
	}
	if n := e.Trace().Counts().Refused; n == 0 {
		t.Error("got no record, want one for each refusal")
	}
	explained(t, e, cause{operation: trace.Transport, reason: "CROSS_ORIGIN", detail: "from a web page of", hint: "--allow-origin",
		saw: "403 Forbidden"})
	for _, q := range closed[:1] { // the same page's own, and programs
		for _, header := range []map[string]string{{}, {"Origin": "http://" + e.Addr(emulator.HTTP)}, {"Sec-Fetch-Site": "same-origin"},
			{"Sec-Fetch-Site": "none"}} {
			if answer, body := q.send(t, e, emulator.HTTP, header); answer.StatusCode != 200 {
				t.Errorf("%s with %v: got %d %s, want 200", q.path, header, answer.StatusCode, body)
			}
		}
	}
}

// TestPreflights: who would answer the request answers whether it may be sent, by
// its path, whatever headers it announces [H-1].
func TestPreflights(t *testing.T) {
	e := emulator.Run(t, emulator.Options{AllowOrigins: []string{"http://localhost:3000"}})
	tests := []struct {
		path, method string
		allowed      bool // for any origin
		forFriend    bool // for one of AllowOrigins
	}{
		{"/", "POST", true, true}, // Cognito, STS
		{"/topics/a", "POST", true, true}, {"/retainedMessage/a", "GET", true, true}, {"/connections/a", "DELETE", true, true},
		{"/things", "GET", false, true}, {"/things/a", "POST", false, true}, {"/policies/p", "POST", false, true},
		{"/keys-and-certificate", "POST", false, true},
		{"/_suback/clients", "GET", false, true}, {"/_suback/reset", "POST", false, true}, {"/metrics", "GET", false, true},
		{"/2015-03-31/functions", "POST", false, true}, // the request itself is refused to all: see TestFunctionsDoor
		{"/2015-03-31/functions/f/invocations", "POST", false, true},
	}
	for _, tt := range tests {
		for _, announced := range []string{"authorization,x-amz-target", "x-amz-target", "content-type", ""} {
			for origin, want := range map[string]bool{"https://evil.example": tt.allowed, "http://localhost:3000": tt.forFriend,
				"null": tt.allowed} {
				answer, _ := request{"OPTIONS", tt.path, "", "", ""}.send(t, e, emulator.HTTP,
					map[string]string{"Origin": origin, "Access-Control-Request-Method": tt.method, "Access-Control-Request-Headers": announced})
				got := answer.StatusCode < 300 && answer.Header.Get("Access-Control-Allow-Origin") != ""
				if got != want {
					t.Errorf("%s %s announcing %q from %s: got %d %v, want allowed: %v", tt.method, tt.path, announced, origin, answer.StatusCode,
						answer.Header, want)
				}
			}
		}
	}
	for path, want := range map[string]int{"/things": 200, "/_suback/clients": 200} {
		answer, body := request{"GET", path, "iot", "", ""}.send(t, e, emulator.HTTP,
			map[string]string{"Origin": "http://localhost:3000", "Sec-Fetch-Site": "same-site"})
		if answer.StatusCode != want || answer.Header.Get("Access-Control-Allow-Origin") != "http://localhost:3000" {
			t.Errorf("%s from an allowed origin: got %d %v %s, want %d that it reads", path, answer.StatusCode, answer.Header, body, want)
		}
	}
}

// createFunction is a call that has this machine run code.
func createFunction(t *testing.T, name string) request {
	t.Helper()
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	f, err := z.CreateHeader(&zip.FileHeader{Name: "index.py"})
	must(t, err)
	_, err = io.WriteString(f, "def handler(e, c): return 1\n")
	must(t, err)
	must(t, z.Close())
	text, err := json.Marshal(map[string]any{"FunctionName": name, "Runtime": "python3.11", "Role": "arn:aws:iam::123456789012:role/x",
		"Handler": "index.handler",
		"Code":    map[string]string{"ZipFile": base64.StdEncoding.EncodeToString(archive.Bytes())}})
	must(t, err)
	return request{"POST", "/2015-03-31/functions", "lambda", "", string(text)}
}

// TestFunctionsDoor: what has this machine run code is taken on the http listener,
// from this machine, from no page, and not at all where the file says so.
func TestFunctionsDoor(t *testing.T) {
	const there = "/2015-03-31/functions/there"
	tests := []struct {
		name     string
		config   emulator.Config
		listener string
		header   map[string]string
		want     string // in the refusal, "" for none
	}{
		{"as always", emulator.Config{}, emulator.HTTP, nil, ""},
		{"switched on", emulator.Config{FunctionsAPI: "on"}, emulator.HTTP, nil, ""},
		{"switched off", emulator.Config{FunctionsAPI: "off"}, emulator.HTTP, nil, "functions: {api: off}"},
		{"on https", emulator.Config{}, emulator.HTTPS, nil, "--http"},
		{"from a page that may use the rest", emulator.Config{}, emulator.HTTP, map[string]string{"Origin": "http://localhost:3000"},
			"not for web pages"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.config.Functions = map[string]emulator.Function{"there": {Endpoint: "http://127.0.0.1:1"}}
			e := emulator.Run(t, emulator.Options{Config: &tt.config, AllowOrigins: []string{"http://localhost:3000"}})
			create := createFunction(t, "f")
			for _, q := range []request{
				create, {"PUT", there + "/code", "lambda", "", "{}"}, {"PUT", there + "/configuration", "lambda", "", `{"Handler":"x.y"}`},
				{"POST", there + "/invocations", "lambda", "", "{}"}, {"GET", there, "lambda", "", ""},
				{"GET", there + "/configuration", "lambda", "", ""},
				{"GET", "/2015-03-31/functions/", "lambda", "", ""}, {"DELETE", there, "lambda", "", ""},
			} {
				answer, body := q.send(t, e, tt.listener, tt.header)
				refused := answer.StatusCode == 403 && strings.Contains(body, tt.want) &&
					answer.Header.Get("X-Amzn-Errortype") == "AccessDeniedException"
				if refused != (tt.want != "") {
					t.Errorf("%s %s: got %d %v %s, want a refusal with %q", q.method, q.path, answer.StatusCode, answer.Header, body, tt.want)
				}
			}
			permission := request{"POST", "/2015-03-31/functions/there/policy", "lambda", "",
				`{"StatementId":"s","Action":"lambda:InvokeFunction","Principal":"iot.amazonaws.com"}`}
			if tt.want == "" {
				return // it has been deleted
			}
			if answer, body := permission.send(t, e, tt.listener, tt.header); answer.StatusCode != 201 {
				t.Errorf("AddPermission, which runs nothing: got %d %s, want 201", answer.StatusCode, body)
			}
		})
	}
}

// TestBodiesInTime: a body that does not come is not waited for, holds up no
// reload, and the connection ends [H-7].
func TestBodiesInTime(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Bounds: emulator.Bounds{RequestTime: 300 * time.Millisecond, BodyBytes: 1000}})
	for _, path := range []string{"/topics/a", "/things/a", "/2015-03-31/functions", "/", "/_suback/clock"} {
		conn := dialed(t, func() (net.Conn, error) { return net.Dial("tcp", e.Addr(emulator.HTTP)) })
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: %s\r\nContent-Length: 100\r\n\r\nhalf", path, signedBy("iot"))
		must(t, e.Reload(&emulator.Config{}))
		must(t, e.Reload(&emulator.Config{}))
		must(t, conn.SetReadDeadline(time.Now().Add(patience)))
		text, _ := io.ReadAll(conn)
		answer := string(text)
		if !strings.HasPrefix(answer, "HTTP/1.1 408 ") || !strings.Contains(answer, "--request-time") {
			t.Errorf("%s: got %q, want 408 with the flag", path, answer)
		}
	}
	explained(t, e, cause{operation: trace.Transport, reason: "REQUEST_TIMEOUT", detail: "4 bytes came", hint: "--request-time"})
	answer, body := request{"POST", "/things/a", "iot", "", strings.Repeat(" ", 1001)}.send(t, e, emulator.HTTP, nil)
	if answer.StatusCode != 413 || !strings.Contains(body, "--max-body") {
		t.Errorf("a body over the bound: got %d %s, want 413 with the flag", answer.StatusCode, body)
	}
	_, metrics := request{"GET", "/metrics", "", "", ""}.send(t, e, emulator.HTTP, nil)
	for _, want := range []string{`suback_bound_hits_total{bound="body_bytes"} 1`, `suback_bound_hits_total{bound="request_time"} 5`} {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("got no %s in the metrics", want)
		}
	}
}

// TestReloadWaitsForNobody: a function that runs for long holds up no reload, and
// goes on [H-7].
func TestReloadWaitsForNobody(t *testing.T) {
	begun, finish := make(chan struct{}), make(chan struct{})
	o := emulator.Options{Config: &emulator.Config{}, Functions: map[string]emulator.LambdaFunc{
		"slow": func(context.Context, []byte) ([]byte, error) {
			close(begun)
			<-finish
			return []byte(`"done"`), nil
		}}}
	e := emulator.Run(t, o)
	answered := make(chan string, 1)
	go func() {
		_, body := request{"POST", "/2015-03-31/functions/slow/invocations", "lambda", "", "{}"}.send(t, e, emulator.HTTP, nil)
		answered <- body
	}()
	<-begun
	for range 3 {
		must(t, e.Reload(&emulator.Config{}))
	}
	close(finish)
	if got := <-answered; got != `"done"` {
		t.Errorf("got %s, want the answer of the function", got)
	}
}

// TestUnreadableRequestWithBody: the client reads the answer to a request that is
// refused before its body is read [H-14].
func TestUnreadableRequestWithBody(t *testing.T) {
	e := emulator.Run(t, emulator.Options{})
	for _, listener := range []string{emulator.HTTP, emulator.HTTPS} {
		for range 20 { // a reset would not lose the answer each time
			conn := dialed(t, func() (net.Conn, error) {
				if listener == emulator.HTTPS {
					return tls.Dial("tcp", e.Addr(listener), e.ClientTLS())
				}
				return net.Dial("tcp", e.Addr(listener))
			})
			fmt.Fprintf(conn, "POST /topics/%%zz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n%s", strings.Repeat("x", 50_000))
			must(t, conn.SetReadDeadline(time.Now().Add(patience)))
			text, err := io.ReadAll(conn)
			if !strings.HasPrefix(string(text), "HTTP/1.1 400 ") || err != nil {
				t.Fatalf("%s: got %q, %v, want 400 and an orderly end", listener, text, err)
			}
			_ = conn.Close()
		}
	}
}
