package transport

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"time"

	"github.com/suback/suback/emulator/cause"
)

// Facts are what is known about a connection before its first MQTT packet, or
// about an HTTP request. Plain data: a test writes them as a literal. Nobody
// changes them once they are handed out.
type Facts struct {
	// Listener is the one it came in by: "mqtt", "mqtts", "https" or "http".
	Listener string

	// TLS tells whether the fields below it mean anything.
	TLS bool
	// TLSVersion is tls.VersionTLS12 or tls.VersionTLS13.
	TLSVersion uint16
	// ServerName is the SNI as sent, "" if none was.
	ServerName string
	// ALPN is the protocol chosen, "" if none; OfferedALPN is the client's
	// list in its order.
	ALPN        string
	OfferedALPN []string
	// PeerCertificates is the client's chain, leaf first. They are well-formed
	// and the client has the leaf's key; nothing else was checked.
	PeerCertificates []*x509.Certificate

	// Flaw is the id of the fault that had the listener show a certificate that no client
	// should accept; 0: it showed its own.
	Flaw int

	// HTTP is the request, or the request that became a WebSocket. Nil for
	// MQTT without WebSocket.
	HTTP *HTTP

	Remote, Local netip.AddrPort
	ConnectedAt   time.Time
}

// HTTP is a request as it was sent.
type HTTP struct {
	Method string
	// Path and RawQuery are still escaped; RawQuery has no leading "?".
	Path, RawQuery string
	Host           string
	// Header has all fields, Host too, in the order and with the casing
	// received; a name may occur twice.
	Header []Field
	// ReceivedAt is when its head had come in. A signature is judged at this
	// moment, that of an upgrade also when the CONNECT comes later.
	ReceivedAt time.Time
}

// A Field is one line of an HTTP header.
type Field struct{ Name, Value string }

// WithoutPort cuts the port off a Host header, and with it the brackets around an
// IPv6 address.
func WithoutPort(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

// A Problem is a mistake of a client that ends here, or would puzzle its owner
// later. It is meant for the trace; the client is told none of it.
type Problem struct {
	Facts       *Facts
	cause.Cause // Reason is one of the Problem constants
	// Saw is what the client got when it was refused here, as "426 Upgrade
	// Required"; "" if the connection goes on, or if the client ended it itself.
	Saw string
	// RequestID is the one that the client was told, "" if none.
	RequestID string
}

// What can be wrong before the first packet.
const (
	ProblemHandshake   = "TLS_HANDSHAKE_FAILED"      // versions or ciphers
	ProblemUntrusted   = "TLS_CERTIFICATE_REJECTED"  // the client does not accept our certificate, and said so
	ProblemHungUp      = "TLS_CLIENT_HUNG_UP"        // during the handshake, or right after it
	ProblemServerName  = "TLS_SERVER_NAME_UNKNOWN"   // the connection goes on
	ProblemProtocol    = "DOMAIN_PROTOCOL_MISMATCH"  // not the domain's applicationProtocol
	ProblemALPN        = "TLS_ALPN_UNKNOWN"          // the connection goes on
	ProblemPlain       = "PLAIN_TEXT_ON_TLS_PORT"    //
	ProblemTLS         = "TLS_ON_PLAIN_PORT"         //
	ProblemMQTT        = "MQTT_ON_HTTP_PORT"         //
	ProblemHTTP        = "HTTP_ON_MQTT_PORT"         //
	ProblemSilent      = "NO_FIRST_PACKET"           // nothing came within ConnectTimeout
	ProblemRequest     = "HTTP_REQUEST_UNREADABLE"   //
	ProblemEndpoint    = "WRONG_ENDPOINT"            // another service's host
	ProblemSubprotocol = "WEBSOCKET_SUBPROTOCOL"     //
	ProblemUpgrade     = "WEBSOCKET_UPGRADE_REFUSED" // path, key or version
	ProblemFrame       = "WEBSOCKET_FRAME"           // text frame or broken framing

	// What is ended or refused because of a bound.
	ProblemConnections = "TOO_MANY_CONNECTIONS" //
	ProblemHalfOpen    = "TOO_MANY_HALF_OPEN"   //
	ProblemDescriptors = "OUT_OF_DESCRIPTORS"   //
	ProblemHeader      = "HTTP_HEAD_TOO_LONG"   //
)

type contextKey int

const (
	factsKey contextKey = iota
	httpConnKey
	helloKey
)

// FactsFrom returns the facts of the request that ctx belongs to: that of a
// request a Listener gave to Options.Handler. Otherwise nil.
func FactsFrom(ctx context.Context) *Facts {
	f, _ := ctx.Value(factsKey).(*Facts)
	return f
}
