package transport

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
)

// talk is what the first byte of a client says it speaks.
type talk int

const (
	talkOther talk = iota
	talkMQTT
	talkHTTP
	talkTLS
)

// recognise needs one byte: CONNECT is 0x10, a TLS handshake record 0x16, and
// no MQTT packet that may come first begins like the capital letter of an HTTP
// method.
func recognise(first byte) talk {
	switch {
	case first == 0x10:
		return talkMQTT
	case first == 0x16:
		return talkTLS
	case 'A' <= first && first <= 'Z':
		return talkHTTP
	}
	return talkOther
}

// firstRead is how many bytes are read at most before it is known who reads on: enough
// for nearly every CONNECT.
const firstRead = 256

// sniff reads the first bytes and returns them, or false if this connection
// must end: the client speaks something else than the listener, or the domain.
func (l *Listener) sniff(p *place, wire net.Conn, facts *Facts, d Domain, mqtt bool) ([]byte, bool) {
	p.leaveTurn()
	prefix := make([]byte, firstRead)
	n, err := wire.Read(prefix)
	stepBehind()
	if n == 0 {
		if p.gone() {
			return nil, false // and that is told of
		}
		if mqtt && errors.Is(err, os.ErrDeadlineExceeded) {
			l.report(facts, silent)
			l.room.Hit(BoundTime)
		}
		l.handshakeEnded(facts, err) // TLS 1.3: a rejection may come late
		return nil, false
	}
	switch said := recognise(prefix[0]); {
	case said == talkTLS && !facts.TLS:
		l.report(facts, tlsOnPlain)
	case said == talkHTTP && mqtt && d.decides():
		l.report(facts, wrongProtocol(d, facts.ServerName, "HTTP"))
	case said == talkMQTT && !mqtt && d.decides():
		l.report(facts, wrongProtocol(d, facts.ServerName, "MQTT without WebSocket"))
	case said == talkHTTP && mqtt:
		l.report(facts, httpOnMQTT(facts))
	case said == talkMQTT && !mqtt:
		l.report(facts, mqttOnHTTP(facts))
	default:
		return prefix[:n], true
	}
	return nil, false
}

// isHangUp tells an end without a message from an error.
func isHangUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

func addrPort(a net.Addr) netip.AddrPort {
	t, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	ap := t.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}
