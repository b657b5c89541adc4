package emulator_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

// letIn lets everybody do everything.
const letIn = `{"isAuthenticated": true, "principalId": "p", "disconnectAfterInSeconds": 3600, "refreshAfterInSeconds": 3600,
	"policyDocuments": ["{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"]}`

// keptByConnection is an account with an authorizer whose answers count for a connection.
const keptByConnection = `
authorizers:
  - {authorizerName: a, authorizerFunctionArn: f, signingDisabled: true, enableCachingForHttp: true, status: ACTIVE}
defaultAuthorizerName: a
`

// What an authorizer answered for one account does not count in another, though both
// requests come by one connection.
func TestOneConnectionForTwoAccounts(t *testing.T) {
	asked := make(chan string, 10)
	e := emulator.Run(t, emulator.Options{
		Config: loadText(t, keptByConnection),
		Functions: map[string]emulator.LambdaFunc{"f": func(_ context.Context, event []byte) ([]byte, error) {
			asked <- string(event)
			return []byte(letIn), nil
		}},
	})
	addAccount(t, e, emulator.AccountOptions{Name: "one"})
	wire, err := tls.Dial("tcp", e.Addr(emulator.HTTPS), e.ClientTLS())
	if err != nil {
		t.Fatal(err)
	}
	defer wire.Close()
	_ = wire.SetDeadline(time.Now().Add(patience))
	r := bufio.NewReader(wire)
	for i, tt := range []struct {
		path string
		want int // how often it has been asked
	}{
		{"/topics/a", 1}, {"/topics/a", 1}, {"/_suback/accounts/one/topics/a", 2}, {"/_suback/accounts/one/topics/a", 2},
		{"/topics/a", 2},
	} {
		fmt.Fprintf(wire, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", tt.path)
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		if res.StatusCode != 200 || len(asked) != tt.want {
			t.Errorf("request %d: got %d, asked %d times, want 200, %d", i, res.StatusCode, len(asked), tt.want)
		}
	}
}

// No account gets what comes for a name of another: neither the copy of a domain
// configuration, nor one that is called as the other's own names are.
func TestNamesOfOthers(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Config: loadText(t, `
domainConfigurations: [{domainConfigurationName: d, domainName: mqtt.example.test}]
accounts:
  b: {domainConfigurations: [{domainConfigurationName: d, domainName: mqtt.b.test}]}
`)})
	a, two := addAccount(t, e, emulator.AccountOptions{Name: "a"}), addAccount(t, e, emulator.AccountOptions{Name: "two"})
	addAccount(t, e, emulator.AccountOptions{Name: "aa", From: "b"})
	for i, name := range []string{"two.localhost", two.Endpoint(), "mine.test"} {
		_, err := emulator.RegistryOfAccount(a).CreateDomainConfiguration(registry.DomainConfiguration{
			DomainConfigurationName: fmt.Sprintf("d%d", i), DomainName: name})
		if err != nil {
			t.Logf("%s: %v", name, err)
		}
	}
	for host, want := range map[string]*emulator.Account{
		"mqtt.example.test": e.Account(""), "mqtt.b.test": e.Account("b"), "two.localhost": two, two.Endpoint(): two, "mine.test": a,
		"x.two.localhost.": two, "TWO.LocalHost:80": two, "[::1]": e.Account(""), "[::1]:4566": e.Account(""), "localhost": e.Account(""),
	} {
		if got := endpointOf(t, e, "/", host, "test"); got != want.Endpoint() {
			t.Errorf("%s: got endpoint %s, want %s of %q", host, got, want.Endpoint(), want.Name())
		}
	}
}

// functions: {api: off} holds for all accounts.
func TestFunctionsOffForAll(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Config: loadText(t, "functions: {api: off}\naccounts: {a: {}, b: {functions: {api: on}}}")})
	addAccount(t, e, emulator.AccountOptions{Name: "c", From: "b"})
	for _, prefix := range []string{"", "/_suback/accounts/a", "/_suback/accounts/b", "/_suback/accounts/c"} {
		r, err := http.NewRequest("POST", "http://"+e.Addr(emulator.HTTP)+prefix+"/2015-03-31/functions", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20261128/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=00")
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != 403 || !strings.Contains(string(body), "functions: {api: off}") {
			t.Errorf("%q: got %d %s, want 403 with functions: {api: off}", prefix, res.StatusCode, body)
		}
	}
}

// A path names an account in the form that it is sent in, for all that look at it.
func TestAccountPathForms(t *testing.T) {
	e := emulator.Run(t, emulator.Embedded())
	one := addAccount(t, e, emulator.AccountOptions{Name: "one"})
	for _, tt := range []struct {
		path string
		want *emulator.Account
	}{
		{"/_suback/accounts/one/mqtt", one}, {"/_suback/accounts/one/%6dqtt", one}, {"/%6dqtt", e.Account("")},
		{"/_suback/accounts/%6fne/mqtt", nil}, {"/_suback/accounts/one%2fmqtt", nil}, {"/_suback/accounts/one/../mqtt", nil},
		{"/_suback/accounts//one/mqtt", nil}, {"//_suback/accounts/one/mqtt", nil}, {"/_suback/accounts/one/_suback/accounts/one/mqtt", nil},
	} {
		conn := webSocket(t, e, tt.path, "")
		if (conn != nil) != (tt.want != nil) {
			t.Errorf("%s: got it opened %v, want %v", tt.path, conn != nil, tt.want != nil)
		}
		if conn == nil || tt.want == nil {
			continue
		}
		if len(tt.want.Clients()) != 1 {
			t.Errorf("%s: not in account %q", tt.path, tt.want.Name())
		}
		tt.want.Reset()
	}
}

