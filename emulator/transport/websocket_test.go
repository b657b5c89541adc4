package transport

import (
	"crypto/rand"
	"crypto/sha1"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestUpgrade(t *testing.T) {
	offer := "Sec-WebSocket-Protocol: "
	tests := []struct {
		name   string
		target string
		lines  []string
		status string
		chosen string
		source string
	}{
		{"documented path", "/mqtt", []string{offer + "mqtt"}, "101", "mqtt", "A-37, B-612"},
		{"root with a query", "/?x-amz-customauthorizer-name=a", []string{offer + "mqtt"}, "101", "mqtt", "A-38"},
		{"query on /mqtt", "/mqtt?a=b", []string{offer + "mqtt"}, "101", "mqtt", "A-38"},
		{"mqttv3.1", "/mqtt", []string{offer + "mqttv3.1"}, "101", "mqttv3.1", "A-40"},
		{"both, client's order", "/mqtt", []string{offer + "mqttv3.1, mqtt"}, "101", "mqttv3.1", "A-40"},
		{"unknown first", "/mqtt", []string{offer + "foo,mqtt"}, "101", "mqtt", "A-40"},
		{"on two lines", "/mqtt", []string{offer + "foo", offer + "mqtt"}, "101", "mqtt", "RFC 6455 11.3.4"},
		{"none", "/mqtt", nil, "426", "", "A-41"},
		{"unknown alone", "/mqtt", []string{offer + "foo"}, "426", "", "A-41"},
		{"case counts", "/mqtt", []string{offer + "MQTT"}, "426", "", "guess"},
		{"other path", "/ws", []string{offer + "mqtt"}, "403", "", "A-38 guess"},
		{"longer path", "/mqtt/", []string{offer + "mqtt"}, "403", "", "A-38 guess"},
		{"any Origin", "/mqtt", []string{offer + "mqtt", "Origin: https://elsewhere.test"}, "101", "mqtt", "A-47"},
		{"deflate offered", "/mqtt", []string{offer + "mqtt", "Sec-WebSocket-Extensions: permessage-deflate"}, "101", "mqtt", "A-43"},
	}
	s := start(t, Options{Name: "http"}, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			head := s.tcp().upgrade(tt.target, append(tt.lines, someKey)...)
			if !strings.HasPrefix(head, "HTTP/1.1 "+tt.status+" ") {
				t.Errorf("got %q, want status %s (%s)", head, tt.status, tt.source)
			}
			if tt.chosen != "" && !strings.Contains(head, "\r\nsec-websocket-protocol: "+tt.chosen+"\r\n") {
				t.Errorf("got %q, want subprotocol %s (%s)", head, tt.chosen, tt.source)
			}
			if strings.Contains(strings.ToLower(head), "extensions") {
				t.Errorf("got %q, want no extension (A-43)", head)
			}
		})
	}
}

// What Python v1, which scans raw text, needs of the 101.
func TestSwitchingProtocols(t *testing.T) {
	s := start(t, Options{Name: "https"}, nil)
	c := s.dial(nil)
	c.send("GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\n" + someKey + "\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n")
	record := make([]byte, 4096)
	n, err := c.Conn.(*tls.Conn).Read(record) // one TLS record at most
	if err != nil {
		t.Fatal(err)
	}
	want := "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n" +
		"sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nsec-websocket-protocol: mqtt\r\n\r\n"
	if got := string(record[:n]); got != want {
		t.Errorf("got %q, want %q (A-44; RFC 6455 1.3)", got, want)
	}
}

// Python v1 sends 128 random bytes as key.
func TestOddKeys(t *testing.T) {
	s := start(t, Options{Name: "http"}, nil)
	for _, key := range []string{base64.StdEncoding.EncodeToString(make([]byte, 128)), "x", "not base64 at all"} {
		c := s.tcp()
		head := c.upgrade("/mqtt", "Sec-WebSocket-Key: "+key, "Sec-WebSocket-Protocol: mqtt")
		if !strings.HasPrefix(head, "HTTP/1.1 101 ") {
			t.Errorf("key %q: got %q, want 101 (A-45)", key, head)
			continue
		}
		c.send(masked(0x82, "ab"))
		if _, got := c.frame(); got != "ab" {
			t.Errorf("key %q: got %q, want the echo", key, got)
		}
	}
}

