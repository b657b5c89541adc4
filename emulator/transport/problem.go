package transport

import (
	"fmt"
	"strings"

	"github.com/suback/suback/emulator/cause"
)

// What clients get wrong before their first packet, and what to tell their
// owners. Numbers as in the catalogue D-1 … D-53.

// closed is what a client gets that is told nothing.
const closed = "nothing, connection closed"

const giveCA = "give the client the CA: `suback ca`, or GET /_suback/ca.pem on the http listener"

var (
	silent = Problem{
		Cause: cause.Cause{Reason: ProblemSilent,
			Detail: "connected, and sent nothing",
			Hint:   "the first packet must be CONNECT; how long it may take is set by --request-time",
			Rules:  []string{"A-35", "B-610"}},
		Saw: closed,
	}
	halfRequest = Problem{
		Cause: cause.Cause{Reason: ProblemRequest,
			Detail: "the head of an HTTP request did not come to its end in time",
			Hint:   "a head ends with an empty line; how long it may take is set by --request-time"},
		Saw: closed,
	}
	slowHandshake = Problem{
		Cause: cause.Cause{Reason: ProblemHandshake,
			Detail: "the TLS handshake did not come to its end in time",
			Hint:   "how long it may take is set by --request-time",
			Rules:  []string{"B-610"}},
		Saw: closed,
	}
	tlsOnPlain = Problem{
		Cause: cause.Cause{Reason: ProblemTLS,
			Detail: "a TLS handshake on a listener without TLS",
			Hint:   "use the mqtts or https listener, or switch TLS off in the client",
			Rules:  []string{"A-21"}},
		Saw: closed,
	}
)

func (l *Listener) report(f *Facts, p Problem) {
	p.Facts = f
	l.o.Problem(p)
}

func httpOnMQTT(f *Facts) Problem {
	p := Problem{
		Cause: cause.Cause{Reason: ProblemHTTP,
			Detail: fmt.Sprintf("an HTTP request on listener %s, which speaks MQTT alone", f.Listener),
			Hint:   "WebSocket clients and HTTP go to the https listener, or http without TLS",
			Rules:  []string{"A-9"}},
		Saw: closed,
	}
	if f.Listener == "https" {
		p.Detail = fmt.Sprintf("an HTTP request on a connection with ALPN %q", f.ALPN)
		p.Hint = "a WebSocket client must not offer ALPN mqtt: remove it, or offer http/1.1"
		p.Rules = []string{"D-3", "A-14"}
	}
	return p
}

func mqttOnHTTP(f *Facts) Problem {
	p := Problem{
		Cause: cause.Cause{Reason: ProblemMQTT,
			Detail: "MQTT without WebSocket on listener http",
			Hint:   "connect to the mqtt listener, or use ws://…/mqtt",
			Rules:  []string{"A-13"}},
		Saw: closed,
	}
	if f.Listener == "https" {
		p.Detail = fmt.Sprintf("MQTT on a connection that is HTTP by its ALPN (offered: %s)", list(f.OfferedALPN))
		p.Hint = "offer ALPN mqtt for a custom authorizer, x-amzn-mqtt-ca for a client certificate, or use " +
			"WebSocket"
		p.Rules = []string{"D-2", "A-13"}
	}
	return p
}

func plainOnTLS(said talk, listener string) Problem {
	p := Problem{
		Cause: cause.Cause{Reason: ProblemPlain,
			Detail: fmt.Sprintf("listener %s wants TLS, the client sent something else", listener),
			Hint:   "switch TLS on in the client, or use a listener without TLS: mqtt, http",
			Rules:  []string{"A-21"}},
		Saw: closed,
	}
	switch said {
	case talkMQTT:
		p.Detail = fmt.Sprintf("MQTT without TLS on listener %s", listener)
		p.Hint = "switch TLS on in the client, or use the mqtt listener; AWS has no port without TLS"
	case talkHTTP:
		p.Detail = fmt.Sprintf("HTTP without TLS on listener %s", listener)
		p.Hint = "use https:// or wss://, or the http listener; AWS has no port without TLS"
	}
	return p
}

func untrusted(err error) Problem {
	return Problem{
		Cause: cause.Cause{Reason: ProblemUntrusted,
			Detail: "the client does not accept the server certificate: " + err.Error(),
			Hint:   giveCA,
			Rules:  []string{"A-7"}},
	}
}

