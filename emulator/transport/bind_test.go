package transport

import (
	"errors"
	"io"
	"net"
	"testing"
)

// TestListenLoopback: localhost is both addresses, with one port, and Close ends
// both.
func TestListenLoopback(t *testing.T) {
	l, err := listen("localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	port := portOf(l)
	if host, _, _ := net.SplitHostPort(l.Addr().String()); host != "127.0.0.1" {
		t.Errorf("got address %v, want that of IPv4 first", l.Addr())
	}
	both := 0
	for _, host := range loopbacks {
		client, err := net.Dial("tcp", net.JoinHostPort(host, port))
		if err != nil {
			if host == "127.0.0.1" || hasIPv6() {
				t.Errorf("%s: %v", host, err)
			}
			continue
		}
		both++
		server, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		_ = server.Close()
		if _, err := client.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Errorf("%s: got %v, want the end of the connection that was accepted", host, err)
		}
	}
	for range 2 { // of connections that nobody accepts
		if client, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", port)); err == nil {
			defer client.Close()
		}
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want %v", err, net.ErrClosed)
	}
	for _, host := range loopbacks[:both] {
		if again, err := net.Listen("tcp", net.JoinHostPort(host, port)); err != nil {
			t.Errorf("%s is still taken: %v", host, err)
		} else {
			_ = again.Close()
		}
	}
}

// TestListenTaken: a port that one of the addresses has lost to somebody else is
// an error, and nothing stays open.
func TestListenTaken(t *testing.T) {
	host := "127.0.0.1"
	if hasIPv6() {
		host = "::1"
	}
	other, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	port := portOf(other)
	if l, err := listen("localhost:" + port); err == nil {
		_ = l.Close()
		t.Fatalf("got %v, want an error: %s has the port", l.Addr(), other.Addr())
	}
	if hasIPv6() {
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err != nil {
			t.Errorf("127.0.0.1 stays taken: %v", err)
		} else {
			_ = l.Close()
		}
	}
}

func TestIsLoopback(t *testing.T) {
	tests := []struct {
		address string
		want    bool
	}{
		{"127.0.0.1:1883", true}, {"127.9.9.9:1", true}, {"[::1]:1883", true}, {"localhost:0", true},
		{":1883", false}, {"0.0.0.0:1883", false}, {"[::]:1883", false}, {"192.168.1.2:1883", false}, {"localhost.example:1", false}, {"", false},
	}
	for _, tt := range tests {
		if got := IsLoopback(tt.address); got != tt.want {
			t.Errorf("%q: got %v, want %v", tt.address, got, tt.want)
		}
	}
}

func hasIPv6() bool {
	l, err := net.Listen("tcp", "[::1]:0")
	if err == nil {
		_ = l.Close()
	}
	return err == nil
}
