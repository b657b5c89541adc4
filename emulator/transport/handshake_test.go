package transport

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
)

// A client without our CA: whoever reads the trace is told where it is.
func TestUntrustedCA(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		s := start(t, Options{Name: "mqtts"}, nil)
		_, err := tls.Dial("tcp", s.Address(), &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "localhost", MaxVersion: version})
		if err == nil {
			t.Fatal("handshake succeeded")
		}
		if p := s.problem(); p.Reason != ProblemUntrusted || p.Hint != giveCA {
			t.Errorf("%s: got %s %q, want %s %q (A-7)", tls.VersionName(version), p.Reason, p.Hint, ProblemUntrusted, giveCA)
		}
	}
}

// OpenSSL ends a TLS 1.3 handshake with an alert in the clear, though both
// sides have keys: so do mosquitto, Python and Node.js.
func TestUntrustedCAInTheClear(t *testing.T) {
	tests := []struct {
		alert   byte
		problem string
	}{
		{42, ProblemUntrusted}, // bad certificate
		{46, ProblemUntrusted}, // certificate unknown
		{48, ProblemUntrusted}, // unknown CA
		{40, ProblemHandshake}, // handshake failure
		{47, ProblemHandshake}, // illegal parameter
		{0, ProblemHungUp},     // close_notify: what the AWS IoT Device SDK sends, 10 to 30 s later
	}
	for _, tt := range tests {
		s := start(t, Options{Name: "mqtts"}, nil)
		c := s.tcp()
		_ = tls.Client(&openSSL{Conn: c.Conn, alert: tt.alert}, s.config(nil)).Handshake()
		if p := s.problem(); p.Reason != tt.problem {
			t.Errorf("alert %d: got %s %q, want %s (RFC 8446 6.2)", tt.alert, p.Reason, p.Detail, tt.problem)
		}
	}
}

// openSSL lets the ClientHello pass and sends an alert instead of the rest.
type openSSL struct {
	net.Conn
	alert byte
	hello bool
}

func (o *openSSL) Write(p []byte) (int, error) {
	if o.hello {
		_, _ = o.Conn.Write([]byte{21, 3, 3, 0, 2, 2, o.alert})
		return 0, o.Conn.Close()
	}
	o.hello = true
	return o.Conn.Write(p)
}

// Node.js completes the handshake, then looks at the certificate, then hangs up.
func TestHangUpAfterHandshake(t *testing.T) {
	s := start(t, Options{Name: "https"}, nil)
	s.dial(nil).Close()
	if p := s.problem(); p.Reason != ProblemHungUp || !strings.HasSuffix(p.Hint, giveCA) {
		t.Errorf("got %s %q, want %s with %q (A-7)", p.Reason, p.Hint, ProblemHungUp, giveCA)
	}
}

// Without a server name the certificate is for what the listener is named, and
// whoever has another name in mind is told so.
func TestNoNameRefused(t *testing.T) {
	s := start(t, Options{Name: "mqtts",
		ServerNames: func() []string { return []string{"*.iot.us-east-1.amazonaws.com", "iot.example.test"} }}, nil)
	conn, err := tls.Dial("tcp", s.Address(), &tls.Config{InsecureSkipVerify: true}) // of an address no name is sent
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	const want = "it sent no server name (SNI), so the certificate is for iot.example.test, *.iot.us-east-1.amazonaws.com, localhost"
	if p := s.problem(); p.Reason != ProblemHungUp || !strings.Contains(p.Hint, want) || !slices.Contains(p.Rules, "A-27") {
		t.Errorf("got %s %q %v, want %s with %q (A-27)", p.Reason, p.Hint, p.Rules, ProblemHungUp, want)
	}
}

// A wrong name is the cause when a client refuses the default certificate.
func TestWrongNameRefused(t *testing.T) {
	s := start(t, Options{Name: "mqtts"}, nil)
	_, err := tls.Dial("tcp", s.Address(), s.config(&tls.Config{ServerName: "other.example.test"}))
	var host x509.HostnameError
	if !errors.As(err, &host) {
		t.Fatalf("got %v, want a host name error (A-30)", err)
	}
	if p := s.problem(); p.Reason != ProblemServerName || p.Facts.ServerName != "other.example.test" {
		t.Errorf("got %s for %q, want %s (A-30)", p.Reason, p.Facts.ServerName, ProblemServerName)
	}
}

// A client that says nothing when it refuses the default certificate, as curl does [A-30, D-33].
func TestWrongNameAndNoWord(t *testing.T) {
	s := start(t, Options{Name: "mqtts", ServerNames: func() []string { return []string{"iot.example.test"} }}, nil)
	conn, err := tls.Dial("tcp", s.Address(), &tls.Config{InsecureSkipVerify: true, ServerName: "other.example.test"})
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if p := s.problem(); p.Reason != ProblemServerName || !slices.Contains(p.Rules, "D-33") {
		t.Errorf("got %s %v, want %s (D-33)", p.Reason, p.Rules, ProblemServerName)
	}
	const want = `the certificate is for iot.example.test and localhost: connect to one of these names, or give "other.example.test" to`
	if p := s.problem(); p.Reason != ProblemHungUp || !strings.Contains(p.Hint, want) || !slices.Contains(p.Rules, "D-33") {
		t.Errorf("got %s %q %v, want %s with %q (D-33)", p.Reason, p.Hint, p.Rules, ProblemHungUp, want)
	}
}

// A port check says nothing and is not worth a line.
func TestPortCheckIsSilent(t *testing.T) {
	s := start(t, Options{Name: "mqtts"}, nil)
	s.tcp().Close()
	s.Close(func(string) {})
	s.noProblem()
}
