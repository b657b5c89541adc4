package transport

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"slices"
	"strings"
	"testing"
)

const domainName = "iot.example.test"

// domains is an Options.Domain that knows d alone, under domainName.
func domains(d Domain) func(string) Domain {
	d.Configured = true
	return func(name string) Domain {
		if !strings.EqualFold(name, domainName) {
			return Domain{}
		}
		return d
	}
}

// What each domain speaks, on both TLS listeners and under every ALPN, and
// whether it asks for a client certificate.
func TestDomainProtocol(t *testing.T) {
	tests := []struct {
		name   string
		domain Domain
		speaks string // "" as without a domain configuration
		asked  bool
		source string
	}{
		{"custom authorizer over MQTT", Domain{Protocol: "SECURE_MQTT", AuthenticationType: "CUSTOM_AUTH"}, speaksMQTT, false,
			"A-49, A-50, A-51"},
		{"certificate over MQTT", Domain{Protocol: "SECURE_MQTT", AuthenticationType: "AWS_X509", ClientCertificate: true}, speaksMQTT, true,
			"A-49, A-50"},
		{"both over MQTT", Domain{Protocol: "SECURE_MQTT", AuthenticationType: "CUSTOM_AUTH_X509", ClientCertificate: true}, speaksMQTT, true,
			"A-50, A-246"},
		{"custom authorizer over WebSocket", Domain{Protocol: "MQTT_WSS", AuthenticationType: "CUSTOM_AUTH"}, speaksHTTP, false, "A-49, A-50"},
		{"SigV4 over HTTPS", Domain{Protocol: "HTTPS", AuthenticationType: "AWS_SIGV4"}, speaksHTTP, false, "A-49, A-50"},
		{"certificate over HTTPS", Domain{Protocol: "HTTPS", AuthenticationType: "AWS_X509", ClientCertificate: true}, speaksHTTP, true,
			"A-49, A-50, A-245"},
		{"at DEFAULT", Domain{Protocol: "DEFAULT", AuthenticationType: "DEFAULT", ClientCertificate: true}, "", false, "A-9, A-50"},
		{"with nothing set", Domain{}, "", false, "A-9"},
	}
	offers := []struct {
		alpn         []string
		chosen       string // by a domain that decides
		https        string // what https speaks without one
		httpsAsks    bool
		mqttsAnswers string // what mqtts answers without one
	}{
		{nil, "", speaksHTTP, false, ""},
		{[]string{"mqtt"}, "mqtt", speaksMQTT, false, "mqtt"},
		{[]string{"x-amzn-mqtt-ca"}, "x-amzn-mqtt-ca", speaksMQTT, true, "x-amzn-mqtt-ca"},
		{[]string{"x-amzn-http-ca"}, "x-amzn-http-ca", speaksHTTP, true, ""},
		{[]string{"h2", "http/1.1"}, "http/1.1", speaksHTTP, false, ""},
		{[]string{"foo"}, "", speaksHTTP, false, ""},
	}
	for _, tt := range tests {
		for _, listener := range []string{"https", "mqtts"} {
			s := start(t, Options{Name: listener, Domain: domains(tt.domain), Handler: http.NotFoundHandler()}, nil)
			for _, o := range offers {
				t.Run(tt.name+"/"+listener+"/"+strings.Join(o.alpn, ","), func(t *testing.T) {
					speaks, asked, chosen := tt.speaks, tt.asked, o.chosen
					if speaks == "" && listener == "https" {
						speaks, asked = o.https, o.httpsAsks
					} else if speaks == "" {
						speaks, asked, chosen = speaksMQTT, true, o.mqttsAnswers
					}
					was := false
					c := s.dial(&tls.Config{ServerName: domainName, NextProtos: o.alpn,
						GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
							was = true
							return new(tls.Certificate), nil
						}})
					if got := c.Conn.(*tls.Conn).ConnectionState().NegotiatedProtocol; got != chosen {
						t.Errorf("ALPN: got %q, want %q (%s)", got, chosen, tt.source)
					}
					if was != asked {
						t.Errorf("certificate requested: got %v, want %v (%s)", was, asked, tt.source)
					}
					first := c.firstAnswer(speaks)
					if speaks == speaksMQTT && first != "g" || speaks == speaksHTTP && first != "H" {
						t.Errorf("speaks: got %q, want %s (%s)", first, speaks, tt.source)
					}
				})
			}
			s.Close(func(string) {})
		}
	}
}

