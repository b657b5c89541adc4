package authn

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/suback/suback/emulator/transport"
)

var update = flag.Bool("update", false, "write the golden events anew")

// The golden events are for people, so they are indented; otherwise they are
// byte for byte what the function receives.
func TestGoldenEvents(t *testing.T) {
	const id = "8c9e6b5a-3f0d-4d0c-9a51-0d6f4d1f2b7e"
	str := func(s string) *string { return &s }
	tls := func(sni string) *transport.Facts {
		return &transport.Facts{Listener: "https", TLS: true, ServerName: sni, ALPN: "mqtt"}
	}
	web := func(method, path, query string, extra ...transport.Field) *transport.Facts {
		header := append([]transport.Field{{Name: "Host", Value: "iot.example.test"}}, extra...)
		return &transport.Facts{Listener: "https", TLS: true, ServerName: "iot.example.test",
			HTTP: &transport.HTTP{Method: method, Path: path, RawQuery: query, Host: "iot.example.test", Header: header}}
	}
	upgrade := []transport.Field{
		{Name: "Upgrade", Value: "websocket"}, {Name: "Connection", Value: "Upgrade"},
		{Name: "Sec-WebSocket-Protocol", Value: "mqtt"}, {Name: "Sec-WebSocket-Version", Value: "13"},
		{Name: "Sec-WebSocket-Key", Value: "dGhlIHNhbXBsZSBub25jZQ=="},
		{Name: "X-Site", Value: "osaka"}, {Name: "x-site", Value: "tokyo"},
	}
	tests := []struct {
		file    string
		request Request
		token   token
		source  string
	}{
		{"mqtt-tls.json", Request{Facts: tls("iot.example.test"), ClientID: "pump-7",
			Username: str("pump?x-amz-customauthorizer-name=password&SDK=NodeJSv2&Version=1.21.8"), Password: []byte("test")},
			token{}, "A-102, A-112, A-113"},
		{"mqtt-tls-no-credentials.json", Request{Facts: tls("iot.example.test"), ClientID: "pump-7"},
			token{}, "A-101, A-113"},
		{"mqtt-tls-empty-credentials.json", Request{Facts: tls("iot.example.test"), Username: str(""), Password: []byte{}},
			token{}, "A-114, A-115, guess"},
		{"mqtt-tls-token.json", Request{Facts: tls("iot.example.test"), ClientID: "pump-7",
			Username: str("?x-amz-customauthorizer-name=signed&token=a%2Fb&x-amz-customauthorizer-signature=c2ln")},
			token{"a/b", true}, "A-99, A-106"},
		{"mqtt-plain.json", Request{Facts: &transport.Facts{Listener: "mqtt"}, ClientID: "pump-7", Username: str("pump"),
			Password: []byte("test")},
			token{}, "A-107, guess"},
		{"mqtt-wss.json", Request{Facts: web("GET", "/mqtt", "x-amz-customauthorizer-name=password&stage=<local>", upgrade...),
			ClientID: "browser-1", Username: str("pump"), Password: []byte("test")},
			token{}, "A-103, A-108, A-109, A-111"},
		{"mqtt-wss-no-query.json", Request{Facts: web("GET", "/mqtt", "", upgrade...), ClientID: "browser-1"},
			token{}, "A-89, A-108"},
		{"https.json", Request{Facts: web("POST", "/topics/pump/7/state", "qos=0&actionToken=allow",
			transport.Field{Name: "x-amz-customauthorizer-name", Value: "password"}, transport.Field{Name: "Authorization", Value: "Bearer abc"})},
			token{}, "A-104, A-168, A-172"},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			tt.request.ConnectionID = id
			event := buildEvent(tt.request, tt.token)
			var got bytes.Buffer
			if err := json.Indent(&got, event, "", "  "); err != nil {
				t.Fatal(err)
			}
			got.WriteByte('\n')
			path := filepath.Join("..", "..", "fixtures", "events", tt.file)
			if *update {
				if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("got %s\nwant %s(%s)", got.Bytes(), want, tt.source)
			}
			var compact bytes.Buffer
			if err := json.Compact(&compact, want); err != nil || !bytes.Equal(compact.Bytes(), event) {
				t.Errorf("the event itself: got %s, want %s, %v (compact JSON)", event, compact.Bytes(), err)
			}
		})
	}
}

// Whatever bytes a client sends, the function receives JSON.
func FuzzEvent(f *testing.F) {
	f.Add("user", []byte("password"), "id", "a=b", "X-Name", "value")
	f.Fuzz(func(t *testing.T, username string, password []byte, clientID, query, header, value string) {
		r := overHTTP("GET", query, transport.Field{Name: header, Value: value})
		r.Username, r.Password, r.ClientID = &username, password, clientID
		if e := buildEvent(r, token{}); !json.Valid(e) {
			t.Errorf("got %s, want JSON (A-101)", e)
		}
	})
}