// The handshake of AWSIoTPythonSDK as it goes over the wire: what it sends, one
// byte at a time, and what it looks for in one read of 1024 bytes.
func TestPythonV1Handshake(t *testing.T) {
	const query = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20260102%2Fus-east-1%2Fiotdata%2Faws4_request" +
		"&X-Amz-Date=20260102T030405Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=0123456789abcdef"
	random := make([]byte, 128)
	_, _ = rand.Read(random)
	key := base64.StdEncoding.EncodeToString(random)
	var seen *Facts
	s := start(t, Options{Name: "https", Upgrade: func(f *Facts) *Answer { seen = f; return nil }}, nil)
	c := s.dial(nil) // no ALPN on 443
	for _, b := range []byte("GET /mqtt?" + query + " HTTP/1.1\r\n" +
		"Host: abc123-ats.iot.us-east-1.amazonaws.com\r\n" +
		"Connection: Upgrade\r\n" +
		"Upgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Protocol: mqttv3.1\r\n" +
		"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n" +
		"sec-websocket-key: " + key + "\r\n\r\n") {
		c.send(string(b))
	}
	buf := make([]byte, 1024)
	n, err := c.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	got := string(buf[:n])
	for _, want := range []string{"101 switching protocols", "upgrade: websocket", "connection: upgrade"} {
		if !strings.Contains(strings.ToLower(got), want) {
			t.Errorf("got %q, want %q in it (A-44)", got, want)
		}
	}
	_, after, found := strings.Cut(got, "sec-websocket-accept: ")
	accept, _, _ := strings.Cut(after, "\r\n")
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	if want := base64.StdEncoding.EncodeToString(sum[:]); !found || accept != want {
		t.Errorf("got %q, want sec-websocket-accept: %s, in lower case (A-44, A-45)", got, want)
	}
	if !strings.Contains(got, "\r\nsec-websocket-protocol: mqttv3.1\r\n") || strings.Contains(got, "extensions") {
		t.Errorf("got %q, want subprotocol mqttv3.1 and no extension (A-40, A-43)", got)
	}
	if !strings.HasSuffix(got, "\r\n\r\n") || strings.Count(got, "\r\n\r\n") != 1 {
		t.Errorf("got %q, want the whole head and nothing else (A-44)", got)
	}
	if seen.HTTP.RawQuery != query {
		t.Errorf("query: got %q, want it as sent, with service iotdata (A-199)", seen.HTTP.RawQuery)
	}
	c.send(masked(0x82, connect("python")))
	if first, echoed := c.frame(); first != 0x82 || echoed != connect("python") {
		t.Errorf("got %x %q, want one binary frame without RSV bits (A-42, A-43)", first, echoed)
	}
	c.send(masked(0x88, "")) // how it closes
	if first, _ := c.frame(); first != 0x88 {
		t.Errorf("got %x, want a Close frame (A-48)", first)
	}
	if e := s.end(); e.err != ErrClosedByPeerFrame {
		t.Errorf("got %v, want %v (A-48)", e.err, ErrClosedByPeerFrame)
	}
}

func TestRefusedUpgrade(t *testing.T) {
	tests := []struct {
		name    string
		target  string
		lines   string
		status  int
		kind    string
		message string
		problem string
	}{
		{"path", "/other", someKey + "\r\nSec-WebSocket-Version: 13", 403, "ForbiddenException:", "Forbidden", ProblemUpgrade},
		{"subprotocol", "/mqtt", someKey + "\r\nSec-WebSocket-Version: 13", 426, "UpgradeRequiredException:", "Missing subprotocol mqtt",
			ProblemSubprotocol},
		{"version", "/mqtt", someKey, 426, "UpgradeRequiredException:", "Unsupported WebSocket version", ProblemUpgrade},
		{"key", "/mqtt", "Sec-WebSocket-Version: 13", 400, "InvalidRequestException:", "Missing Sec-WebSocket-Key", ProblemUpgrade},
	}
	s := start(t, Options{Name: "http"}, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := s.tcp()
			for range 2 { // the connection is kept
				c.send("GET " + tt.target + " HTTP/1.1\r\nHost: h\r\nConnection: upgrade\r\nUpgrade: websocket\r\n" + tt.lines + "\r\n\r\n")
				r, text := c.response()
				wantRejection(t, r, text, tt.status, tt.kind, tt.message)
				if p := s.problem(); p.Reason != tt.problem {
					t.Errorf("problem: got %s, want %s", p.Reason, tt.problem)
				}
			}
		})
	}
}

