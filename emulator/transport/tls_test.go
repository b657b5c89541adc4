package transport

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net/http"
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
			} else if p := s.problem(); p.Reason != tt.problem || !slices.Equal(p.Facts.OfferedALPN, tt.offered) {
				t.Errorf("problem: got %s with %q, want %s with %q (%s)", p.Reason, p.Facts.OfferedALPN, tt.problem, tt.offered, tt.source)
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
			} else if p := s.problem(); p.Reason != ProblemServerName {
				t.Errorf("problem: got %s, want %s (%s)", p.Reason, ProblemServerName, tt.source)
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
				if p := s.problem(); p.Reason != ProblemHandshake || p.Hint == "" {
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

// Any well-formed certificate passes, and what cannot is what tls.go
// says; who may connect with one is judged later.
func TestOddClientCertificates(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		cert   tls.Certificate
		passes []uint16
		source string
	}{
		{"expired, self-signed", selfSigned(t, "a"), both, "A-225"},
		{"not valid yet", odd(t, ecKey(t, elliptic.P256()),
			&x509.Certificate{NotBefore: time.Now().Add(time.Hour), NotAfter: time.Now().Add(2 * time.Hour)}), both, "A-225"},
		{"for servers", odd(t, ecKey(t, elliptic.P256()), &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}), both,
			"A-225"},
		{"a CA", odd(t, ecKey(t, elliptic.P256()), &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}),
			both, "A-225"},
		{"critical extension nobody knows", odd(t, ecKey(t, elliptic.P256()), &x509.Certificate{
			ExtraExtensions: []pkix.Extension{{Id: []int{1, 2, 3, 4}, Critical: true, Value: []byte{5, 0}}}}), both, "A-225"},
		{"no subject", odd(t, ecKey(t, elliptic.P256()), &x509.Certificate{}), both, "A-225"},
		{"signed with SHA-1", odd(t, rsaKey(t, 2048), &x509.Certificate{SignatureAlgorithm: x509.SHA1WithRSA}), both, "A-225"},
		{"RSA 1024", odd(t, rsaKey(t, 1024), &x509.Certificate{}), both, "A-225, A-230"},
		{"RSA 4096", odd(t, rsaKey(t, 4096), &x509.Certificate{}), both, "A-225"},
		{"P-384", odd(t, ecKey(t, elliptic.P384()), &x509.Certificate{}), both, "A-225, A-230"},
		{"P-521", odd(t, ecKey(t, elliptic.P521()), &x509.Certificate{}), both, "A-225, A-230"},
		{"Ed25519", odd(t, ed25519.NewKeyFromSeed(make([]byte, 32)), &x509.Certificate{}), both, "A-225"},
		{"P-224", odd(t, ecKey(t, elliptic.P224()), &x509.Certificate{}), both[:1], "crypto/tls"},
		{"damaged", tls.Certificate{Certificate: [][]byte{{0x30, 0x03, 1, 2, 3}}, PrivateKey: ecKey(t, elliptic.P256())}, nil, "crypto/tls"},
		{"another's key", tls.Certificate{Certificate: selfSigned(t, "a").Certificate, PrivateKey: ecKey(t, elliptic.P256())}, nil, "D-31"},
	}
	for _, tt := range tests {
		for _, version := range both {
			t.Run(tt.name+"/"+tls.VersionName(version), func(t *testing.T) {
				t.Parallel()
				s := start(t, Options{Name: "mqtts"}, nil)
				want := slices.Contains(tt.passes, version)
				conn, err := tls.Dial("tcp", s.Address(), s.config(&tls.Config{
					MinVersion: version, MaxVersion: version,
					GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &tt.cert, nil },
				}))
				if err == nil { // TLS 1.3: a refusal comes with the first bytes
					_ = conn.SetDeadline(time.Now().Add(patience))
					_, _ = conn.Write([]byte("x"))
					_, err = conn.Read(make([]byte, 1))
					conn.Close()
				}
				if (err == nil) != want {
					t.Errorf("got %v, want success %v (%s)", err, want, tt.source)
				}
				if err != nil {
					return
				}
				if f := s.end().c.Facts(); len(f.PeerCertificates) != 1 || !bytes.Equal(f.PeerCertificates[0].Raw, tt.cert.Certificate[0]) {
					t.Errorf("the facts have %d certificates, want that one (%s)", len(f.PeerCertificates), tt.source)
				} else if f.TLSVersion != version {
					t.Errorf("TLSVersion: got %s, want %s (A-230)", tls.VersionName(f.TLSVersion), tls.VersionName(version))
				}
			})
		}
	}
}

func odd(t *testing.T, key crypto.Signer, template *x509.Certificate) tls.Certificate {
	t.Helper()
	template.SerialNumber = big.NewInt(1)
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func ecKey(t *testing.T, curve elliptic.Curve) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func rsaKey(t *testing.T, bits int) crypto.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// HTTPS with a certificate: each request of a connection has it, and so
// has a request to a domain that asks for one without ALPN.
func TestHTTPSWithCertificate(t *testing.T) {
	tests := []struct {
		name     string
		listener string
		server   string
		alpn     []string
		want     string
		source   string
	}{
		{"ALPN", "https", "localhost", []string{"x-amzn-http-ca"}, "pump-7", "A-9, A-245"},
		{"ALPN among others", "https", "localhost", []string{"h2", "x-amzn-http-ca"}, "pump-7", "A-20 guess, A-245"},
		{"no ALPN", "https", "localhost", nil, "", "A-22, D-35"},
		{"http/1.1", "https", "localhost", []string{"http/1.1"}, "", "A-22, D-35"},
		{"domain, no ALPN", "https", domainName, nil, "pump-7", "A-49, A-245"},
		{"domain on the other port", "mqtts", domainName, nil, "pump-7", "A-49, A-245"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			handler := func(w http.ResponseWriter, r *http.Request) {
				for _, c := range FactsFrom(r.Context()).PeerCertificates {
					fmt.Fprint(w, c.Subject.CommonName)
				}
			}
			domain := Domain{Protocol: "HTTPS", AuthenticationType: "AWS_X509", ClientCertificate: true}
			s := start(t, Options{Name: tt.listener, Handler: http.HandlerFunc(handler), Domain: domains(domain)}, nil)
			c := s.dial(&tls.Config{ServerName: tt.server, NextProtos: tt.alpn, Certificates: []tls.Certificate{selfSigned(t, "pump-7")}})
			for i := range 3 {
				c.send("POST /topics/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx")
				if _, got := c.response(); got != tt.want {
					t.Errorf("request %d: got the certificate of %q, want %q (%s)", i, got, tt.want, tt.source)
				}
			}
		})
	}
}

// selfSigned is a certificate of nobody's, and long expired.
func selfSigned(t *testing.T, cn string) tls.Certificate {
	t.Helper()
	return odd(t, ecKey(t, elliptic.P256()), &x509.Certificate{Subject: pkix.Name{CommonName: cn}, NotAfter: time.Unix(1, 0)})
}
