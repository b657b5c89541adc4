package emulator_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/registry"
)

// loadConfig reads a suback.yaml of that text.
func loadConfig(t *testing.T, text string) (*emulator.Config, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "suback.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return emulator.LoadConfig(file)
}

func loadText(t *testing.T, text string) *emulator.Config {
	t.Helper()
	c, err := loadConfig(t, text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// addAccount makes an account for the time of a test.
func addAccount(t *testing.T, e *emulator.Emulator, o emulator.AccountOptions) *emulator.Account {
	t.Helper()
	a, err := e.AddAccount(o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// A connection is the account's that its path, its names, its key or its listener
// name, and no other's.
func TestWhoseConnection(t *testing.T) {
	e := emulator.Run(t, emulator.Embedded())
	one, two := addAccount(t, e, emulator.AccountOptions{Name: "one"}), addAccount(t, e, emulator.AccountOptions{Name: "two"})
	withTLS := func(listener, name string, alpn ...string) func() (net.Conn, error) {
		return func() (net.Conn, error) {
			c := e.ClientTLS()
			c.ServerName, c.NextProtos, c.InsecureSkipVerify = name, alpn, true //nolint:gosec // SNI alone matters
			return tls.Dial("tcp", e.Addr(listener), c)
		}
	}
	plain := func(a *emulator.Account) func() (net.Conn, error) {
		return func() (net.Conn, error) { return net.Dial("tcp", a.Addr(emulator.MQTT)) }
	}
	tests := []struct {
		what string
		dial func() (net.Conn, error)
		want *emulator.Account
	}{
		{"no name", withTLS(emulator.HTTPS, "", "mqtt"), e.Account("")},
		{"localhost", withTLS(emulator.HTTPS, "localhost", "mqtt"), e.Account("")},
		{"a name of none", withTLS(emulator.HTTPS, "three.localhost", "mqtt"), e.Account("")},
		{"SNI <name>.localhost", withTLS(emulator.HTTPS, "one.localhost", "mqtt"), one},
		{"SNI below it", withTLS(emulator.HTTPS, "a.one.localhost", "mqtt"), one},
		{"SNI in capitals", withTLS(emulator.HTTPS, "TWO.localhost", "mqtt"), two},
		{"SNI the endpoint", withTLS(emulator.HTTPS, two.Endpoint(), "mqtt"), two},
		{"SNI the first one's endpoint", withTLS(emulator.HTTPS, e.Endpoint(), "mqtt"), e.Account("")},
		{"its listener", plain(two), two},
		{"the first one's listener", plain(e.Account("")), e.Account("")},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			conn, err := tt.dial()
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, connectPacket(4, "pump-7", "", "me", "test", "")); err != nil {
				t.Fatal(err)
			}
			var ack [4]byte
			if _, err := io.ReadFull(conn, ack[:]); err != nil || ack[3] != 0 {
				t.Fatalf("got CONNACK % x, %v", ack, err)
			}
			for _, a := range []*emulator.Account{e.Account(""), one, two} {
				if got, want := len(a.Clients()) == 1, a == tt.want; got != want {
					t.Errorf("account %q: got it connected %v, want %v", a.Name(), got, want)
				}
			}
			tt.want.Reset()
		})
	}
}

// webSocket connects a client by a WebSocket of that path, and Host unless it is "". It
// returns nil if the upgrade is refused with 403.
func webSocket(t *testing.T, e *emulator.Emulator, path, host string) *websocket.Conn {
	t.Helper()
	header := http.Header{}
	if host != "" {
		header.Set("Host", host)
	}
	dialer := websocket.Dialer{Subprotocols: []string{"mqtt"}}
	conn, res, err := dialer.Dial("ws://"+e.Addr(emulator.HTTP)+path, header)
	if err != nil {
		if res == nil || res.StatusCode != http.StatusForbidden {
			t.Fatalf("%s: got %v, %v, want 101 or 403", path, res, err)
		}
		return nil
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.WriteMessage(websocket.BinaryMessage, []byte(connectPacket(4, "pump-7", "", "me", "test", "")))
	if _, ack, err := conn.ReadMessage(); err != nil || len(ack) != 4 || ack[3] != 0 {
		t.Errorf("%s: got CONNACK % x, %v, want success", path, ack, err)
	}
	return conn
}

// A WebSocket is the account's that its path, its Host or its key names.
func TestWhoseWebSocket(t *testing.T) {
	e := emulator.Run(t, emulator.Embedded())
	one, two := addAccount(t, e, emulator.AccountOptions{Name: "one"}), addAccount(t, e, emulator.AccountOptions{Name: "two"})
	for _, tt := range []struct {
		what, path, host string
		want             *emulator.Account
	}{
		{"nothing", "/mqtt", "", e.Account("")},
		{"path", "/_suback/accounts/one/mqtt", "", one},
		{"path, with a query", "/_suback/accounts/one/mqtt?x-amz-customauthorizer-name=authorizer", "", one},
		{"path before Host", "/_suback/accounts/one/", "two.localhost", one},
		{"Host", "/mqtt", "two.localhost", two},
		{"a path of none", "/_suback/accounts/three/mqtt", "", nil},
	} {
		conn := webSocket(t, e, tt.path, tt.host)
		if (conn != nil) != (tt.want != nil) {
			t.Errorf("%s: got it opened %v, want %v", tt.what, conn != nil, tt.want != nil)
		}
		if conn == nil || tt.want == nil {
			continue
		}
		for _, a := range []*emulator.Account{e.Account(""), one, two} {
			if got, want := len(a.Clients()) == 1, a == tt.want; got != want {
				t.Errorf("%s: account %q: got it connected %v, want %v", tt.what, a.Name(), got, want)
			}
		}
		tt.want.Reset()
	}
}

// endpointOf asks the control plane for the endpoint of the account that answers.
func endpointOf(t *testing.T, e *emulator.Emulator, path, host, key string) string {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, "http://"+e.Addr(emulator.HTTP)+path+"endpoint?endpointType=iot:Data-ATS", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key+"/20261128/us-east-1/iot/aws4_request, SignedHeaders=host, Signature=00")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var out struct{ EndpointAddress string }
	_ = json.NewDecoder(res.Body).Decode(&out)
	return out.EndpointAddress
}

// An HTTP request is the account's that its path, its Host or its key names, in this
// order.
func TestWhoseRequest(t *testing.T) {
	e := emulator.Run(t, emulator.Embedded())
	one, two := addAccount(t, e, emulator.AccountOptions{Name: "one"}), addAccount(t, e, emulator.AccountOptions{Name: "two"})
	tests := []struct {
		what, path, host, key string
		want                  *emulator.Account
	}{
		{"nothing", "/", "", "test", e.Account("")},
		{"path", "/_suback/accounts/one/", "", "test", one},
		{"path before Host", "/_suback/accounts/one/", "two.localhost", "test", one},
		{"Host with a port", "/", "two.localhost:4566", "test", two},
		{"Host before key", "/", "two.localhost", one.ID(), two},
		{"the id as key", "/", "", one.ID(), one},
		{"the first one's id", "/", "", e.ID(), e.Account("")},
		{"a path of none", "/_suback/accounts/three/", "", "test", nil},
	}
	for _, tt := range tests {
		want := ""
		if tt.want != nil {
			want = tt.want.Endpoint()
		}
		if got := endpointOf(t, e, tt.path, tt.host, tt.key); got != want {
			t.Errorf("%s: got endpoint %q, want %q", tt.what, got, want)
		}
	}
}

// The admin API makes, shows and ends accounts, and says what is wrong.
func TestAccountsAPI(t *testing.T) {
	e := emulator.Run(t, emulator.Embedded())
	tests := []struct {
		what, method, path, body string
		status                   int
		want                     string // in the answer
	}{
		{"make", "POST", "", `{"name": "t1"}`, 201, `"secretAccessKey"`},
		{"again", "POST", "", `{"name": "t1"}`, 409, `account \"t1\": there is an account of that name already`},
		{"a copy of a copy", "POST", "", `{"name": "t2", "from": "t1", "accountId": "123456789012"}`, 201, `"accountId":"123456789012"`},
		{"without a name", "POST", "", `{}`, 201, `"name":"account-1"`},
		{"bad name", "POST", "", `{"name": "T_1"}`, 400, `account name is \"T_1\", want 1 to 32 letters a to z, digits or -`},
		{"bad id", "POST", "", `{"name": "x", "accountId": "12"}`, 400, "want 12 digits"},
		{"from none", "POST", "", `{"name": "x", "from": "none"}`, 400, `account \"none\" to copy: there is none of that name, want one of \"\"`},
		{"unknown member", "POST", "", `{"nam": "x"}`, 400, `unknown field \"nam\"`},
		{"no JSON", "POST", "", `name=x`, 400, `want {\"name\": \"t1\"`},
		{"one", "GET", "/t1", "", 200, `"host":"t1.localhost","path":"/_suback/accounts/t1"`},
		{"all", "GET", "", "", 200, `"name":"t2"`},
		{"none", "GET", "/none", "", 404, "there is no account of that name"},
		{"trace of one", "GET", "/t1/_suback/trace", "", 200, ""},
		{"clients of one", "GET", "/../clients?account=t1", "", 200, "[]"},
		{"clients of none", "GET", "/../clients?account=none", "", 404, `there is no account \"none\"`},
		{"STS of one, as SDKs post it", "POST", "/t1", "Action=GetCallerIdentity&Version=2011-06-15", 403, "Forbidden"},
		{"STS of none", "POST", "/none", "Action=GetCallerIdentity&Version=2011-06-15", 404, "the admin API has no POST"},
		{"end", "DELETE", "/t1", "", 204, ""},
		{"end again", "DELETE", "/t1", "", 404, `account \"t1\": there is none of that name`},
	}
	for _, tt := range tests {
		url := "http://" + e.Addr(emulator.HTTP) + strings.Replace("/_suback/accounts"+tt.path, "/accounts/..", "", 1)
		r, err := http.NewRequest(tt.method, url, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != tt.status || !strings.Contains(string(body), tt.want) {
			t.Errorf("%s: got %d %s, want %d with %s", tt.what, res.StatusCode, body, tt.status, tt.want)
		}
	}
}

// A copy has what the configuration says, its ARNs with the copy's id, and nothing that
// happened in the original; what it had ends with it.
func TestCopiedAccount(t *testing.T) {
	c := loadText(t, `
accountId: "111122223333"
policies:
  - policyName: own
    policyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "iot:*", Resource: "arn:aws:iot:us-east-1:111122223333:topic/a"}]}
things: [{thingName: pump-7}]
tags: [{resourceArn: "arn:aws:iot:us-east-1:111122223333:policy/own", tags: {a: b}}]
`)
	e := emulator.Run(t, emulator.Options{Config: c})
	if _, err := emulator.RegistryOf(e).CreateThing(registry.Thing{ThingName: "made"}); err != nil {
		t.Fatal(err)
	}
	a := addAccount(t, e, emulator.AccountOptions{Name: "t1", ID: "444455556666"})
	var text bytes.Buffer
	if err := a.Export(&text, emulator.ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string]bool{
		"arn:aws:iot:us-east-1:444455556666:topic/a": true, "arn:aws:iot:us-east-1:444455556666:policy/own": true, "pump-7": true,
		"111122223333": false, "made": false,
	} {
		if got := strings.Contains(text.String(), what); got != want {
			t.Errorf("%s: got it %v, want %v in\n%s", what, got, want, &text)
		}
	}
	if err := e.RemoveAccount("t1"); err != nil || e.Account("t1") != nil {
		t.Errorf("got %v, %v, want the account gone", err, e.Account("t1"))
	}
}

// An account ends with connections that have not sent anything yet, at once; those of
// others go on.
func TestRemoveAccountWithHalfOpen(t *testing.T) {
	e := emulator.Run(t, emulator.Embedded())
	addAccount(t, e, emulator.AccountOptions{Name: "one"})
	c := e.ClientTLS()
	c.ServerName, c.NextProtos = "one.localhost", []string{"mqtt"}
	silent, err := tls.Dial("tcp", e.Addr(emulator.HTTPS), c)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	if _, err := silent.Write([]byte{0x10}); err != nil {
		t.Fatal(err)
	}
	stacks := make([]byte, 4<<20)
	eventually(t, "the account to have the connection, which it has once its first byte is there", func() bool {
		return bytes.Contains(stacks[:runtime.Stack(stacks, true)], []byte("hooks.(*Hook).greet("))
	})
	other := raw(t, e, "other")
	if err := e.RemoveAccount("one"); err != nil {
		t.Errorf("got %v, want it to end", err)
	}
	_ = silent.SetReadDeadline(time.Now().Add(patience))
	if _, err := silent.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
		t.Errorf("got %v, want the end", err)
	}
	if _, err := io.WriteString(other, "\xc0\x00"); err != nil {
		t.Error(err)
	}
	if _, err := io.ReadFull(other, make([]byte, 2)); err != nil {
		t.Errorf("the other's ping: got %v, want a PINGRESP", err)
	}
}

// What is wrong in an account of the file is told with its line.
func TestAccountMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"accounts:\n  Bad_Name: {}":                           `:2: account name is "Bad_Name", want 1 to 32`,
		"accounts:\n  a:\n    accounts: {b: {}}":              `:3: account "a" has accounts, want them beside it`,
		"accounts:\n  a:\n    thing: []":                      `:3: unknown key "thing", is "things" meant?`,
		"accounts:\n  a:\n    things: [{thingName: \"a b\"}]": `:3: thing "a b": thingName has ' '`,
		"accounts:\n  a:\n    accountId: \"12\"":              `:3: account "12"`,
		"accounts:\n  a:\n    functions: {api: maybe}":        `:3: functions.api is "maybe"`,
		"domainConfigurations: [{domainConfigurationName: d, domainName: x.test}]\n" +
			"accounts:\n  a:\n    domainConfigurations:\n      - {domainConfigurationName: d, domainName: X.test}": `:5: account "a": domainName "X.test" is account ""'s too`,
		"accounts:\n  a: {}\n  b: {defaultAuthorizerName: none}":      `:3: `,
		"accounts:\n  a:\n    limits: {rate: much}\n    things: [{}]": `:3: limits.rate is "much"`,
	} {
		c, err := loadConfig(t, text)
		if err == nil {
			_, err = emulator.New(emulator.Options{Config: c})
		}
		if err == nil || !strings.Contains(err.Error(), "suback.yaml"+want) {
			t.Errorf("%s: got %v, want …suback.yaml%s", text, err, want)
		}
	}
}

