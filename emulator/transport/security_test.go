package transport

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"slices"
	"strings"
	"testing"
)

// What AWS's table has, and what is done of it: a real handshake per row.
func TestSecurityPolicies(t *testing.T) {
	const (
		ecdheRSA  = tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
		cbcSHA256 = tls.TLS_RSA_WITH_AES_128_CBC_SHA256
		gcm       = tls.TLS_RSA_WITH_AES_256_GCM_SHA384
		cbcSHA    = tls.TLS_RSA_WITH_AES_256_CBC_SHA
		chacha    = tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
		tripleDES = tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA
	)
	all := []uint16{ecdheRSA, cbcSHA256, gcm, cbcSHA, chacha, tripleDES}
	tests := []struct {
		policy   string
		listener string
		versions []uint16
		suites   []uint16 // of all, those that TLS 1.2 takes
		source   string
	}{
		{"", "mqtts", both, []uint16{ecdheRSA, cbcSHA256, gcm, cbcSHA}, "A-23, A-24"},
		{"IoTSecurityPolicy_TLS13_1_3_2022_10", "mqtts", []uint16{tls.VersionTLS13}, nil, "A-24"},
		{"IoTSecurityPolicy_TLS13_1_2_2022_10", "mqtts", both, []uint16{ecdheRSA, cbcSHA256, gcm, cbcSHA}, "A-24"},
		{"IoTSecurityPolicy_TLS12_1_2_2022_10", "mqtts", []uint16{tls.VersionTLS12}, []uint16{ecdheRSA, cbcSHA256, gcm, cbcSHA}, "A-24"},
		{"IoTSecurityPolicy_TLS12_1_0_2016_01", "mqtts", []uint16{tls.VersionTLS12}, []uint16{ecdheRSA, gcm, cbcSHA}, "A-24"},
		{"IoTSecurityPolicy_TLS12_1_0_2016_01", "https", []uint16{tls.VersionTLS12}, []uint16{ecdheRSA, cbcSHA256, gcm, cbcSHA}, "A-24"},
		{"IoTSecurityPolicy_TLS12_1_0_2015_01", "mqtts", []uint16{tls.VersionTLS12}, []uint16{ecdheRSA, cbcSHA256, gcm, cbcSHA}, "A-24"},
		{"IoTSecurityPolicy_TLS13_1_2_2022_01", "mqtts", both, []uint16{ecdheRSA, cbcSHA}, "A-24"},
	}
	own := odd(t, rsaKey(t, 2048), &x509.Certificate{Subject: pkix.Name{CommonName: "own"}})
	for _, tt := range tests {
		s := start(t, Options{Name: tt.listener, Domain: domains(Domain{SecurityPolicy: tt.policy, Certificate: &own})}, nil)
		handshake := func(c *tls.Config) error {
			c.ServerName, c.InsecureSkipVerify = domainName, true
			conn, err := tls.Dial("tcp", s.Address(), c)
			if err == nil {
				conn.Close()
			}
			return err
		}
		for _, v := range []uint16{tls.VersionTLS10, tls.VersionTLS11, tls.VersionTLS12, tls.VersionTLS13} {
			err := handshake(&tls.Config{MinVersion: v, MaxVersion: v})
			if want := slices.Contains(tt.versions, v); (err == nil) != want {
				t.Errorf("%s, %s: got %v, want success %v (%s)", tt.policy, tls.VersionName(v), err, want, tt.source)
			}
		}
		for _, suite := range all {
			err := handshake(&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite}})
			if want := slices.Contains(tt.suites, suite); (err == nil) != want {
				t.Errorf("%s on %s, %s: got %v, want success %v (%s)", tt.policy, tt.listener, tls.CipherSuiteName(suite), err, want, tt.source)
			}
		}
	}
}

// Clients that know one kind of key get a certificate with it, also on the
// endpoints that have no certificate of their own.
func TestServerKeyFitsClient(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		suites []uint16
		want   x509.PublicKeyAlgorithm
		source string
	}{
		{"any", nil, x509.ECDSA, "A-7"},
		{"ECDSA", []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}, x509.ECDSA, "A-24"},
		{"both, RSA first", []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}, x509.ECDSA,
			"A-7 guess"},
		{"RSA", []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}, x509.RSA, "A-24"},
		{"RSA without ECDHE", []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}, x509.RSA, "A-24"},
		{"none of the policy", []uint16{tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA}, x509.UnknownPublicKeyAlgorithm, "A-24"},
	}
	for _, name := range []string{"mqtts", "https"} {
		s := start(t, Options{Name: name}, nil)
		for _, tt := range tests {
			t.Run(name+"/"+tt.name, func(t *testing.T) {
				got := x509.UnknownPublicKeyAlgorithm
				conn, err := tls.Dial("tcp", s.Address(), s.config(&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: tt.suites}))
				if err == nil {
					got = conn.ConnectionState().PeerCertificates[0].PublicKeyAlgorithm
					conn.Close()
				}
				if got != tt.want {
					t.Errorf("got %v, %v, want %v (%s)", got, err, tt.want, tt.source)
				}
			})
		}
	}
}

var both = []uint16{tls.VersionTLS12, tls.VersionTLS13}

// The trace tells which policy kept a client out.
func TestSecurityPolicyProblem(t *testing.T) {
	const policy = "IoTSecurityPolicy_TLS13_1_3_2022_10"
	s := start(t, Options{Name: "mqtts", Domain: domains(Domain{SecurityPolicy: policy})}, nil)
	_, err := tls.Dial("tcp", s.Address(), s.config(&tls.Config{ServerName: domainName, MaxVersion: tls.VersionTLS12}))
	if err == nil {
		t.Fatal("handshake succeeded (A-24)")
	}
	p := s.problem()
	if p.Reason != ProblemHandshake || !strings.HasPrefix(p.Hint, "TLS 1.3 is needed") || !strings.Contains(p.Hint, policy) ||
		!slices.Contains(p.Rules, "A-24") {
		t.Errorf("got %s %q %q, want %s with the policy (A-24)", p.Reason, p.Hint, p.Rules, ProblemHandshake)
	}
	conn, err := tls.Dial("tcp", s.Address(), s.config(&tls.Config{MaxVersion: tls.VersionTLS12})) // the default endpoint
	if err != nil {
		t.Fatalf("got %v, want the policy for its domain alone (A-25)", err)
	}
	conn.Close()
}

// A domain's own TLS settings bring no tickets back.
func TestNoSessionTicketsOnDomains(t *testing.T) {
	own := selfSigned(t, "own")
	s := start(t, Options{Name: "mqtts", Domain: domains(Domain{Protocol: "SECURE_MQTT", Certificate: &own})}, nil)
	cache := tls.NewLRUClientSessionCache(1)
	for range 2 {
		c := s.dial(&tls.Config{ServerName: domainName, InsecureSkipVerify: true, ClientSessionCache: cache})
		c.send("x")
		c.receive(1) // a ticket would have come before
		if c.Conn.(*tls.Conn).ConnectionState().DidResume {
			t.Error("session resumed (A-26)")
		}
	}
}