func wantRejection(t *testing.T, r *http.Response, text string, status int, kind, message string) {
	t.Helper()
	var body struct{ Message, TraceID string }
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		t.Fatalf("body %q: %v", text, err)
	}
	id := r.Header.Get("X-Amzn-Requestid")
	if r.StatusCode != status || r.Header.Get("X-Amzn-Errortype") != kind || body.Message != message {
		t.Errorf("got %d %q %q, want %d %q %q (A-163)", r.StatusCode, r.Header.Get("X-Amzn-Errortype"), body.Message, status, kind, message)
	}
	if body.TraceID != id || len(text) != 63+len(message) || int(r.ContentLength) != len(text) {
		t.Errorf("got %q with request id %q, want that id and %d bytes (A-164)", text, id, 63+len(message))
	}
	for name, want := range map[string]string{"Content-Type": "application/json", "Connection": "keep-alive"} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q (A-163)", name, got, want)
		}
	}
}

// Options.Upgrade sees the request as sent, and its word is final.
func TestUpgradeHook(t *testing.T) {
	var seen *Facts
	s := start(t, Options{Name: "https", Upgrade: func(f *Facts) *Answer {
		seen = f
		return &Answer{403, "ForbiddenException", "Missing Authentication Token"}
	}}, nil)
	c := s.dial(nil)
	c.send("GET /mqtt?x=%20y&x=1 HTTP/1.1\r\nHost: localhost:1\r\nX-AMZ-customAuthorizer-NAME: a\r\nconnection: upgrade\r\nupgrade: " +
		"websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\n" + someKey + "\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n")
	r, text := c.response()
	wantRejection(t, r, text, 403, "ForbiddenException:", "Missing Authentication Token")
	if len(text) != 91 {
		t.Errorf("got %d bytes, want 91 (A-164, capture of 2017)", len(text))
	}
	h := seen.HTTP
	if h.Method != "GET" || h.Path != "/mqtt" || h.RawQuery != "x=%20y&x=1" || h.Host != "localhost:1" {
		t.Errorf("got %q %q %q %q, want the request as sent", h.Method, h.Path, h.RawQuery, h.Host)
	}
	if want := (Field{"X-AMZ-customAuthorizer-NAME", "a"}); h.Header[1] != want {
		t.Errorf("got field %v, want %v (A-109)", h.Header[1], want)
	}
	if !seen.TLS || seen.ServerName != "localhost" {
		t.Errorf("got TLS %v, name %q, want the connection's", seen.TLS, seen.ServerName)
	}
}

// A WebSocket may follow requests, and bytes may follow the request at once.
func TestUpgradeAfterRequests(t *testing.T) {
	s := start(t, Options{Name: "http"}, nil)
	c := s.tcp()
	for range 3 {
		c.send("GET /mqtt HTTP/1.1\r\nHost: h\r\n\r\n")
		c.response()
	}
	c.send("GET /mqtt HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
		someKey + "\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n" + masked(0x82, "early"))
	for !strings.HasSuffix(c.receive(1), "\n") {
	}
	for range 5 { // the other lines of the 101
		if _, err := c.r.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	if _, got := c.frame(); got != "early" {
		t.Errorf("got %q, want %q", got, "early")
	}
}

// [M-15] The upgrade does not win a client more time for its CONNECT.
func TestWebSocketConnectTimeout(t *testing.T) {
	s := start(t, Options{Name: "http", ConnectTimeout: 100 * time.Millisecond}, nil)
	c := s.tcp()
	c.websocket("/mqtt")
	c.rest()
	if e := s.end(); e.err != ErrConnectTimeout {
		t.Errorf("got %v, want %v (M-15)", e.err, ErrConnectTimeout)
	}
}
