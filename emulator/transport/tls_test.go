package transport

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"slices"
	"testing"
	"time"
)

const (
	speaksMQTT = "MQTT"
	speaksHTTP = "HTTP"
)

func TestALPN(t *testing.T) {
	tests := []struct {
		name     string
		listener string
		offered  []string
		chosen   string
		speaks   string
		asked    bool // for a client certificate
		problem  string
		source   string
	}{
		{"custom authorizer", "https", []string{"mqtt"}, "mqtt", speaksMQTT, false, "", "A-9"},
		{"certificate", "https", []string{"x-amzn-mqtt-ca"}, "x-amzn-mqtt-ca", speaksMQTT, true, "", "A-9, A-22"},
		{"HTTPS with certificate", "https", []string{"x-amzn-http-ca"}, "x-amzn-http-ca", speaksHTTP, true, "", "A-9, A-22"},
		{"none", "https", nil, "", speaksHTTP, false, "", "A-9, A-22"},
		{"http/1.1", "https", []string{"http/1.1"}, "http/1.1", speaksHTTP, false, "", "A-18"},
		{"browser", "https", []string{"h2", "http/1.1"}, "http/1.1", speaksHTTP, false, "", "A-18"},
		{"unknown alone", "https", []string{"foo", "h2"}, "", speaksHTTP, false, ProblemALPN, "A-19 guess"},
		{"unknown first", "https", []string{"foo", "mqtt"}, "mqtt", speaksMQTT, false, "", "A-19 guess"},
		{"several known", "https", []string{"http/1.1", "mqtt"}, "http/1.1", speaksHTTP, false, "", "A-20 guess"},
		{"several known, other order", "https", []string{"x-amzn-mqtt-ca", "http/1.1"}, "x-amzn-mqtt-ca", speaksMQTT, true, "", "A-20 guess"},
		{"8883", "mqtts", nil, "", speaksMQTT, true, "", "A-9"},
		{"8883, JS v2 mTLS builder", "mqtts", []string{"x-amzn-mqtt-ca"}, "x-amzn-mqtt-ca", speaksMQTT, true, "", "A-17"},
		{"8883, mqtt", "mqtts", []string{"mqtt"}, "mqtt", speaksMQTT, true, "", "A-17 guess"},
		{"8883, unknown", "mqtts", []string{"http/1.1"}, "", speaksMQTT, true, ProblemALPN, "A-17, A-19 guess"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, Options{Name: tt.listener}, nil)
			asked := false
			c := s.dial(&tls.Config{
				NextProtos: tt.offered,
				GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
					asked = true
					return new(tls.Certificate), nil
				},
			})
			if got := c.Conn.(*tls.Conn).ConnectionState().NegotiatedProtocol; got != tt.chosen {
				t.Errorf("chosen: got %q, want %q (%s)", got, tt.chosen, tt.source)
			}
			if asked != tt.asked {
				t.Errorf("certificate requested: got %v, want %v (%s)", asked, tt.asked, tt.source)
			}
			if got := c.speaks(); got != tt.speaks {
				t.Errorf("speaks: got %s, want %s (%s)", got, tt.speaks, tt.source)
			}
			if tt.problem == "" {
				s.noProblem()
			} else if p := s.problem(); p.Code != tt.problem || !slices.Equal(p.Facts.OfferedALPN, tt.offered) {
				t.Errorf("problem: got %s with %q, want %s with %q (%s)", p.Code, p.Facts.OfferedALPN, tt.problem, tt.offered, tt.source)
			}
		})
	}
}

// speaks sends what an engine echoes and an HTTP server answers.
func (c *client) speaks() string {
	c.t.Helper()
	c.send("get / HTTP/1.1\r\nHost: localhost\r\n\r\n") // a method all the same
	if c.receive(1) == "g" {
		return speaksMQTT
	}
	return speaksHTTP
}

