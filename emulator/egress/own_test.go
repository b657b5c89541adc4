package egress_test

import (
	"net"
	"net/netip"
	"testing"

	"github.com/suback/suback/emulator/egress"
)

// TestOwn: what a connection sends is known by its end here, for as long as it is open.
func TestOwn(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dialled, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	var own egress.Own
	c := own.Follow(dialled)
	at := netip.MustParseAddrPort(c.LocalAddr().String())
	mapped := netip.AddrPortFrom(netip.AddrFrom16(at.Addr().As16()), at.Port())
	want := func(what string, of netip.AddrPort, want egress.Cause) {
		t.Helper()
		if got := own.Of(of, ""); got != want {
			t.Errorf("%s: got %+v, want %+v (R-23)", what, got, want)
		}
	}
	want("before anything is sent", at, egress.Cause{})
	own.Sends(c, egress.Cause{Rule: "a", Depth: 1})
	own.Sends(c, egress.Cause{Rule: "b", Depth: 2})
	want("the latest", at, egress.Cause{Rule: "b", Depth: 2})
	want("the same address in IPv6", mapped, egress.Cause{Rule: "b", Depth: 2})
	want("another port", netip.AddrPortFrom(at.Addr(), at.Port()^1), egress.Cause{})
	c.Close()
	want("once it is closed", at, egress.Cause{})

	var none *egress.Own
	none.Sends(c, egress.Cause{Depth: 1})
	if got := none.Of(at, ""); got != (egress.Cause{}) {
		t.Errorf("of nobody: got %+v, want nothing (R-23)", got)
	}
}

// TestAgent: what a rule has sent is known by its User-Agent where it comes by another connection.
func TestAgent(t *testing.T) {
	why := egress.Cause{Rule: "alarms_2", Depth: 7}
	var own *egress.Own
	for _, tt := range []struct {
		agent string
		want  egress.Cause
	}{
		{why.Agent(), why},
		{why.Agent() + " proxy/1.0", why},
		{"curl/8.5 " + why.Agent(), egress.Cause{}},
		{"suback", egress.Cause{}},
		{"suback (topic rule a; message 1000)", egress.Cause{}},
		{"suback (topic rule a; message -1)", egress.Cause{}},
		{"", egress.Cause{}},
	} {
		if got := own.Of(netip.AddrPort{}, tt.agent); got != tt.want {
			t.Errorf("%q: got %+v, want %+v (R-23)", tt.agent, got, tt.want)
		}
	}
}