// A reload makes the accounts that are new in the file, changes those that stay, and
// ends the others; what AddAccount made stays.
func TestReloadAccounts(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Config: loadText(t, "accounts: {a: {}, b: {}}")})
	addAccount(t, e, emulator.AccountOptions{Name: "made"})
	if err := e.Reload(loadText(t, "accounts: {b: {things: [{thingName: new}]}, c: {}}")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"a": false, "b": true, "c": true, "made": true} {
		if got := e.Account(name) != nil; got != want {
			t.Errorf("account %s: got it %v, want %v", name, got, want)
		}
	}
	var text bytes.Buffer
	if err := e.Account("b").Export(&text, emulator.ExportOptions{}); err != nil || !strings.Contains(text.String(), "thingName: new") {
		t.Errorf("got %v\n%s\nwant the thing that is new", err, &text)
	}
}

// Accounts of the file keep their state apart from each other.
func TestAccountState(t *testing.T) {
	dir := t.TempDir()
	open := func() *emulator.Emulator {
		e, err := emulator.New(emulator.Options{Config: loadText(t, "accounts: {a: {}, b: {}}"), StateDir: dir})
		if err == nil {
			err = e.Start(context.Background())
		}
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	e := open()
	res := awsCall(t, e, "POST", "/_suback/accounts/a/things/of-a", `{}`)
	if res != http.StatusOK {
		t.Fatalf("CreateThing: got %d", res)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	e = open()
	defer e.Close()
	for path, want := range map[string]int{"/things/of-a": 404, "/_suback/accounts/a/things/of-a": 200,
		"/_suback/accounts/b/things/of-a": 404} {
		if got := awsCall(t, e, "GET", path, ""); got != want {
			t.Errorf("GET %s: got %d, want %d", path, got, want)
		}
	}
}

// awsCall calls the control plane.
func awsCall(t *testing.T, e *emulator.Emulator, method, path, body string) int {
	t.Helper()
	r, err := http.NewRequest(method, "http://"+e.Addr(emulator.HTTP)+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20261128/us-east-1/iot/aws4_request, SignedHeaders=host, Signature=00")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode
}

// Accounts answer with names of their own.
func TestAccountNames(t *testing.T) {
	e := emulator.Run(t, emulator.Embedded())
	seen := map[string]string{e.Endpoint(): "", e.ID(): ""}
	for i := range 3 {
		a := addAccount(t, e, emulator.AccountOptions{ID: []string{"", "", e.ID()}[i]})
		for _, own := range []string{a.Endpoint(), a.ID()} {
			if other, taken := seen[own]; taken && own != e.ID() {
				t.Errorf("account %q: %s is also that of %q", a.Name(), own, other)
			}
			seen[own] = a.Name()
		}
		text, err := json.Marshal(fmt.Sprint(a.ClientTLS().ServerName))
		if want := a.Name() + ".localhost"; err != nil || string(text) != fmt.Sprintf("%q", want) {
			t.Errorf("got server name %s, want %s", text, want)
		}
	}
}
