package transport

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
)

// Why a handshake failed, as far as its last bytes tell

// handshakeFailed finds the cause of a failed handshake.
func (l *Listener) handshakeFailed(p *place, f *Facts, h *hello, err error) {
	var record tls.RecordHeaderError
	switch plain := errors.As(err, &record) && record.Conn != nil; {
	case l.closing() || p.gone():
	case errors.Is(err, os.ErrDeadlineExceeded) && h.seen:
		l.report(f, slowHandshake)
		l.room.Hit(BoundTime)
	case plain:
		l.report(f, plainOnTLS(recognise(record.RecordHeader[0]), l.o.Name))
	case !h.seen && isHangUp(err): // a port check, not a client
	case isRejection(err) && !l.tls.serves(h):
		l.report(f, serverNameUnknown(h.serverName))
	case isRejection(err):
		l.report(f, l.byName(h.serverName, untrusted(err)))
	case isHangUp(err):
		l.report(f, l.byName(h.serverName, hungUp("the client ended the connection during the handshake")))
	default:
		l.report(f, handshake(err, h.domain))
	}
}

// handshakeEnded looks at a connection that ended right after its handshake:
// Node.js, for one, looks at the certificate only then.
func (l *Listener) handshakeEnded(f *Facts, err error) {
	if f.TLS && isHangUp(err) && !l.closing() {
		l.report(f, l.byName(f.ServerName,
			hungUp("the client ended the connection after the handshake, without a byte")))
	}
}

// byName adds to a problem with the certificate what that is for, if no server name was sent or
// one that is not known here.
func (l *Listener) byName(serverName string, p Problem) Problem {
	switch {
	case serverName == "":
		p.Hint += fmt.Sprintf("; it sent no server name (SNI), so the certificate is for %s, localhost and the "+
			"address connected to: let it connect to one of these names, or send the name", l.shownNames())
		p.Cause = p.Because("A-27", "A-31")
	case !l.tls.serves(&hello{serverName: serverName, domain: l.o.Domain(serverName)}):
		p.Hint = fmt.Sprintf("the certificate is for %s and localhost: connect to one of these names, or give %q to "+
			"a domain configuration as its domainName", l.shownNames(), serverName)
		p.Cause = p.Because("A-30", "D-33")
	}
	return p
}

// shownNames are the names of the default certificate, those of the configuration
// and of the device gateway before others.
func (l *Listener) shownNames() string {
	const most = 4
	names := slices.DeleteFunc(slices.Clone(l.o.ServerNames()),
		func(name string) bool { return strings.Contains(name, "localhost") })
	own := func(name string) bool {
		return !strings.HasSuffix(name, ".amazonaws.com") && !strings.HasSuffix(name, ".amazonaws.com.cn")
	}
	slices.SortStableFunc(names, func(a, b string) int {
		switch {
		case own(a) == own(b):
			return 0
		case own(a):
			return -1
		}
		return 1
	})
	if len(names) > most {
		names = append(names[:most], "others of its kind")
	}
	if len(names) == 0 {
		return "no name of an endpoint"
	}
	return strings.Join(names, ", ")
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
	place *place
	over  bool
	tail  []byte
}

const (
	alertRecord = 7 // bytes: type 21, version, length 2, level, description
	closeNotify = 0 // an alert's description
)

func (c *handshakeConn) Read(p []byte) (int, error) {
	if c.over {
		return c.TCPConn.Read(p)
	}
	c.place.leaveTurn()
	n, err := c.TCPConn.Read(p)
	c.place.takeTurn()
	c.tail = append(c.tail, p[:n]...)
	c.tail = slices.Clone(c.tail[max(0, len(c.tail)-alertRecord):])
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
