package emulator

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/transport"
)

// Who may have this machine run code, or read what it runs, by Lambda's API
//
//   - this machine itself, on the http listener, and what Options.FunctionsFrom names
//   - no web page, not even one that may use the control plane
//   - nobody, if suback.yaml says functions: {api: off}

// mayRun says why a request may not, and how it could.
func (a *Account) mayRun(r *http.Request) error {
	f := transport.FactsFrom(r.Context())
	from := f.Remote.Addr()
	switch {
	case a.config().FunctionsAPI == "off", a.first.config().FunctionsAPI == "off":
		return errors.New("the API of Lambda is switched off by functions: {api: off} in suback.yaml")
	case f.Listener != HTTP:
		return fmt.Errorf("the API of Lambda is taken on the http listener alone, that of --http; this is %s",
			f.Listener)
	case isForeign(new(http.CrossOriginProtection), r):
		return errors.New("the API of Lambda is not for web pages, whatever --allow-origin says")
	case a.isTrusted(r.Context(), from):
		return nil
	}
	return fmt.Errorf("the API of Lambda makes this machine run code, so it is taken from this machine alone, "+
		"not from %s; --functions-from %s (SUBACK_FUNCTIONS_FROM) lets it in", from, from)
}

// isTrusted tells this machine, and who may have it run code.
func (g *gateway) isTrusted(ctx context.Context, addr netip.Addr) bool {
	return addr.IsLoopback() || g.functionsFrom.have(ctx, addr)
}

// sources are the addresses that Options.FunctionsFrom names.
type sources struct {
	networks []netip.Prefix
	names    []string
	gateway  bool
}

const gatewaySource = "gateway"

// newSources reads what names them.
func newSources(texts []string) (s sources, err error) {
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

// have tells whether an address is one of them. Names are resolved anew each time:
// a container gets another address when it is made anew.
func (s sources) have(ctx context.Context, addr netip.Addr) bool {
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
