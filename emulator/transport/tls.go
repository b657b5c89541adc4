package transport

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/pki"
)

// TLS, before the first byte of MQTT or HTTP
//
//   - versions 1.2 and 1.3, no session tickets, unless a domain
//     configuration has a policy of its own
//   - the certificate follows SNI; without SNI it is for all names of the account,
//     as AWS's is for its endpoints; a name nobody serves gets that
//     default one and the handshake goes on; its key is ECDSA, or RSA for a client
//     whose cipher suites or algorithms leave nothing else
//   - mqtts asks for a client certificate; https asks under x-amzn-*-ca alone; any
//     well-formed one is accepted, none is required
//   - ALPN: the client's first known name wins [A-20, guess]; no known name is as
//     none at all [A-19, guess]; h2 is not known
//   - ALPN "mqtt" never asks for a certificate, so a client that has one set, which
//     fails against AWS, passes here unseen: nothing tells us of D-5
//   - mqtts speaks MQTT whatever the ALPN
//   - a domain configuration may change all of it, see domain.go
//
// Any well-formed client certificate means any that crypto/tls can read and that
// has a key it can verify with: whoever signed it, when, with what, for whatever
// purpose. That leaves out RSA keys under 1024 or over 8192 bits, DSA, RSA-PSS
// keys, elliptic curves other than NIST's and Ed25519 (P-224 under TLS 1.3 too),
// and negative serial numbers: their handshake fails, where AWS would refuse most
// of them at CONNECT. Under TLS 1.2 the client must sign with SHA-256 or
// better.

// ALPN names of the device gateway.
const (
	alpnMQTT     = "mqtt"
	alpnMQTTCert = "x-amzn-mqtt-ca"
	alpnHTTPCert = "x-amzn-http-ca"
	alpnHTTP     = "http/1.1"
)

// tlsSide chooses the tls.Config of each handshake. Those for clients whose
// domain configuration has nothing of its own are ready, one per ALPN name, and
// one for none ("").
type tlsSide struct {
	o       Options
	configs map[string]*tls.Config
}

func newTLS(o Options) *tlsSide {
	t := &tlsSide{o: o, configs: map[string]*tls.Config{}}
	for _, alpn := range append(t.known(Domain{}), "") {
		t.configs[alpn] = t.build(Domain{}, alpn)
	}
	return t
}

// known are the ALPN names that are answered.
func (t *tlsSide) known(d Domain) []string {
	if t.o.Name == "mqtts" && !d.decides() {
		return []string{alpnMQTTCert, alpnMQTT}
	}
	return []string{alpnMQTT, alpnMQTTCert, alpnHTTPCert, alpnHTTP}
}

// asks tells whether a client certificate is requested.
func (t *tlsSide) asks(d Domain, alpn string) bool {
	if d.decides() {
		return d.ClientCertificate
	}
	return t.o.Name == "mqtts" || alpn == alpnMQTTCert || alpn == alpnHTTPCert
}

func (t *tlsSide) build(d Domain, alpn string) *tls.Config {
	c := &tls.Config{GetCertificate: t.certificate}
	secure(c, d.SecurityPolicy, t.o.Name)
	if alpn != "" { // without a choice no list, or crypto/tls would refuse the client
		c.NextProtos = []string{alpn}
	}
	if t.asks(d, alpn) {
		c.ClientAuth = tls.RequestClientCert
	}
	if d.Certificate != nil {
		c.GetCertificate = func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return d.Certificate, nil }
	}
	return c
}

// hello is what the first message of a handshake told, also of one that fails.
type hello struct {
	seen       bool
	serverName string
	offered    []string
	domain     Domain
	facts      *Facts // of the connection, as far as they are known
}

func helloOf(info *tls.ClientHelloInfo) *hello { return info.Context().Value(helloKey).(*hello) }

