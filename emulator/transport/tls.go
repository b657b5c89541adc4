package transport

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
)

// TLS, before the first byte of MQTT or HTTP
//
//   - versions 1.2 and 1.3, no session tickets
//   - the certificate follows SNI; a name nobody serves gets the default one and
//     the handshake goes on
//   - mqtts asks for a client certificate; https asks under x-amzn-*-ca alone; any
//     well-formed one is accepted, none is required
//   - ALPN: the client's first known name wins [A-20, guess]; no known name is as
//     none at all [A-19, guess]; h2 is not known
//   - ALPN "mqtt" never asks for a certificate, so a client that has one set, which
//     fails against AWS, passes here unseen: nothing tells us of D-5
//   - mqtts speaks MQTT whatever the ALPN

// ALPN names of the device gateway.
const (
	alpnMQTT     = "mqtt"
	alpnMQTTCert = "x-amzn-mqtt-ca"
	alpnHTTPCert = "x-amzn-http-ca"
	alpnHTTP     = "http/1.1"
)

// tlsSide holds one ready tls.Config per ALPN name, and one for none ("").
type tlsSide struct {
	o       Options
	configs map[string]*tls.Config
}

func newTLS(o Options) *tlsSide {
	t := &tlsSide{o: o, configs: map[string]*tls.Config{}}
	names := []string{"", alpnMQTT, alpnMQTTCert, alpnHTTPCert, alpnHTTP}
	if o.Name == "mqtts" {
		names = []string{"", alpnMQTTCert, alpnMQTT}
	}
	for _, alpn := range names {
		c := &tls.Config{
			MinVersion:             tls.VersionTLS12,
			SessionTicketsDisabled: true,
			GetCertificate:         t.certificate,
		}
		if alpn != "" {
			c.NextProtos = []string{alpn}
		}
		if o.Name == "mqtts" || alpn == alpnMQTTCert || alpn == alpnHTTPCert {
			c.ClientAuth = tls.RequestClientCert
		}
		t.configs[alpn] = c
	}
	return t
}

// hello is what a handshake that fails leaves behind.
type hello struct {
	seen       bool
	serverName string
	offered    []string
}

// config answers GetConfigForClient. An empty choice has no NextProtos, or
// crypto/tls would refuse the client.
func (t *tlsSide) config(info *tls.ClientHelloInfo) (*tls.Config, error) {
	if h, ok := info.Context().Value(helloKey).(*hello); ok {
		*h = hello{seen: true, serverName: info.ServerName, offered: slices.Clone(info.SupportedProtos)}
	}
	for _, name := range info.SupportedProtos {
		if c := t.configs[name]; c != nil && name != "" {
			return c, nil
		}
	}
	return t.configs[""], nil
}

// certificate issues for the name asked for. The address connected to goes in
// as well: clients that dial an IP address send no name.
func (t *tlsSide) certificate(info *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := info.ServerName
	if !t.serves(name) {
		name = ""
	}
	var ips []net.IP
	if ip := addrPort(info.Conn.LocalAddr()).Addr(); ip.IsValid() && !ip.IsLoopback() {
		ips = append(ips, ip.AsSlice())
	}
	return t.o.CA.ServerCertificate(name, ips...)
}

func (t *tlsSide) serves(name string) bool {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	if name == "" || net.ParseIP(name) != nil { // [A-31, guess]
		return true
	}
	patterns := append([]string{"localhost", "*.localhost"}, t.o.ServerNames()...)
	return slices.ContainsFunc(patterns, func(p string) bool {
		p = strings.ToLower(p)
		if suffix, ok := strings.CutPrefix(p, "*"); ok {
			return strings.HasSuffix(name, suffix)
		}
		return p == name
	})
}

