package authn

import (
	"context"
	"crypto/x509"
	"errors"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

const (
	allowAll  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}`
	yesAnswer = `{"isAuthenticated":true,"principalId":"TEST123","policyDocuments":[` + allowAll + `]}`
)

// A gateway is an Authenticator whose functions all answer the same; it notes
// which were called, and with what.
type gateway struct {
	Authenticator
	answer string
	called []string // function names
	event  string
}

// newGateway has the ACTIVE authorizers pumps and gates, INACTIVE old, and a
// function for each.
func newGateway(t *testing.T, answer string) *gateway {
	t.Helper()
	r, err := registry.New(registry.Options{})
	if err != nil {
		t.Fatal(err)
	}
	g := &gateway{answer: answer}
	g.Registry = r
	g.Invoke = func(_ context.Context, arn string, event []byte) ([]byte, error) {
		g.called = append(g.called, functionName(arn))
		g.event = string(event)
		return []byte(g.answer), nil
	}
	for name, status := range map[string]string{"pumps": registry.Active, "gates": registry.Active, "old": registry.Inactive} {
		if _, err := r.PutFunction(registry.Function{FunctionName: name}); err != nil {
			t.Fatal(err)
		}
		g.put(t, registry.Authorizer{AuthorizerName: name, AuthorizerFunctionArn: name, Status: status, SigningDisabled: true})
	}
	return g
}

func (g *gateway) put(t *testing.T, a registry.Authorizer) registry.Authorizer {
	t.Helper()
	a, err := g.Registry.CreateAuthorizer(a)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (g *gateway) authenticate(r Request) (*Grant, *Error) {
	grant, err := g.Authenticate(context.Background(), r)
	var refused *Error
	errors.As(err, &refused)
	return grant, refused
}

// mqttTLS is a CONNECT over TLS with ALPN mqtt.
func mqttTLS(username, password string) Request {
	return Request{
		Facts:        &transport.Facts{Listener: "https", TLS: true, ServerName: "localhost", ALPN: "mqtt"},
		ConnectionID: "8c9e6b5a-3f0d-4d0c-9a51-0d6f4d1f2b7e",
		ClientID:     "pump-7", Username: &username, Password: []byte(password),
	}
}

// overHTTP is a request by HTTP: a CONNECT over WebSocket for GET.
func overHTTP(method, query string, header ...transport.Field) Request {
	return Request{Facts: &transport.Facts{Listener: "https", TLS: true, ServerName: "localhost",
		HTTP: &transport.HTTP{Method: method, Path: "/mqtt", RawQuery: query, Host: "localhost:8443", Header: header}}}
}

func code(e *Error) string {
	if e == nil {
		return ""
	}
	return e.Reason
}

func TestKindOfAuthentication(t *testing.T) {
	certificate := []*x509.Certificate{{}}
	tests := []struct {
		name     string
		facts    transport.Facts
		want     string // part of the detail, "" for a grant
		wantHint string
		source   string
	}{
		{"MQTT with ALPN mqtt", transport.Facts{Listener: "https", TLS: true, ALPN: "mqtt"}, "", "", "A-9"},
		{"plain MQTT", transport.Facts{Listener: "mqtt"}, "", "", "design"},
		{"plain WebSocket", transport.Facts{Listener: "http", HTTP: &transport.HTTP{Method: "GET"}}, "", "", "design"},
		{"WebSocket", transport.Facts{Listener: "https", TLS: true, HTTP: &transport.HTTP{Method: "GET"}}, "", "", "A-9"},
		{"certificate offered where none is asked for",
			transport.Facts{Listener: "https", TLS: true, ALPN: "mqtt", PeerCertificates: certificate}, "", "", "A-22"},
		{"port 8883", transport.Facts{Listener: "mqtts", TLS: true}, "listener mqtts takes client certificates only", "https listener",
			"A-11, D-1"},
		{"port 8883 with ALPN mqtt", transport.Facts{Listener: "mqtts", TLS: true, ALPN: "mqtt"}, "listener mqtts takes client certificates only",
			"https listener", "A-11, D-1"},
		{"443 with the ALPN of certificates", transport.Facts{Listener: "https", TLS: true, ALPN: "x-amzn-mqtt-ca"},
			"ALPN x-amzn-mqtt-ca takes client certificates only", "offer ALPN mqtt", "A-10"},
		{"443 with the ALPN of certificates, HTTP",
			transport.Facts{Listener: "https", TLS: true, ALPN: "x-amzn-http-ca", HTTP: &transport.HTTP{Method: "POST"}},
			"ALPN x-amzn-http-ca takes client certificates only", "", "A-9"},
		{"signed query", transport.Facts{Listener: "https",
			HTTP: &transport.HTTP{Method: "GET", RawQuery: "X-Amz-Algorithm=AWS4-HMAC-SHA256&x-amz-customauthorizer-name=pumps"}},
			"the query lacks X-Amz-Credential", "", "A-52"},
		{"signed header", transport.Facts{Listener: "http",
			HTTP: &transport.HTTP{Method: "POST", Header: []transport.Field{{Name: "authorization", Value: "AWS4-HMAC-SHA256 Credential=A"}}}},
			"the signature in the header lacks Signature", "", "A-52"},
		{"bearer header", transport.Facts{Listener: "http",
			HTTP: &transport.HTTP{Method: "POST", Header: []transport.Field{{Name: "Authorization", Value: "Bearer abc"}}}}, "", "", "A-168"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, yesAnswer)
			if err := g.Registry.SetDefaultAuthorizer("pumps"); err != nil {
				t.Fatal(err)
			}
			grant, refused := g.authenticate(Request{Facts: &tt.facts})
			if (refused == nil) != (tt.want == "") || (grant != nil) != (tt.want == "") {
				t.Fatalf("got %v, %v, want %q (%s)", grant, refused, tt.want, tt.source)
			}
			if refused == nil {
				return
			}
			if !strings.Contains(refused.Detail, tt.want) || !strings.Contains(refused.Hint, tt.wantHint) || refused.Reason != notAuthenticated {
				t.Errorf("got %v, hint %q, want %q, %q (%s)", refused, refused.Hint, tt.want, tt.wantHint, tt.source)
			}
			if len(g.called) != 0 || refused.Invoked {
				t.Errorf("function called: got %v, want not (A-11)", g.called)
			}
		})
	}
}
