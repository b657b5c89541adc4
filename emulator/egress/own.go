package egress

import (
	"net"
	"net/netip"
	"sync"
)

// A Cause is what a request to somewhere follows from.
type Cause struct {
	Rule  string // whose action sends it
	Depth int    // how many messages led to it; 0 for what follows from none
}

// Own knows the gateway's own connections by their end here, so that a request that comes back to
// the gateway is known for what it follows from; nothing of that is on the wire. One that comes by
// a proxy or another machine's network is not known. The zero value, and nil, know none. Methods
// are safe for concurrent use.
type Own struct {
	mu  sync.Mutex
	all map[netip.AddrPort]Cause
}

// Sends says what the request follows from that goes by a connection of [Own.Follow] next.
func (o *Own) Sends(c net.Conn, why Cause) {
	local := endOf(c.LocalAddr())
	if o == nil || !local.IsValid() {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.all == nil {
		o.all = map[netip.AddrPort]Cause{}
	}
	o.all[local] = why
}

// Of is what a request follows from whose client is at remote.
func (o *Own) Of(remote netip.AddrPort) Cause {
	if o == nil {
		return Cause{}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.all[netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port())]
}

// Follow has a connection forgotten when it is closed.
func (o *Own) Follow(c net.Conn) net.Conn { return &own{c, o} }

type own struct {
	net.Conn
	of *Own
}

// Close forgets first: its port may be another's as soon as it is closed.
func (c *own) Close() error {
	if c.of != nil {
		c.of.mu.Lock()
		delete(c.of.all, endOf(c.LocalAddr()))
		c.of.mu.Unlock()
	}
	return c.Conn.Close()
}

// endOf is an end of a connection, invalid if it is not of TCP.
func endOf(a net.Addr) netip.AddrPort {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	end := tcp.AddrPort()
	return netip.AddrPortFrom(end.Addr().Unmap(), end.Port())
}