// firstAnswer sends what an engine echoes or an HTTP server answers; either ends
// the connection without a byte if it is not spoken.
func (c *client) firstAnswer(speaks string) string {
	c.t.Helper()
	if speaks == speaksMQTT {
		c.send("g")
	} else {
		c.send("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n")
	}
	return c.receive(1)
}

// What is not the domain's protocol ends here, and the trace says whose
// protocol was wanted.
func TestDomainRefuses(t *testing.T) {
	const (
		raw     = "\x10\x0e\x00\x04MQTT\x04\x02\x00\x3c\x00\x02ab"
		request = "POST /topics/a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"
		upgrade = "GET /mqtt HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
			someKey + "\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"
		forbidden = "HTTP/1.1 403 Forbidden\r\n"
		ok        = "HTTP/1.1 200 OK\r\n"
		switched  = "HTTP/1.1 101 "
	)
	tests := []struct {
		name     string
		protocol string
		sent     string
		want     string // how the answer begins, "" for none and the end
		saw      string // in the problem, "" for none
		hint     string
		source   string
	}{
		{"request on MQTT", "SECURE_MQTT", request, "", "HTTP", "MQTT over TLS", "A-49 guess"},
		{"upgrade on MQTT", "SECURE_MQTT", upgrade, "", "HTTP", "MQTT over TLS", "A-49 guess"},
		{"MQTT on MQTT", "SECURE_MQTT", raw, raw, "", "", "A-51"},
		{"MQTT on HTTPS", "HTTPS", raw, "", "MQTT without WebSocket", "HTTPS requests", "A-49 guess"},
		{"upgrade on HTTPS", "HTTPS", upgrade, forbidden, "a WebSocket upgrade", "HTTPS requests", "A-49 guess"},
		{"request on HTTPS", "HTTPS", request, ok, "", "", "A-49"},
		{"MQTT on WebSocket", "MQTT_WSS", raw, "", "MQTT without WebSocket", "wss://" + domainName + "/mqtt", "A-49 guess"},
		{"request on WebSocket", "MQTT_WSS", request, forbidden, "an HTTPS request", "wss://" + domainName + "/mqtt", "A-49 guess"},
		{"upgrade on WebSocket", "MQTT_WSS", upgrade, switched, "", "", "A-49"},
	}
	for _, tt := range tests {
		for _, listener := range []string{"https", "mqtts"} {
			t.Run(tt.name+"/"+listener, func(t *testing.T) {
				s := start(t, Options{
					Name: listener, Domain: domains(Domain{Protocol: tt.protocol, AuthenticationType: "CUSTOM_AUTH"}),
					Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}),
				}, nil)
				c := s.dial(&tls.Config{ServerName: domainName})
				c.send(tt.sent)
				if tt.want == "" {
					if got := c.rest(); got != "" {
						t.Errorf("got %q, want the end (%s)", got, tt.source)
					}
				} else if got := c.receive(len(tt.want)); got != tt.want {
					t.Errorf("got %q, want %q (%s)", got, tt.want, tt.source)
				}
				if tt.saw == "" {
					s.noProblem()
					return
				}
				p := s.problem()
				if p.Reason != ProblemProtocol || !strings.HasPrefix(p.Detail, tt.saw+" on domain ") || !slices.Contains(p.Rules, "A-49") {
					t.Errorf("problem: got %s %q, want %s about %s (%s)", p.Reason, p.Detail, ProblemProtocol, tt.saw, tt.source)
				}
				if !strings.Contains(p.Hint, tt.protocol+" alone") || !strings.Contains(p.Hint, tt.hint) {
					t.Errorf("hint: got %q, want %s and %q (%s)", p.Hint, tt.protocol, tt.hint, tt.source)
				}
			})
		}
	}
}