// The door is the same by every way to an account: pages of other origins and strange
// hosts get no further, whatever the path looks like.
func TestDoorOfAccounts(t *testing.T) {
	e := emulator.Run(t, emulator.Embedded())
	addAccount(t, e, emulator.AccountOptions{Name: "one"})
	const a = "/_suback/accounts"
	for _, tt := range []struct {
		method, path, host, origin string
		want                       int
	}{
		{"POST", a, "", "http://evil.test", 403}, {"DELETE", a + "/one", "", "http://evil.test", 403}, {"GET", a, "", "http://evil.test", 403},
		{"POST", a, "evil.test", "", 403}, {"DELETE", a + "/one", "one.localhost.evil.test", "", 403},
		{"OPTIONS", a, "", "http://evil.test", 403}, {"OPTIONS", a + "/one", "", "http://evil.test", 403},
		{"POST", a + "/one/_suback/reset", "", "http://evil.test", 403}, {"POST", a + "/one/_suback/accounts", "", "http://evil.test", 403},
		{"POST", "/_suback/reset?account=one", "", "http://evil.test", 403}, {"POST", a + "/one/things/x", "", "http://evil.test", 403},
		{"POST", a + "/one/../../_suback/reset", "", "http://evil.test", 403},
		{"POST", a + "/one/%2e%2e/_suback/reset", "", "http://evil.test", 403},
		{"POST", "//_suback/accounts", "", "http://evil.test", 403}, {"POST", "/_suback%2faccounts", "", "http://evil.test", 403},
		{"POST", a + "/one//_suback/reset", "", "http://evil.test", 403}, {"POST", a + "/o%6ee/_suback/reset", "", "http://evil.test", 403},
		{"GET", a + "/one/metrics", "", "http://evil.test", 403}, {"GET", "/metrics?account=one", "", "http://evil.test", 403},
		{"POST", a + "/one", "", "http://one.localhost", 403}, // no service
		{"OPTIONS", a + "/one", "", "POST http://evil.test", 200},
		{"OPTIONS", a + "/one/topics/x", "", "POST http://evil.test", 200},
		{"OPTIONS", a + "/one/2015-03-31/functions", "", "POST http://evil.test", 403},
		{"OPTIONS", a + "/one/things/x", "", "DELETE http://evil.test", 403},
	} {
		r, err := http.NewRequest(tt.method, "http://"+e.Addr(emulator.HTTP), nil)
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Opaque, r.Host = tt.path, tt.host
		if asked, origin, ok := strings.Cut(tt.origin, " "); ok {
			tt.origin = origin
			r.Header.Set("Access-Control-Request-Method", asked)
		} else if tt.method == "OPTIONS" {
			r.Header.Set("Access-Control-Request-Method", "DELETE")
		}
		if tt.origin != "" {
			r.Header.Set("Origin", tt.origin)
		}
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != tt.want {
			t.Errorf("%s %s %s %s: got %d %s, want %d", tt.method, tt.path, tt.host, tt.origin, res.StatusCode, body, tt.want)
		}
	}
	if e.Account("one") == nil || len(e.Accounts()) != 2 {
		t.Errorf("got %d accounts, want two", len(e.Accounts()))
	}
}

// A key in the URL chooses the account as one in the header does.
func TestKeyInURL(t *testing.T) {
	e := emulator.Run(t, emulator.Embedded())
	one := addAccount(t, e, emulator.AccountOptions{Name: "one"})
	res, err := http.Get("http://" + e.Addr(emulator.HTTP) + "/topics/a?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + one.ID() +
		"%2F20261128%2Fus-east-1%2Fiotdata%2Faws4_request")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if n := len(one.Trace().Events(trace.Filter{})); n == 0 {
		t.Errorf("got no event in account one, want the request")
	}
}

// A copy of a copy has ARNs of its own; one that is made before the start has a
// listener too.
func TestCopyOfCopy(t *testing.T) {
	e, err := emulator.New(emulator.Options{Config: loadText(t, `
accountId: "111122223333"
policies:
  - policyName: own
    policyDocument:
      Version: "2012-10-17"
      Statement: [{Effect: Allow, Action: "iot:*", Resource: "arn:aws:iot:us-east-1:111122223333:topic/a"}]
tags: [{resourceArn: "arn:aws:iot:us-east-1:111122223333:policy/own", tags: {a: b}}]
`)})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	one := addAccount(t, e, emulator.AccountOptions{Name: "one"})
	two, err := e.AddAccount(emulator.AccountOptions{Name: "two", From: "one", ID: "444455556666"})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := two.Export(&text, emulator.ExportOptions{}); err != nil || !strings.Contains(text.String(), "444455556666:topic/a") ||
		strings.Contains(text.String(), "111122223333") {
		t.Errorf("got %v\n%s, want ARNs of 444455556666", err, &text)
	}
	if one.Addr(emulator.MQTT) == e.Addr(emulator.MQTT) {
		t.Errorf("got %s for both, want a listener of its own", one.Addr(emulator.MQTT))
	}
}

// What is wrong in one account of a file changes no account.
func TestReloadChangesAllOrNone(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Config: loadText(t, "accounts: {a: {}}")})
	err := e.Reload(loadText(t, `things: [{thingName: new}]
accounts: {a: {things: [{thingName: new}]}, b: {things: [{thingName: "b d"}]}}`))
	if err == nil || !strings.Contains(err.Error(), `suback.yaml:2: thing "b d"`) {
		t.Errorf("got %v, want the thing in line 2", err)
	}
	for _, a := range e.Accounts() {
		if _, there := emulator.RegistryOfAccount(a).Thing("new"); there {
			t.Errorf("account %q: got the thing that is new, want none", a.Name())
		}
	}
}