// hungUp may be a client that does not accept the certificate and does not say
// so, or one that had nothing to say.
func hungUp(detail string) Problem {
	return Problem{
		Cause: cause.Cause{Reason: ProblemHungUp,
			Detail: detail,
			Hint:   "if it does not accept the certificate, " + giveCA,
			Rules:  []string{"A-7"}},
	}
}

func handshake(err error, d Domain) Problem {
	p := Problem{Cause: cause.Cause{Reason: ProblemHandshake, Detail: err.Error(), Rules: []string{"A-23"}},
		Saw: "a TLS alert, connection closed"}
	switch {
	case strings.Contains(p.Detail, "unsupported versions"):
		p.Hint = versions(d.SecurityPolicy) + " is needed"
	case strings.Contains(p.Detail, "no cipher suite"):
		p.Hint = "let the client offer a cipher suite of the TLS policy that fits the key of the server certificate"
	case strings.HasPrefix(p.Detail, "remote error"):
		p.Saw = "" // the alert is the client's
		p.Hint = "the client gave up, and its own log says why; " + versions(d.SecurityPolicy) +
			" is served, with ECDSA and RSA keys"
	default:
		p.Hint = "use a common TLS library with " + versions(d.SecurityPolicy) +
			": none sends such a handshake; a proxy or another protocol may"
	}
	if d.SecurityPolicy != "" {
		p.Hint += "; the domain's security policy is " + d.SecurityPolicy
		p.Rules = []string{"A-24", "A-25"}
	}
	p.Hint = strings.TrimPrefix(p.Hint, "; ")
	return p
}

func serverNameUnknown(name string) Problem {
	return Problem{
		Cause: cause.Cause{Reason: ProblemServerName,
			Detail: fmt.Sprintf("no endpoint or domain configuration is named %q; the default certificate was sent",
				name),
			Hint:  "use localhost, the endpoint address, or the domainName of a domain configuration",
			Rules: []string{"A-28", "A-30", "D-26", "D-33"}},
	}
}

func alpnUnknown(offered []string) Problem {
	return Problem{
		Cause: cause.Cause{Reason: ProblemALPN,
			Detail: fmt.Sprintf("no ALPN name known among %s; went on as if none had been offered", list(offered)),
			Hint:   "the gateway knows mqtt, x-amzn-mqtt-ca, x-amzn-http-ca and http/1.1",
			Rules:  []string{"A-9", "A-19"}},
	}
}

// badRequest is of a request that net/http refused; h is its head, if it was whole.
func (l *Listener) badRequest(status string, h *rawHead) Problem {
	if strings.HasPrefix(status, "431 ") {
		l.room.Hit(BoundHeader)
		return Problem{
			Cause: cause.Cause{Reason: ProblemHeader,
				Detail: fmt.Sprintf("the head of an HTTP request of more than %d bytes was answered %s", l.o.HeaderBytes,
					status),
				Hint: "send shorter headers, or raise --max-header"},
			Saw: status,
		}
	}
	return Problem{
		Cause: cause.Cause{Reason: ProblemRequest,
			Detail: "an HTTP request that cannot be read was answered " + status,
			Hint:   h.advice()},
		Saw: status,
	}
}

// refusal returns the status of an answer of 400 or more.
func refusal(answer []byte) (status string, ok bool) {
	line, _, _ := strings.Cut(string(answer[:min(len(answer), 200)]), "\r\n")
	status, ok = strings.CutPrefix(line, "HTTP/1.1 ")
	return status, ok && status >= "4"
}

func refusedUpgrade(detail, hint string, rules ...string) Problem {
	return Problem{Cause: cause.Cause{Reason: ProblemUpgrade, Detail: "WebSocket upgrade: " + detail, Hint: hint,
		Rules: rules}}
}

func brokenFrame(err error, code int) Problem {
	return Problem{
		Cause: cause.Cause{Reason: ProblemFrame,
			Detail: err.Error(),
			Hint:   "MQTT goes in masked binary frames, without extensions",
			Rules:  []string{"A-42", "A-43"}},
		Saw: fmt.Sprintf("WebSocket Close %d, connection closed", code),
	}
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return fmt.Sprintf("%q", names)
}
