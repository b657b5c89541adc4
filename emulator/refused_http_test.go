package emulator_test

import (
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// TestRefusedHTTP: an upgrade or a request that is answered 4xx is REFUSED, with
// the answer, and GET /_suback/trace?outcome=REFUSED finds it.
func TestRefusedHTTP(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting([]byte(everythingBut))})
	upgrade := func(path string, subprotocols ...string) func(*testing.T) {
		return func(t *testing.T) {
			dialer := websocket.Dialer{Subprotocols: subprotocols}
			if conn, _, err := dialer.Dial("ws://"+e.Addr(emulator.HTTP)+path, nil); err == nil {
				conn.Close()
				t.Error("got a WebSocket, want none")
			}
		}
	}
	request := func(method, path string) func(*testing.T) {
		return func(t *testing.T) {
			r, err := http.NewRequest(method, "http://"+e.Addr(emulator.HTTP)+path, nil)
			must(t, err)
			answer, err := http.DefaultClient.Do(r)
			must(t, err)
			answer.Body.Close()
		}
	}
	tests := []struct {
		name    string
		do      func(*testing.T)
		saw     string
		reason  string
		sources string
	}{
		{"no subprotocol", upgrade("/mqtt"), "426 Upgrade Required", "WEBSOCKET_SUBPROTOCOL", "A-41"},
		{"another subprotocol", upgrade("/mqtt", "graphql-ws"), "426 Upgrade Required", "WEBSOCKET_SUBPROTOCOL", "A-41"},
		{"another path", upgrade("/ws", "mqtt"), "403 Forbidden", "WEBSOCKET_UPGRADE_REFUSED", "A-38"},
		{"no such path", request("GET", "/mqtt/"), "403 Forbidden", "CLIENT_ERROR", "A-38"},
		{"another method", request("PUT", "/topics/a"), "405 Method Not Allowed", "CLIENT_ERROR", "B-803"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e.Trace().Reset()
			tt.do(t)
			explained(t, e, cause{operation: trace.Transport, reason: tt.reason, saw: tt.saw})
			answer, err := http.Get("http://" + e.Addr(emulator.HTTP) + "/_suback/trace?outcome=REFUSED")
			must(t, err)
			defer answer.Body.Close()
			if text, _ := io.ReadAll(answer.Body); strings.Count(string(text), "\n") != 1 || !strings.Contains(string(text), tt.saw) {
				t.Errorf("got %s, want one record with %q (%s)", text, tt.saw, tt.sources)
			}
		})
	}
}

// TestNotedWhereItGoesOn: what is odd and let through stays a NOTE.
func TestNotedWhereItGoesOn(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting([]byte(everythingBut))})
	config := e.ClientTLS()
	config.NextProtos = []string{"spdy/1"}
	conn, err := tls.Dial("tcp", e.Addr(emulator.HTTPS), config)
	must(t, err)
	defer conn.Close()
	explained(t, e, cause{operation: trace.Transport, outcome: trace.Note, reason: "TLS_ALPN_UNKNOWN", rules: []string{"A-19"}})
}
