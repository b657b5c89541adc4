package transport

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"
)

// Addresses
//
//   - localhost is both loopback addresses, with one port: clients that resolve
//     localhost to ::1 first must not find somebody else there
//   - a machine without IPv6, or without IPv4, has one of them
//   - any other address is net.Listen's

// loopbacks are what localhost stands for; the first is what Address tells.
var loopbacks = []string{"127.0.0.1", "::1"}

// freePortTries is how often another free port is tried that both loopback
// addresses have.
const freePortTries = 20

// listen opens an address.
func listen(address string) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || host != "localhost" {
		return listenAt(address)
	}
	for tries := 1; ; tries++ {
		l, err := listenLoopback(port)
		if err == nil || port != "0" || tries == freePortTries {
			return l, err
		}
	}
}

// listenLoopback opens one port on every loopback address that there is.
func listenLoopback(port string) (net.Listener, error) {
	var all []net.Listener
	var missing error
	for _, host := range loopbacks {
		l, err := listenAt(net.JoinHostPort(host, port))
		switch {
		case err == nil:
			all = append(all, l)
			port = portOf(l)
		case isNoSuchAddress(err):
			missing = err
		default:
			return nil, errors.Join(err, closeAll(all))
		}
	}
	switch len(all) {
	case 0:
		return nil, missing
	case 1:
		return all[0], nil
	}
	return newJoined(all), nil
}

func portOf(l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// isNoSuchAddress tells that this machine has no such address, IPv6 being
// switched off for instance, from a port that is taken.
func isNoSuchAddress(err error) bool {
	return errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT)
}

// A joined listener accepts from several.
type joined struct {
	all      []net.Listener
	accepted chan accepted
	closed   chan struct{}
	closing  sync.Once
	work     sync.WaitGroup
}

type accepted struct {
	conn net.Conn
	err  error
}

func newJoined(all []net.Listener) *joined {
	j := &joined{all: all, accepted: make(chan accepted), closed: make(chan struct{})}
	for _, l := range all {
		j.work.Go(func() { j.acceptFrom(l) })
	}
	return j
}

// acceptFrom hands over what one listener accepts. The next is accepted when
// somebody asked for this one, so that who asks decides on pauses.
func (j *joined) acceptFrom(l net.Listener) {
	for {
		conn, err := l.Accept()
		select {
		case j.accepted <- accepted{conn, err}:
		case <-j.closed:
			if conn != nil {
				_ = conn.Close()
			}
			return
		}
	}
}

// Accept implements net.Listener.
func (j *joined) Accept() (net.Conn, error) {
	select {
	case a := <-j.accepted:
		return a.conn, a.err
	case <-j.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. It returns when nothing accepts any more.
func (j *joined) Close() (err error) {
	j.closing.Do(func() {
		close(j.closed)
		err = closeAll(j.all)
		j.work.Wait()
	})
	return err
}

// Addr is that of the first.
func (j *joined) Addr() net.Addr { return j.all[0].Addr() }

func closeAll(all []net.Listener) (err error) {
	for _, l := range all {
		err = errors.Join(err, l.Close())
	}
	return err
}

// IsLoopback tells an address to listen on that only this machine reaches:
// "localhost:1883", "127.0.0.1:0", "[::1]:1883".
func IsLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	ip, notIP := netip.ParseAddr(host)
	return err == nil && (host == "localhost" || notIP == nil && ip.IsLoopback())
}
