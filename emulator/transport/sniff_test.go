package transport

import (
	"crypto/tls"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestRecognise(t *testing.T) {
	tests := []struct {
		text   string
		want   talk
		source string
	}{
		{"\x10\x0c\x00\x04MQTT", talkMQTT, "MQTT 3.1"},
		{"\x16\x03\x01", talkTLS, "RFC 8446 5.1"},
		{"GET / HTTP/1.1", talkHTTP, "RFC 9112"},
		{"POST /topics/a", talkHTTP, "RFC 9112"},
		{"\x00", talkOther, ""},
		{"\xe0\x00", talkOther, "a DISCONNECT is the engine's to refuse"},
	}
	for _, tt := range tests {
		if got := recognise(tt.text[0]); got != tt.want {
			t.Errorf("recognise(%q) = %v, want %v (%s)", tt.text[0], got, tt.want, tt.source)
		}
	}
}

// Whoever speaks the wrong protocol gets no byte, and a line in the trace.
func TestWrongProtocol(t *testing.T) {
	mqttALPN := &tls.Config{NextProtos: []string{"mqtt"}}
	get := "GET /mqtt HTTP/1.1\r\nHost: localhost\r\n\r\n"
	clientHello := "\x16\x03\x01\x00\xa0\x01\x00\x00\x9c\x03\x03"
	tests := []struct {
		name     string
		listener string
		tls      *tls.Config // nil: none
		sent     string
		problem  string
		hint     string
		rule     string
	}{
		{"MQTT on 443 without ALPN", "https", &tls.Config{}, connect("a"), ProblemMQTT, "ALPN mqtt", "D-2"},
		{"MQTT on 443 with http/1.1", "https", &tls.Config{NextProtos: []string{"http/1.1"}}, connect("a"), ProblemMQTT, "ALPN mqtt", "D-2"},
		{"MQTT on http", "http", nil, connect("a"), ProblemMQTT, "mqtt listener", "A-13"},
		{"WebSocket with ALPN mqtt", "https", mqttALPN, get, ProblemHTTP, "must not offer ALPN", "D-3"},
		{"HTTP on 8883", "mqtts", &tls.Config{}, get, ProblemHTTP, "https listener", "A-9"},
		{"HTTP on mqtt", "mqtt", nil, get, ProblemHTTP, "https listener", "A-9"},
		{"plain MQTT on 8883", "mqtts", nil, connect("a"), ProblemPlain, "switch TLS on", "A-21"},
		{"plain MQTT on 443", "https", nil, connect("a"), ProblemPlain, "switch TLS on", "A-21"},
		{"plain HTTP on 443", "https", nil, get, ProblemPlain, "https://", "A-21"},
		{"TLS on mqtt", "mqtt", nil, clientHello, ProblemTLS, "mqtts", "A-21"},
		{"TLS on http", "http", nil, clientHello, ProblemTLS, "https", "A-21"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, Options{Name: tt.listener}, nil)
			c := s.wrong(tt.tls)
			c.send(tt.sent)
			if got := c.rest(); got != "" {
				t.Errorf("answer: got %q, want none (%s)", got, tt.rule)
			}
			p := s.problem()
			if p.Reason != tt.problem || !strings.Contains(p.Hint, tt.hint) || !slices.Contains(p.Rules, tt.rule) {
				t.Errorf("problem: got %s %q %v, want %s %q %s", p.Reason, p.Hint, p.Rules, tt.problem, tt.hint, tt.rule)
			}
			if p.Facts.Listener != tt.listener {
				t.Errorf("facts: got listener %q, want %q", p.Facts.Listener, tt.listener)
			}
		})
	}
}

func (s *stand) wrong(c *tls.Config) *client {
	if c == nil {
		return s.tcp()
	}
	return s.dial(c)
}

// [M-15, B-610] Neither silence nor half a packet keeps a connection.
func TestConnectTimeout(t *testing.T) {
	s := start(t, Options{Name: "mqtt", ConnectTimeout: 50 * time.Millisecond}, nil)
	if got := s.tcp().rest(); got != "" {
		t.Errorf("silent client: got %q, want none", got)
	}
	if p := s.problem(); p.Reason != ProblemSilent {
		t.Errorf("silent client: got %s, want %s", p.Reason, ProblemSilent)
	}
	half := s.tcp()
	half.send("\x10")
	half.rest()
	if e := s.end(); e.err != ErrConnectTimeout || e.c.Cause() != ErrConnectTimeout {
		t.Errorf("half a packet: got %v, cause %v, want %v (M-15)", e.err, e.c.Cause(), ErrConnectTimeout)
	}
	for _, name := range []string{"mqtts", "https"} {
		c := start(t, Options{Name: name, ConnectTimeout: 50 * time.Millisecond}, nil).tcp()
		c.send("\x16") // and no more of the handshake
		c.rest()
	}
}
