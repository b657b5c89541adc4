package egress

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// addrs are what names have in the tests.
func lookup(_ context.Context, host string) (all []netip.Addr, err error) {
	texts, ok := map[string]string{
		"api.example.com": "203.0.113.7", "rebound.example.com": "169.254.169.254", "inside.example.com": "10.0.0.5",
		"mixed.example.com": "169.254.169.254 203.0.113.8", "self.example.com": "127.0.0.1",
		"app": "172.18.0.3", "app2": "::ffff:172.18.0.4", "prod": "203.0.113.9", "a.corp.test": "203.0.113.10",
		"none.example.com": "", "host.docker.internal": "192.168.65.2", "zero": "0.0.0.0", "meta6": "fd00:ec2::254",
		"many.example.com": "224.0.0.1",
	}[host]
	if !ok {
		return nil, errors.New("no such host")
	}
	for _, text := range strings.Fields(texts) {
		all = append(all, netip.MustParseAddr(text))
	}
	return all, nil
}

// TestDoor: which addresses are dialled for a host, however it got open.
func TestDoor(t *testing.T) {
	const none = "not open"
	for _, tt := range []struct{ name, named, mentioned, host, want string }{
		{"this machine", "", "", "localhost", "127.0.0.1 ::1"},
		{"below localhost", "", "", "a.localhost.", "127.0.0.1 ::1"},
		{"loopback", "", "", "127.8.0.1", "127.8.0.1"},
		{"loopback in IPv6", "", "", "[::1]", "::1"},
		{"mapped loopback", "", "", "::ffff:127.0.0.1", "127.0.0.1"},
		{"all others", "", "", "api.example.com", none},
		{"a name that is this machine's", "", "", "self.example.com", none},
		{"private", "", "", "10.0.0.5", none},
		{"a name without dots", "", "", "app", none},
		{"unspecified", "", "", "0.0.0.0", none},
		{"metadata", "", "", "169.254.169.254", none},
		{"named", "api.example.com", "", "API.example.com", "203.0.113.7"},
		{"named for others", "api.example.com", "", "xapi.example.com", none},
		{"below", "*.corp.test", "", "a.corp.test", "203.0.113.10"},
		{"what it is below", "*.corp.test", "", "corp.test", none},
		{"suffix without a dot", "*.corp.test", "", "evilcorp.test", none},
		{"named, inside", "inside.example.com", "", "inside.example.com", "10.0.0.5"},
		{"named, rebound to credentials", "rebound.example.com", "", "rebound.example.com", "169.254.169.254, which is not open"},
		{"named, one of two", "mixed.example.com", "", "mixed.example.com", "203.0.113.8"},
		{"named metadata", "169.254.169.254", "", "169.254.169.254", "which is not open"},
		{"named metadata in IPv6", "fd00:ec2::254", "", "[fd00:ec2::254]", "which is not open"},
		{"other services of the cloud's", "fd00:ec2::253", "", "fd00:ec2::253", "which is not open"},
		{"named metadata of Google's", "fd20:ce::254", "", "fd20:ce::254", "which is not open"},
		{"mentioned metadata in IPv6", "", "fd00:ec2::254", "fd00:ec2::254", none},
		{"mentioned, rebound to metadata", "", "meta6", "meta6", "fd00:ec2::254, which is not open"},
		{"mentioned, private in IPv6", "", "fd00:ec3::254", "fd00:ec3::254", "fd00:ec3::254"},
		{"mentioned, private beside Google's", "", "fd20:ce::255", "fd20:ce::255", "fd20:ce::255"},
		{"named, multicast", "many.example.com", "", "many.example.com", "which is not open"},
		{"named, no address", "none.example.com", "", "none.example.com", "has no address"},
		{"named, unknown", "gone.example.com", "", "gone.example.com", "no such host"},
		{"mentioned, compose", "", "app", "app", "172.18.0.3"},
		{"mentioned, mapped", "", "app2", "app2", "172.18.0.4"},
		{"mentioned, from a container", "", "host.docker.internal", "host.docker.internal", "192.168.65.2"},
		{"mentioned, private", "", "10.0.0.5", "10.0.0.5", "10.0.0.5"},
		{"mentioned, by the search domain", "", "prod", "prod", "203.0.113.9, which is not open"},
		{"mentioned, zero", "", "zero", "zero", "0.0.0.0, which is not open"},
		{"mentioned, far", "", "api.example.com", "api.example.com", none},
		{"mentioned, public address", "", "203.0.113.7", "203.0.113.7", none},
		{"both", "prod", "prod", "prod", "203.0.113.9"},
	} {
		var d *Door
		var err error
		if d, err = New(strings.Fields(tt.named)); err != nil {
			t.Fatal(err)
		}
		d.lookup = lookup
		d = d.With(nil, strings.Fields(tt.mentioned))
		var got string
		addrs, err := d.addresses(t.Context(), normal(tt.host))
		for _, a := range addrs {
			got += " " + a.String()
		}
		if got = strings.TrimSpace(got); err != nil {
			got = err.Error()
		}
		if got != tt.want && (err == nil || !strings.Contains(got, tt.want)) {
			t.Errorf("%s: got %q for %s, want %q", tt.name, got, tt.host, tt.want)
		}
		if closed := d.Check(tt.host) != nil; closed != (tt.want == none) {
			t.Errorf("%s: got closed %v before the name is looked up, want %v", tt.name, closed, tt.want == none)
		}
	}
}

