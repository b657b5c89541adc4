package egress

import (
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"sync"
)

// A Cause is what a request to somewhere follows from.
type Cause struct {
	Rule  string // whose action sends it
	Depth int    // how many messages led to it; 0 for what follows from none
}

// Agent is the User-Agent of a request that follows from it. Proxies, published ports and other
// gateways like this one hand it on, so that what comes back by them is known, too. AWS's own is not
// known; no other header is added to what a rule sends.
func (c Cause) Agent() string {
	return fmt.Sprintf("suback (topic rule %s; message %d)", c.Rule, c.Depth)
}

var agent = regexp.MustCompile(`\Asuback \(topic rule (\w{1,128}); message (\d{1,3})\)`)

// causeOf is what a User-Agent says.
func causeOf(header string) Cause {
	m := agent.FindStringSubmatch(header)
	if m == nil {
		return Cause{}
	}
	depth, _ := strconv.Atoi(m[2]) // digits
	return Cause{m[1], depth}
}

// Own knows what a request that comes back to the gateway follows from: by the gateway's own
// connections and their end here, or else by its User-Agent. The zero value, and nil, know no
// connections. Methods are safe for concurrent use.
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

// Of is what a request follows from whose client is at remote, and says that it is agent.
func (o *Own) Of(remote netip.AddrPort, agent string) Cause {
	if o == nil {
		return causeOf(agent)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if why, ok := o.all[netip.AddrPortFrom(remote.Addr().Unmap(), remote.Port())]; ok {
		return why
	}
	return causeOf(agent)
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
