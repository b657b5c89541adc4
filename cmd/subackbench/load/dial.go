package load

import (
	"crypto/tls"
	"net"
	"strings"
	"time"
)

// patience is how long a packet is waited for.
const patience = 30 * time.Second

func (r *run) dial() (net.Conn, error) {
	d := net.Dialer{Timeout: patience}
	if strings.HasPrefix(r.addr, "127.") {
		d.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(2+r.sources.Add(1)%200))}
	}
	conn, err := d.Dial("tcp", r.addr)
	if err != nil || r.scheme == "tcp" || r.scheme == "ws" {
		return conn, err
	}
	config := &tls.Config{InsecureSkipVerify: true, ServerName: "localhost",
		// what every broker knows and devices offer: else one broker does a key exchange that another lacks
		CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256}}
	if r.alpn != "" && r.scheme == "tls" {
		config.NextProtos = []string{r.alpn}
	}
	t := tls.Client(conn, config)
	_ = conn.SetDeadline(time.Now().Add(patience))
	if err := t.Handshake(); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return t, nil
}
