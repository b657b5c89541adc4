package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/transport"
)

// invokeFlags describe a connection that nobody made.
type invokeFlags struct {
	config, authorizer, transport string
	clientID, serverName, query   string
	username, password            string
	headers                       []string
	set                           map[string]bool // flags given
}

func (f *invokeFlags) register(fs *flag.FlagSet) {
	fs.StringVar(&f.config, "config", "", "configuration `file`; without one the embedded configuration is used")
	fs.StringVar(&f.authorizer, "authorizer", "", "`name` of the authorizer; without one the default applies")
	fs.StringVar(&f.transport, "transport", "mqtt", "mqtt (TLS with ALPN mqtt) or wss")
	fs.StringVar(&f.clientID, "client-id", "test", "client `id` of the CONNECT")
	fs.StringVar(&f.username, "username", "", "user `name` of the CONNECT; none if not given")
	fs.StringVar(&f.password, "password", "", "`password` of the CONNECT; none if not given")
	fs.StringVar(&f.serverName, "server-name", "localhost", "`host` name that the client asks for (SNI)")
	fs.StringVar(&f.query, "query", "", "`query` of the WebSocket URL")
	fs.Func("header", "`name: value` of the WebSocket upgrade; may be repeated", func(s string) error {
		f.headers = append(f.headers, s)
		return nil
	})
}

// invoke asks an authorizer about a made-up connection.
func (p *program) invoke(ctx context.Context) error {
	f := invokeFlags{set: make(map[string]bool)}
	fs := p.flags("invoke")
	f.register(fs)
	if err := p.parse(fs); err != nil {
		return err
	}
	fs.Visit(func(g *flag.Flag) { f.set[g.Name] = true })
	req, err := f.request()
	if err != nil {
		return err
	}
	o, err := options(f.config)
	if err != nil {
		return err
	}
	if err := p.setLog(&o, "text", "info"); err != nil {
		return err
	}
	e, err := emulator.New(o)
	if err != nil {
		return err
	}
	trial := e.Try(ctx, req)
	p.wait() // what the function printed comes before what became of it
	p.report(trial)
	if err := e.Close(); err != nil {
		return err
	}
	if !trial.Accepted() {
		return errNo
	}
	return nil
}

// request builds what the authenticator sees of the connection.
func (f *invokeFlags) request() (authn.Request, error) {
	facts := &transport.Facts{
		Listener: emulator.HTTPS, TLS: true, ServerName: f.serverName,
		Remote: netip.MustParseAddrPort("127.0.0.1:50000"), Local: netip.MustParseAddrPort("127.0.0.1:443"),
		ConnectedAt: time.Now(),
	}
	name := ""
	if f.authorizer != "" {
		name = "x-amz-customauthorizer-name=" + f.authorizer
	}
	req := authn.Request{Facts: facts, ClientID: f.clientID}
	if f.set["password"] {
		req.Password = []byte(f.password)
	}
	switch f.transport {
	case "mqtt":
		facts.ALPN = "mqtt"
		if f.query != "" || len(f.headers) > 0 {
			return req, usagef("--query and --header belong to --transport wss")
		}
		if name != "" {
			f.username, f.set["username"] = joinQuery(f.username, "?", name), true
		}
	case "wss":
		header := []transport.Field{{Name: "Host", Value: f.serverName}}
		for _, h := range f.headers {
			name, value, ok := strings.Cut(h, ":")
			if !ok {
				return req, usagef("--header is %q, want \"name: value\"", h)
			}
			header = append(header, transport.Field{Name: name, Value: strings.TrimSpace(value)})
		}
		facts.HTTP = &transport.HTTP{Method: "GET", Path: "/mqtt",
			RawQuery: joinQuery(strings.TrimPrefix(f.query, "?"), "", name), Host: f.serverName, Header: header}
	default:
		return req, usagef("--transport is %q, want mqtt or wss", f.transport)
	}
	if f.set["username"] {
		req.Username = &f.username
	}
	return req, nil
}

// joinQuery appends a parameter to a text that may have some already; first is
// what comes before the first one.
func joinQuery(text, first, parameter string) string {
	switch {
	case parameter == "":
		return text
	case text == "" || first != "" && !strings.Contains(text, first):
		return text + first + parameter
	}
	return text + "&" + parameter
}

// report prints a trial for a person.
func (p *program) report(t emulator.Trial) {
	if t.Event != nil {
		fmt.Fprintf(p.stdout, "Event:\n%s\n\n", indented(t.Event))
	}
	if t.Answer != nil {
		fmt.Fprintf(p.stdout, "Answer, after %s:\n%s\n\n", t.Took.Round(time.Millisecond), indented(t.Answer))
	}
	var refusal *authn.Error
	switch {
	case errors.As(t.Refusal, &refusal):
		fmt.Fprintf(p.stdout, "Verdict: refused, %s\n  %s\n", refusal.Reason, refusal.Detail)
		if refusal.Hint != "" {
			fmt.Fprintf(p.stdout, "  hint: %s (%s)\n", refusal.Hint, strings.Join(refusal.Rules, ", "))
		}
	case t.Refusal != nil:
		fmt.Fprintf(p.stdout, "Verdict: refused, %v\n", t.Refusal)
	case !t.Connect.Allowed:
		fmt.Fprintf(p.stdout, "Verdict: refused, the policy does not allow the connection\n  %s\n", t.Connect)
		if t.Connect.Hint.Text != "" {
			fmt.Fprintf(p.stdout, "  hint: %s (%s)\n", t.Connect.Hint.Text, strings.Join(t.Connect.Hint.Rules, ", "))
		}
	default:
		g := t.Grant
		fmt.Fprintf(p.stdout, "Verdict: accepted by authorizer %s as principal %s\n", g.Authorizer, g.PrincipalID)
		fmt.Fprintf(p.stdout, "  %s\n", t.Connect)
		fmt.Fprintf(p.stdout, "  refreshed after %v, disconnected after %v\n", g.RefreshAfter, g.DisconnectAfter)
	}
}

// indented returns JSON for reading, or the text as it is.
func indented(text []byte) string {
	var buf bytes.Buffer
	if json.Indent(&buf, text, "", "  ") != nil {
		return string(text)
	}
	return buf.String()
}