func TestNewDoor(t *testing.T) {
	for _, text := range []string{"", "*", "*.", "a b", "https://a.example", "a.example:8080", "*.*.x", "a*", "me@a.example", "10.0.0.0/8"} {
		if _, err := New([]string{text}); err == nil || !strings.Contains(err.Error(), "want a host name, an address, or *.x") {
			t.Errorf("%q: got %v, want what a host is", text, err)
		}
	}
	named := new(Door).With([]string{"Api.Example.com"}, nil)
	if err := named.Check("api.example.com"); err != nil {
		t.Errorf("got %v, want what a configuration opens by name", err)
	}
	if err := (*Door)(nil).Check("localhost"); err != nil {
		t.Errorf("got %v, want this machine always", err)
	}
}

// TestDial: a connection is to the address that was judged, and another host's name is not
// looked up.
func TestDial(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	asked := 0
	d := &Door{lookup: func(context.Context, string) ([]netip.Addr, error) {
		if asked++; asked > 1 {
			return lookup(t.Context(), "rebound.example.com")
		}
		return lookup(t.Context(), "self.example.com")
	}}
	d = d.With([]string{"self.example.com"}, nil)
	c, err := d.Dial(t.Context(), "tcp", "self.example.com:"+port)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.RemoteAddr().String(); got != "127.0.0.1:"+port {
		t.Errorf("got a connection to %s, want the address that was judged", got)
	}
	c.Close()
	for _, host := range []string{"other.example.com", "self.example.com"} {
		var closed *Closed
		if _, err := d.Dial(t.Context(), "tcp", host+":"+port); !errors.As(err, &closed) {
			t.Errorf("%s: got %v, want a *Closed", host, err)
		}
	}
	if asked != 2 {
		t.Errorf("got %d look-ups, want one for each connection to an open name", asked)
	}
	if _, err := d.Dial(t.Context(), "tcp", "localhost"); err == nil {
		t.Error("got a connection without a port, want an error")
	}
}

// TestDialEnds: a resolver that never answers does not hold a dialler whose context has no end.
func TestDialEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &Door{lookup: func(ctx context.Context, _ string) ([]netip.Addr, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}
		began := time.Now()
		_, err := d.With([]string{"silent.example.com"}, nil).Dial(context.Background(), "tcp", "silent.example.com:443")
		if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took != dialTime {
			t.Errorf("got %v after %v, want the end after %v", err, took, dialTime)
		}
	})
}