// Without SNI the Host header names the domain of an upgrade; on the
// http listener requests for the emulator itself come under any name.
func TestDomainByHost(t *testing.T) {
	tests := []struct {
		protocol string
		host     string
		status   string
		source   string
	}{
		{"HTTPS", domainName + ":4566", "403", "A-29, A-49 guess"},
		{"SECURE_MQTT", domainName, "403", "A-29, A-49 guess"},
		{"MQTT_WSS", domainName, "101", "A-29"},
		{"HTTPS", "localhost:4566", "101", "A-31 guess"},
		{"", domainName, "101", "A-9"},
	}
	for _, tt := range tests {
		s := start(t, Options{Name: "http", Domain: domains(Domain{Protocol: tt.protocol})}, nil)
		c := s.tcp()
		c.send("GET /mqtt HTTP/1.1\r\nHost: " + tt.host + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
			someKey + "\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n")
		if got := c.receive(12); got != "HTTP/1.1 "+tt.status {
			t.Errorf("%s, Host %s: got %q, want %s (%s)", tt.protocol, tt.host, got, tt.status, tt.source)
		}
		if tt.status == "403" {
			if p := s.problem(); p.Reason != ProblemProtocol || !strings.Contains(p.Detail, `"`+domainName+`"`) {
				t.Errorf("%s: got %s %q, want %s", tt.protocol, p.Reason, p.Detail, ProblemProtocol)
			}
		}
	}
	s := start(t, Options{Name: "http", Domain: domains(Domain{Protocol: "SECURE_MQTT"}), Handler: http.HandlerFunc(reveal)}, nil)
	c := s.tcp()
	c.send("GET /_suback/health HTTP/1.1\r\nHost: " + domainName + "\r\n\r\n")
	if r, _ := c.response(); r.StatusCode != 200 {
		t.Errorf("got %d, want 200", r.StatusCode)
	}
}

// The domain's own certificate by SNI; for other names ours, and for a
// domain without one too.
func TestDomainCertificate(t *testing.T) {
	own := selfSigned(t, "own")
	for _, listener := range []string{"https", "mqtts"} {
		s := start(t, Options{Name: listener, Domain: domains(Domain{Certificate: &own})}, nil)
		tests := []struct{ name, want, source string }{
			{domainName, "own", "A-277"},
			{"IOT.example.TEST", "own", "A-28, DNS names have no case"},
			{"localhost", "suback", "A-279"},
			{"other.example.test", "suback", "A-30 guess"},
		}
		for _, tt := range tests {
			c := s.dial(&tls.Config{ServerName: tt.name, InsecureSkipVerify: true})
			if got := c.Conn.(*tls.Conn).ConnectionState().PeerCertificates[0].Subject.CommonName; got != tt.want {
				t.Errorf("%s, %s: got the certificate of %q, want %q (%s)", listener, tt.name, got, tt.want, tt.source)
			}
		}
	}
	s := start(t, Options{Name: "mqtts", Domain: domains(Domain{})}, nil)
	c := s.dial(&tls.Config{ServerName: domainName}) // verified
	if c.Conn.(*tls.Conn).ConnectionState().PeerCertificates[0].VerifyHostname(domainName) != nil {
		t.Error("a domain without a certificate got none of ours (A-28)")
	}
	s.noProblem()
}

// A client that does not accept the domain's certificate is no client with a
// wrong name.
func TestDomainCertificateRefused(t *testing.T) {
	own := selfSigned(t, "own")
	s := start(t, Options{Name: "mqtts", Domain: domains(Domain{Certificate: &own})}, nil)
	if _, err := tls.Dial("tcp", s.Address(), &tls.Config{ServerName: domainName, RootCAs: x509.NewCertPool()}); err == nil {
		t.Fatal("handshake succeeded")
	}
	if p := s.problem(); p.Reason != ProblemUntrusted {
		t.Errorf("got %s, want %s (A-277)", p.Reason, ProblemUntrusted)
	}
}
