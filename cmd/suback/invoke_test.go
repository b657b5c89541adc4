package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/transport"
)

// TestInvokeRequest: the connection that the flags describe, as a client would
// have made it.
func TestInvokeRequest(t *testing.T) {
	const named = "x-amz-customauthorizer-name=chat"
	tests := []struct {
		name        string
		environment map[string]string
		args        []string
		username    string // "none" if there is none
		password    string // "none" if there is none
		alpn, query string
		source      string
	}{
		{name: "nothing", username: "none", password: "none", alpn: "mqtt", source: "A-113"},
		{name: "credentials", args: []string{"--username", "me", "--password", "test"}, username: "me", password: "test", alpn: "mqtt"},
		{name: "empty credentials", args: []string{"--username", "", "--password", ""}, username: "", password: "", alpn: "mqtt",
			source: "A-113"},
		{name: "credentials from the environment", environment: map[string]string{"SUBACK_USERNAME": "me", "SUBACK_PASSWORD": "test"},
			username: "me", password: "test", alpn: "mqtt", source: "docs/design.md"},
		{name: "authorizer", args: []string{"--authorizer", "chat"}, username: "?" + named, password: "none", alpn: "mqtt", source: "A-81"},
		{name: "authorizer after a name", args: []string{"--authorizer", "chat", "--username", "me"}, username: "me?" + named, password: "none",
			alpn: "mqtt", source: "A-81"},
		{name: "authorizer after a query", args: []string{"--authorizer", "chat", "--username", "me?SDK=x"}, username: "me?SDK=x&" + named,
			password: "none", alpn: "mqtt", source: "A-81"},
		{name: "WebSocket", args: []string{"--transport", "wss"}, username: "none", password: "none"},
		{name: "WebSocket, authorizer", args: []string{"--transport", "wss", "--authorizer", "chat", "--username", "me"}, username: "me",
			password: "none", query: named, source: "A-79"},
		{name: "WebSocket, query", args: []string{"--transport", "wss", "--authorizer", "chat", "--query", "token=a%20b"}, username: "none",
			password: "none", query: "token=a%20b&" + named},
		{name: "WebSocket, query as in a URL", args: []string{"--transport", "wss", "--query", "?token=a"}, username: "none", password: "none",
			query: "token=a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &program{args: tt.args, stdout: new(bytes.Buffer), getenv: func(name string) string { return tt.environment[name] }}
			f := invokeFlags{set: make(map[string]bool)}
			fs := p.flags("invoke")
			f.register(fs)
			if err := p.parse(fs); err != nil {
				t.Fatal(err)
			}
			fs.Visit(func(g *flag.Flag) { f.set[g.Name] = true })
			req, err := f.request()
			if err != nil {
				t.Fatal(err)
			}
			username, password := "none", "none"
			if req.Username != nil {
				username = *req.Username
			}
			if req.Password != nil {
				password = string(req.Password)
			}
			if username != tt.username || password != tt.password {
				t.Errorf("got user name %q, password %q, want %q, %q (%s)", username, password, tt.username, tt.password, tt.source)
			}
			if req.Facts.ALPN != tt.alpn {
				t.Errorf("got ALPN %q, want %q", req.Facts.ALPN, tt.alpn)
			}
			if h := req.Facts.HTTP; (h != nil) != (tt.alpn == "") {
				t.Errorf("got HTTP %v, want it with WebSocket alone", h)
			} else if h != nil && h.RawQuery != tt.query {
				t.Errorf("got query %q, want %q (%s)", h.RawQuery, tt.query, tt.source)
			}
		})
	}
}

func TestInvokeHeaders(t *testing.T) {
	f := invokeFlags{transport: "wss", serverName: "iot.example.test", headers: []string{"X-Token: a:b", "x-empty:"}}
	req, err := f.request()
	if err != nil {
		t.Fatal(err)
	}
	want := []transport.Field{{Name: "Host", Value: "iot.example.test"}, {Name: "X-Token", Value: "a:b"}, {Name: "x-empty", Value: ""}}
	if got := req.Facts.HTTP.Header; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v (A-109)", got, want)
	}
}

func TestInvoke(t *testing.T) {
	for _, program := range []string{"node", "python3"} {
		if _, err := exec.LookPath(program); err != nil {
			missing(t, program, "apt-get install nodejs python3")
		}
	}
	const config = "../../fixtures/suback.yaml"
	tests := []struct {
		args   []string
		code   int
		stdout []string
	}{
		{[]string{"--password", "test"}, exitYes,
			[]string{`"protocolData"`, "Answer, after", "Verdict: accepted by authorizer authorizer as principal embedded",
				"ALLOW iot:Connect client/test"}},
		{[]string{"--password", "tset"}, exitNo, []string{"Verdict: refused, NOT_AUTHENTICATED", "hint: ", "D-17"}},
		{[]string{"--config", config, "--client-id", "myClientName", "--username", "me", "--password", "test"}, exitYes,
			[]string{`"username": "me"`, "accepted by authorizer password as principal TEST123", "refreshed after 5m0s, disconnected after 1h0m0s"}},
		{[]string{"--config", config, "--client-id", "yourClientName", "--username", "me", "--password", "test"}, exitNo,
			[]string{"Verdict: refused, the policy does not allow the connection", "D-9"}},
		{[]string{"--config", config, "--authorizer", "caht"}, exitNo, []string{"Verdict: refused, CUSTOM_AUTHORIZER_NOT_FOUND", "D-7"}},
		{[]string{"--config", config, "--transport", "wss", "--authorizer", "chat", "--username", "alice", "--password", "wonderland"}, exitYes,
			[]string{`"queryString": "x-amz-customauthorizer-name=chat"`, "as principal alice"}},
		{[]string{"--config", config, "--transport", "wss", "--server-name", "iot.example.test"}, exitYes,
			[]string{`"serverName": "iot.example.test"`, "accepted by authorizer open as principal anonymous"}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.args), func(t *testing.T) {
			t.Parallel()
			got := call(t, nil, append([]string{"invoke"}, tt.args...)...)
			if got.code != tt.code {
				t.Errorf("got exit code %d, want %d\n%s%s", got.code, tt.code, got.stdout, got.stderr)
			}
			for _, want := range tt.stdout {
				if !strings.Contains(got.stdout, want) {
					t.Errorf("got %s\nwant %q in it", got.stdout, want)
				}
			}
		})
	}
}

// Whatever the flags of invoke are, they describe a connection or are wrong
// usage.
func FuzzInvokeRequest(f *testing.F) {
	f.Add("chat", "wss", "token=a", "X-A: b", "me?x=y")
	f.Add("", "mqtt", "", "", "")
	f.Add("", "wss", "?", "no colon", "?")
	f.Fuzz(func(t *testing.T, authorizer, transport, query, header, username string) {
		flags := invokeFlags{authorizer: authorizer, transport: transport, query: query, username: username,
			set: map[string]bool{"username": username != ""}}
		if header != "" {
			flags.headers = []string{header}
		}
		req, err := flags.request()
		if usage := (usageError{}); err != nil && !errors.As(err, &usage) {
			t.Errorf("got %v, want wrong usage", err)
		}
		if err == nil && (req.Facts.HTTP != nil) != (transport == "wss") {
			t.Errorf("transport %q: got %+v", transport, req.Facts)
		}
	})
}
