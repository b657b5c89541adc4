package egress

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"strings"
	"time"
)

// A scope is where a host may be.
type scope int

const (
	nowhere     scope = iota
	thisMachine       // loopback addresses
	near              // and private ones
	anywhere          // and all others that are a single machine's
	trusted           // likewise, and requests are signed with the gateway's own keys
)

// A Door is a set of hosts. The zero value has this machine alone. Nobody changes one.
type Door struct {
	hosts map[string]scope // lower case, without a dot at the end
	below []string         // suffixes with a dot in front, trusted

	lookup func(ctx context.Context, host string) ([]netip.Addr, error) // nil: the system's
}

// New opens hosts by name: host names, addresses, and *.x for all below x. An error names
// the one that is none.
func New(hosts []string) (*Door, error) {
	d := &Door{hosts: map[string]scope{}}
	for _, text := range hosts {
		if err := d.open(text); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (d *Door) open(text string) error {
	host := normal(text)
	_, notAddr := netip.ParseAddr(host)
	switch suffix, all := strings.CutPrefix(host, "*"); {
	case notAddr == nil:
	case all && strings.HasPrefix(suffix, ".") && len(suffix) > 1 && !strings.ContainsAny(suffix, "*/:@ "):
		d.below = append(d.below, suffix)
		return nil
	case host == "" || strings.ContainsAny(host, "*/:@ "):
		return fmt.Errorf("host %q: want a host name, an address, or *.x for all below x", text)
	}
	d.hosts[host] = trusted
	return nil
}

// With is a door that has more hosts: those that were opened by name, and of those that were
// only mentioned the ones that are near. The former that are near are not trusted for that:
// whoever uses an API may listen at another port there.
func (d *Door) With(named, mentioned []string) *Door {
	more := &Door{hosts: map[string]scope{}}
	if d != nil {
		more.lookup, more.below = d.lookup, d.below
		maps.Copy(more.hosts, d.hosts)
	}
	for _, host := range named {
		host = normal(host)
		s := trusted
		if IsNear(host) {
			s = anywhere
		}
		more.hosts[host] = max(s, more.hosts[host])
	}
	for _, host := range mentioned {
		if host = normal(host); IsNear(host) {
			more.hosts[host] = max(near, more.hosts[host])
		}
	}
	return more
}

// normal is a host as hosts has it.
func normal(host string) string {
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

// IsNear tells a host that is this machine, a private address, or called as services of a
// compose network and the machine that runs them are: by a name without dots, or
// host.docker.internal.
func IsNear(host string) bool {
	host = normal(host)
	if a, err := netip.ParseAddr(host); err == nil {
		return near.has(a)
	}
	return isThisMachine(host) || host == "host.docker.internal" ||
		host != "" && !strings.ContainsAny(host, ".*/:@ ")
}

func isThisMachine(host string) bool {
	a, err := netip.ParseAddr(host)
	return err == nil && thisMachine.has(a) || host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// has tells whether a host of the scope may have an address.
func (s scope) has(a netip.Addr) bool {
	a = a.Unmap()
	switch {
	case isMetadata(a):
		return false
	case a.IsLoopback():
		return s >= thisMachine
	case a.IsPrivate():
		return s >= near
	case a.IsUnspecified() || a.IsMulticast() || a.IsLinkLocalUnicast() || a == broadcast():
		return false
	}
	return s >= anywhere
}

// isMetadata tells where machines in clouds have their credentials, beside link-local addresses: at
// AWS fd00:ec2::254 and others below fd00:ec2::/32, at Google fd20:ce::254. They are private ones.
func isMetadata(a netip.Addr) bool {
	b := a.As16()
	return [4]byte(b[:4]) == [4]byte{0xfd, 0x00, 0x0e, 0xc2} ||
		b == [16]byte{0xfd, 0x20, 0x00, 0xce, 14: 0x02, 15: 0x54}
}

func broadcast() netip.Addr { return netip.AddrFrom4([4]byte{255, 255, 255, 255}) }

// scopeOf is where a host may be.
func (d *Door) scopeOf(host string) scope {
	if d != nil {
		if s := d.hosts[host]; s != nowhere {
			return s
		}
		for _, suffix := range d.below {
			if strings.HasSuffix(host, suffix) {
				return trusted
			}
		}
	}
	if isThisMachine(host) {
		return thisMachine
	}
	return nowhere
}

// A Closed is a host, or an address of it, that nobody has opened.
type Closed struct {
	Host string
	Addr netip.Addr // the zero value if it is the host as a whole
}

func (c *Closed) Error() string {
	if !c.Addr.IsValid() {
		return fmt.Sprintf("%s is not open", c.Host)
	}
	return fmt.Sprintf("%s has the address %s, which is not open for it", c.Host, c.Addr)
}

// Check says with a *Closed that a host is not open. No name is looked up.
func (d *Door) Check(host string) error {
	if host = normal(host); d.scopeOf(host) == nowhere {
		return &Closed{Host: host}
	}
	return nil
}

// Trusts reports whether requests to a host may be signed with the gateway's own keys: New opened it
// by name, or With did and it is not near.
func (d *Door) Trusts(host string) bool { return d.scopeOf(normal(host)) == trusted }

// dialTime is how long a name is looked up and its addresses are dialled, together. An
// http.Transport dials beyond the end of the request that asked for it.
const dialTime = 5 * time.Second

// Dial connects to host:port, at the first address of the host's that is open and answers, in
// 5 s. The error of a host that is not is a *Closed.
func (d *Door) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel() // a connection lasts longer
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addrs, err := d.addresses(ctx, normal(host))
	if err != nil {
		return nil, err
	}
	var dialer net.Dialer
	for _, a := range addrs {
		var c net.Conn
		if c, err = dialer.DialContext(ctx, network, net.JoinHostPort(a.String(), port)); err == nil {
			return c, nil
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, err
}

// addresses are those of a host that may be dialled: one at least, if there is no error.
func (d *Door) addresses(ctx context.Context, host string) (open []netip.Addr, err error) {
	s := d.scopeOf(host)
	if s == nowhere {
		return nil, &Closed{Host: host}
	}
	found, err := d.find(ctx, host)
	if err != nil {
		return nil, err
	}
	closed := &Closed{Host: host}
	for _, a := range found {
		if closed.Addr = a.Unmap(); s.has(a) {
			open = append(open, a.Unmap())
		}
	}
	switch {
	case len(open) > 0:
		return open, nil
	case len(found) == 0:
		return nil, fmt.Errorf("%s has no address", host)
	}
	return nil, closed
}

// find looks a name up, once. An address is itself; localhost needs nobody's answer.
func (d *Door) find(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	if isThisMachine(host) {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}, nil
	}
	if d != nil && d.lookup != nil {
		return d.lookup(ctx, host)
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}
