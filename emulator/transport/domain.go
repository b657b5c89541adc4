package transport

import (
	"crypto/tls"
	"fmt"
	"net/http"

	"github.com/suback/suback/emulator/cause"
)

// Domain configurations, as far as they concern the way in
//
//   - one is found by SNI; for a WebSocket upgrade whose SNI names none, by the
//     Host header
//   - at DEFAULT, the port and ALPN decide what is spoken, as on the default
//     endpoint
//   - another protocol is spoken on every TLS port; ALPN plays no part, but a name
//     the gateway knows is still answered, or clients would end the handshake
//
//   - whether a client certificate is requested follows the authentication type
//     then
//   - a client that speaks something else is refused [A-49, guess]: raw MQTT and
//     what is sent to SECURE_MQTT end without a byte, HTTP is 403 Forbidden
//   - the server certificate and the TLS policy are the configuration's own
//

// The values of Domain.Protocol that decide; any other leaves it to ALPN.
const (
	secureMQTT    = "SECURE_MQTT"
	mqttWebSocket = "MQTT_WSS"
	onlyHTTPS     = "HTTPS"
)

// A Domain is what a listener must know of a domain configuration. The zero
// value stands for a name that has none.
type Domain struct {
	// Configured tells that a domain configuration has the name asked for.
	Configured bool
	// Protocol is its applicationProtocol: SECURE_MQTT, MQTT_WSS or HTTPS; ""
	// and DEFAULT leave the choice to port and ALPN.
	Protocol string
	// AuthenticationType is for the reader of a Problem.
	AuthenticationType string
	// ClientCertificate has one requested; none is required. It counts beside
	// one of the three protocols only: AWS_X509 and CUSTOM_AUTH_X509 set it.
	ClientCertificate bool
	// Certificate is the configuration's own server certificate with its chain.
	// Nil: issued by Options.CA for the name.
	Certificate *tls.Certificate
	// SecurityPolicy is a name as IoTSecurityPolicy_TLS13_1_2_2022_10. Another
	// one than AWS has, and "", stand for that one, the default.
	SecurityPolicy string
}

// decides tells that ALPN plays no part.
func (d Domain) decides() bool {
	return d.Protocol == secureMQTT || d.Protocol == mqttWebSocket || d.Protocol == onlyHTTPS
}

// speaksMQTT tells what the first bytes after the TLS handshake are: MQTT, or
// else HTTP.
func (l *Listener) speaksMQTT(f *Facts, d Domain) bool {
	switch {
	case !f.TLS:
		return l.o.Name == "mqtt"
	case d.decides():
		return d.Protocol == secureMQTT
	}
	return l.o.Name == "mqtts" || f.ALPN == alpnMQTT || f.ALPN == alpnMQTTCert
}

// refuseProtocol looks for a request that the domain does not take: it returns
// the answer, or nil.
func (l *Listener) refuseProtocol(f *Facts, d Domain, upgrade bool) *Answer {
	name, saw := f.ServerName, "an HTTPS request"
	if upgrade {
		saw = "a WebSocket upgrade"
		if !d.Configured {
			name = WithoutPort(f.HTTP.Host)
			d = l.o.Domain(name)
		}
	}
	wanted := d.Protocol == onlyHTTPS && !upgrade || d.Protocol == mqttWebSocket && upgrade
	if wanted || !d.decides() {
		return nil
	}
	return l.refuse(f, wrongProtocol(d, name, saw),
		&Answer{http.StatusForbidden, "ForbiddenException", "Forbidden"})
}

func wrongProtocol(d Domain, name, saw string) Problem {
	hint := map[string]string{
		secureMQTT:    "connect with MQTT over TLS, without WebSocket",
		mqttWebSocket: "open a WebSocket: wss://" + name + "/mqtt",
		onlyHTTPS:     "send HTTPS requests: POST https://" + name + "/topics/<topic>",
	}
	return Problem{
		Cause: cause.Cause{Reason: ProblemProtocol,
			Detail: fmt.Sprintf("%s on domain %q, whose applicationProtocol is %s (authenticationType %s)",
				saw, name, d.Protocol, d.AuthenticationType),
			Hint: "the domain takes " + d.Protocol + " alone: " + hint[d.Protocol] +
				"; or change its applicationProtocol",
			Rules: []string{"A-49"}},
		Saw: closed,
	}
}