// open does the TLS handshake, if there is one, completes facts, and tells
// whether MQTT (or else HTTP) is spoken on what it returns.
func (l *Listener) open(tcp *net.TCPConn, facts *Facts) (wire net.Conn, mqtt, ok bool) {
	if l.tls == nil {
		return tcp, l.o.Name == "mqtt", true
	}
	h := new(hello)
	ctx := context.WithValue(context.Background(), helloKey, h)
	watched := &handshakeConn{TCPConn: tcp}
	conn := tls.Server(watched, &tls.Config{MinVersion: tls.VersionTLS12, GetConfigForClient: l.tls.config})
	err := conn.HandshakeContext(ctx)
	facts.TLS, facts.ServerName, facts.OfferedALPN = true, h.serverName, h.offered
	if err != nil {
		l.handshakeFailed(facts, h, cmp.Or(watched.alert(), err))
		return nil, false, false
	}
	watched.over = true
	state := conn.ConnectionState()
	facts.ALPN, facts.PeerCertificates = state.NegotiatedProtocol, state.PeerCertificates
	l.noteHello(facts)
	mqtt = l.o.Name == "mqtts" || facts.ALPN == alpnMQTT || facts.ALPN == alpnMQTTCert
	return conn, mqtt, true
}

// noteHello reports what goes on here and would puzzle someone later.
func (l *Listener) noteHello(f *Facts) {
	if !l.tls.serves(f.ServerName) {
		l.report(f, serverNameUnknown(f.ServerName))
	}
	if f.ALPN == "" && len(f.OfferedALPN) > 0 {
		l.report(f, alpnUnknown(f.OfferedALPN))
	}
}

// handshakeFailed finds the cause of a failed handshake.
func (l *Listener) handshakeFailed(f *Facts, h *hello, err error) {
	var record tls.RecordHeaderError
	switch plain := errors.As(err, &record) && record.Conn != nil; {
	case l.closing():
	case plain:
		l.report(f, plainOnTLS(recognise(record.RecordHeader[0]), l.o.Name))
	case !h.seen && isHangUp(err): // a port check, not a client
	case isRejection(err) && !l.tls.serves(h.serverName):
		l.report(f, serverNameUnknown(h.serverName))
	case isRejection(err):
		l.report(f, untrusted(err))
	case isHangUp(err):
		l.report(f, hungUp("the client ended the connection during the handshake"))
	default:
		l.report(f, handshake(err))
	}
}

// handshakeEnded looks at a connection that ended right after its handshake:
// Node.js, for one, looks at the certificate only then.
func (l *Listener) handshakeEnded(f *Facts, err error) {
	if f.TLS && isHangUp(err) && !l.closing() {
		l.report(f, hungUp("the client ended the connection after the handshake, without a byte"))
	}
}

// isRejection tells the TLS alerts that mean "I do not accept your
// certificate": 42 to 46 and 48 in RFC 8446.
func isRejection(err error) bool {
	var remote *net.OpError
	if !errors.As(err, &remote) || remote.Op != remoteAlert {
		return false
	}
	return slices.ContainsFunc([]tls.AlertError{42, 43, 44, 45, 46, 48}, func(a tls.AlertError) bool {
		return remote.Err.Error() == a.Error() // the alerts of crypto/tls have no exported type
	})
}

const remoteAlert = "remote error" // as crypto/tls names it

// A handshakeConn remembers the last bytes a client sent in its handshake.
// OpenSSL sends the alert that ends a TLS 1.3 handshake in the clear, where
// crypto/tls sees nothing but a bad record MAC.
type handshakeConn struct {
	*net.TCPConn
	over bool
	tail []byte
}

const (
	alertRecord = 7 // bytes: type 21, version, length 2, level, description
	closeNotify = 0 // an alert's description
)

func (c *handshakeConn) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	if !c.over {
		c.tail = append(c.tail, p[:n]...)
		c.tail = slices.Clone(c.tail[max(0, len(c.tail)-alertRecord):])
	}
	return n, err
}

// alert is the alert the client ended its handshake with, nil for none. A
// close_notify is a hang-up: all that s2n, the TLS of AWS's SDKs, says of a
// certificate it does not accept.
func (c *handshakeConn) alert() error {
	t := c.tail
	switch {
	case len(t) != alertRecord || t[0] != 21 || t[1] != 3 || t[3] != 0 || t[4] != 2:
		return nil
	case t[6] == closeNotify:
		return io.EOF
	}
	return &net.OpError{Op: remoteAlert, Err: tls.AlertError(t[6])}
}