// config answers GetConfigForClient.
func (t *tlsSide) config(info *tls.ClientHelloInfo) (*tls.Config, error) {
	h := helloOf(info)
	h.seen, h.serverName, h.offered = true, info.ServerName, slices.Clone(info.SupportedProtos)
	h.domain = t.o.Domain(info.ServerName)
	h.facts.TLS, h.facts.ServerName, h.facts.OfferedALPN = true, h.serverName, h.offered
	known, alpn := t.known(h.domain), ""
	if i := slices.IndexFunc(h.offered, func(name string) bool { return slices.Contains(known, name) }); i >= 0 {
		alpn = h.offered[i] // [A-20, guess]
	}
	if flaw, fault := t.o.Flaw(h.facts); fault != 0 {
		h.facts.Flaw = fault
		return t.flawed(h.domain, alpn, flaw), nil
	}
	if h.domain.decides() || h.domain.Certificate != nil || h.domain.SecurityPolicy != "" {
		return t.build(h.domain, alpn), nil
	}
	return t.configs[alpn], nil
}

// certificate issues for the name asked for, or for all. The address connected
// to goes in as well: clients that dial an IP address send no name.
func (t *tlsSide) certificate(info *tls.ClientHelloInfo) (*tls.Certificate, error) {
	names := []string{info.ServerName}
	if info.ServerName == "" || !t.serves(helloOf(info)) {
		names = t.o.ServerNames()
	}
	var ips []net.IP
	if ip := addrPort(info.Conn.LocalAddr()).Addr(); ip.IsValid() && !ip.IsLoopback() {
		ips = append(ips, ip.AsSlice())
	}
	cert, err := t.o.CA.DefaultCertificate(names, ips...)
	if err != nil || fits(info, cert) {
		return cert, err
	}
	if other, err := t.o.CA.RSAServerCertificate(names, ips...); err == nil && fits(info, other) {
		return other, nil
	}
	return cert, nil // the handshake fails, and says why
}

// flawed is build with a certificate that no client should accept.
func (t *tlsSide) flawed(d Domain, alpn string, flaw pki.Flaw) *tls.Config {
	c := t.build(d, alpn)
	c.GetCertificate = func(info *tls.ClientHelloInfo) (*tls.Certificate, error) {
		names := append([]string{info.ServerName}, t.o.ServerNames()...)
		ip := net.IP(addrPort(info.Conn.LocalAddr()).Addr().AsSlice())
		cert, err := t.o.CA.FlawedCertificate(flaw, names, ip)
		if err != nil || fits(info, cert) {
			return cert, err
		}
		return t.o.CA.FlawedRSACertificate(flaw, names, ip)
	}
	return c
}

// fits tells whether a client can use a certificate's key, whatever its name.
func fits(info *tls.ClientHelloInfo, cert *tls.Certificate) bool {
	asked := *info
	asked.ServerName = ""
	return asked.SupportsCertificate(cert) == nil
}

func (t *tlsSide) serves(h *hello) bool {
	name := strings.TrimSuffix(h.serverName, ".")
	if h.domain.Configured || name == "" || net.ParseIP(name) != nil { // [A-28; A-31, guess]
		return true
	}
	return IsNamed(name, append([]string{"localhost", "*.localhost"}, t.o.ServerNames()...))
}

// open does the TLS handshake, if there is one, and completes facts.
func (l *Listener) open(p *place, facts *Facts) (wire net.Conn, d Domain, ok bool) {
	if l.tls == nil {
		return p.tcp, Domain{}, true
	}
	h := &hello{facts: facts}
	ctx := context.WithValue(context.Background(), helloKey, h)
	watched := &handshakeConn{TCPConn: p.tcp, place: p}
	conn := tls.Server(watched, &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: l.tls.config})
	err := conn.HandshakeContext(ctx)
	facts.TLS, facts.ServerName, facts.OfferedALPN = true, h.serverName, h.offered
	if err != nil {
		l.handshakeFailed(p, facts, h, cmp.Or(watched.alert(), err))
		return nil, h.domain, false
	}
	watched.over = true
	state := conn.ConnectionState()
	facts.ALPN, facts.PeerCertificates, facts.TLSVersion =
		state.NegotiatedProtocol, state.PeerCertificates, state.Version
	l.noteHello(facts, h)
	return conn, h.domain, true
}

// noteHello reports what goes on here and would puzzle someone later.
func (l *Listener) noteHello(f *Facts, h *hello) {
	if !l.tls.serves(h) {
		l.report(f, serverNameUnknown(f.ServerName))
	}
	if f.ALPN == "" && len(f.OfferedALPN) > 0 && !h.domain.decides() {
		l.report(f, alpnUnknown(f.OfferedALPN))
	}
}
