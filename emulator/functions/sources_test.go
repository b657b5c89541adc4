package functions

import (
	"context"
	"net/netip"
	"strings"
	"testing"
)

// TestSources: who may have this machine run code is named by address, network,
// host name, or as the gateway.
func TestSources(t *testing.T) {
	tests := []struct{ from, addr, want string }{ // want: "yes", "no" or part of an error
		{"10.1.2.3", "10.1.2.3", "yes"}, {"10.1.2.3", "10.1.2.4", "no"},
		{"172.18.0.0/16", "172.18.9.9", "yes"}, {"172.18.5.7/16", "172.18.9.9", "yes"}, {"172.18.0.0/16", "172.19.0.1", "no"},
		{"fd00::/8", "fd00::7", "yes"}, {"fd00::/8", "10.0.0.1", "no"},
		{"10.0.0.1 172.18.0.0/16", "172.18.0.2", "yes"},
		{"localhost", "127.0.0.1", "yes"}, {"localhost", "10.0.0.1", "no"},
		{"no-such-name.invalid", "10.0.0.1", "no"}, {"", "10.0.0.1", "no"},
		{"10.0.0.1/33", "10.0.0.1", `"10.0.0.1/33": want an address`}, {"10.0.0.1:80", "10.0.0.1", "want an address"},
		{"*", "10.0.0.1", "want an address"},
	}
	for _, tt := range tests {
		s, err := NewSources(strings.Fields(tt.from))
		got := map[bool]string{true: "yes", false: "no"}[s.Have(context.Background(), netip.MustParseAddr(tt.addr))]
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, tt.want) {
			t.Errorf("%q for %s: got %s, want %s", tt.from, tt.addr, got, tt.want)
		}
	}
}