func TestServerName(t *testing.T) {
	served := func() []string { return []string{"iot.example.test", "*.iot.us-east-1.amazonaws.com"} }
	tests := []struct {
		name   string
		known  bool
		source string
	}{
		{"localhost", true, "A-31 guess"},
		{"abc.localhost", true, "A-31 guess"},
		{"iot.example.test", true, "A-28"},
		{"IOT.Example.Test", true, "A-28, DNS names have no case"},
		{"a1b2c3-ats.iot.us-east-1.amazonaws.com", true, "A-3"},
		{"a1b2c3-ats.iot.eu-west-1.amazonaws.com", false, "A-30 guess"},
		{"other.example.test", false, "A-30 guess"},
		{"iot.us-east-1.amazonaws.com", false, "A-30 guess"},
	}
	s := start(t, Options{Name: "mqtts", ServerNames: served}, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := s.dial(&tls.Config{ServerName: tt.name, InsecureSkipVerify: true})
			c.send("x")
			c.receive(1)
			leaf := c.Conn.(*tls.Conn).ConnectionState().PeerCertificates[0]
			if got := leaf.VerifyHostname(tt.name) == nil; got != tt.known {
				t.Errorf("certificate names %q: got %v, want %v (%s)", leaf.DNSNames, got, tt.known, tt.source)
			}
			if tt.known {
				s.noProblem()
			} else if p := s.problem(); p.Code != ProblemServerName {
				t.Errorf("problem: got %s, want %s (%s)", p.Code, ProblemServerName, tt.source)
			}
		})
	}
}

// A client that dials an address sends no name, and must find the address in
// the certificate.
func TestNoServerName(t *testing.T) {
	s := start(t, Options{Name: "mqtts"}, nil)
	c := s.dial(&tls.Config{ServerName: "127.0.0.1"})
	c.send("x")
	c.receive(1)
	s.noProblem()
	c.Close()
	if f := s.end().c.Facts(); f.ServerName != "" || !f.TLS {
		t.Errorf("facts: got TLS %v, name %q, want true and none (A-31)", f.TLS, f.ServerName)
	}
}

func TestTLSVersions(t *testing.T) {
	tests := []struct {
		name   string
		max    uint16
		ok     bool
		source string
	}{
		{"1.1", tls.VersionTLS11, false, "A-23"},
		{"1.2", tls.VersionTLS12, true, "A-23"},
		{"1.3", tls.VersionTLS13, true, "A-23"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := start(t, Options{Name: "mqtts"}, nil)
			c := s.config(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tt.max})
			conn, err := tls.Dial("tcp", s.Address(), c)
			if got := err == nil; got != tt.ok {
				t.Fatalf("handshake: got %v, want success %v (%s)", err, tt.ok, tt.source)
			}
			if !tt.ok {
				if p := s.problem(); p.Code != ProblemHandshake || p.Hint == "" {
					t.Errorf("problem: got %+v, want %s with a hint (%s)", p, ProblemHandshake, tt.source)
				}
				return
			}
			conn.Close()
		})
	}
}

//
func TestNoSessionTickets(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		s := start(t, Options{Name: "mqtts"}, nil)
		cache := tls.NewLRUClientSessionCache(1)
		for range 2 {
			c := s.dial(&tls.Config{MaxVersion: version, ClientSessionCache: cache})
			c.send("x")
			c.receive(1) // a ticket would have come before
			if c.Conn.(*tls.Conn).ConnectionState().DidResume {
				t.Errorf("%s: session resumed (A-26)", tls.VersionName(version))
			}
		}
	}
}

// The handshake accepts what is well-formed, and the facts have it.
func TestClientCertificate(t *testing.T) {
	for _, listener := range []string{"mqtts", "https"} {
		s := start(t, Options{Name: listener}, nil)
		cert := selfSigned(t, "pump-7")
		c := s.dial(&tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{alpnMQTTCert}})
		c.send("x")
		c.receive(1)
		c.Close()
		f := s.end().c.Facts()
		if len(f.PeerCertificates) != 1 || f.PeerCertificates[0].Subject.CommonName != "pump-7" {
			t.Errorf("%s: got %d certificates, want pump-7's (A-225)", listener, len(f.PeerCertificates))
		}
	}
}

// selfSigned is a certificate of nobody's, and long expired.
func selfSigned(t *testing.T, cn string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: cn},
		NotAfter:     time.Unix(1, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
