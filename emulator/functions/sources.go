package functions

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"
)

// Sources are the addresses from which a machine may be had to run code. The zero value
// is none.
type Sources struct {
	networks []netip.Prefix
	names    []string
	gateway  bool
}

const gatewaySource = "gateway"

// NewSources reads what names them: addresses, networks as 172.18.0.0/16, host names, and
// "gateway" for the default gateway.
func NewSources(texts []string) (s Sources, err error) {
	for _, text := range texts {
		network, notNetwork := netip.ParsePrefix(text)
		addr, notAddr := netip.ParseAddr(text)
		switch {
		case text == gatewaySource:
			s.gateway = true
		case notNetwork == nil:
			s.networks = append(s.networks, network.Masked())
		case notAddr == nil:
			s.networks = append(s.networks, netip.PrefixFrom(addr, addr.BitLen()))
		case text == "" || strings.ContainsAny(text, "/:* "):
			return s, fmt.Errorf("functions from %q: want an address, a network as 172.18.0.0/16, a host name, or %s",
				text, gatewaySource)
		default:
			s.names = append(s.names, text)
		}
	}
	return s, nil
}

// resolveTime is how long a name may take to be found.
const resolveTime = 2 * time.Second

// Have tells whether an address is one of them. Names are resolved anew each time:
// a container gets another address when it is made anew.
func (s Sources) Have(ctx context.Context, addr netip.Addr) bool {
	if slices.ContainsFunc(s.networks, func(n netip.Prefix) bool { return n.Contains(addr) }) {
		return true
	}
	if s.gateway && slices.Contains(defaultGateways(), addr) {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, resolveTime)
	defer cancel()
	return slices.ContainsFunc(s.names, func(name string) bool {
		found, _ := net.DefaultResolver.LookupNetIP(ctx, "ip", name)
		return slices.ContainsFunc(found, func(a netip.Addr) bool { return a.Unmap() == addr })
	})
}

// defaultGateways are those of IPv4, on Linux; elsewhere there are none.
func defaultGateways() (all []netip.Addr) {
	text, _ := os.ReadFile("/proc/net/route")
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line) // Iface Destination Gateway …, in the machine's byte order
		if len(fields) < 3 || fields[1] != "00000000" {
			continue
		}
		if b, err := hex.DecodeString(fields[2]); err == nil && len(b) == 4 {
			var ip [4]byte
			binary.NativeEndian.PutUint32(ip[:], binary.BigEndian.Uint32(b))
			all = append(all, netip.AddrFrom4(ip))
		}
	}
	return all
}
