//go:build unix

package transport

import (
	"net"
	"testing"
	"time"
)

// What the system has of a connection is known without reading it, also when reading has
// been ended.
func TestLookAhead(t *testing.T) {
	for _, row := range []struct {
		name   string
		sent   string
		ended  bool
		expect unread
	}{
		{"nothing yet", "", false, nothing},
		{"bytes", "x", false, someBytes},
		{"bytes and the end", "x", true, someBytes},
		{"the end", "", true, itsEnd},
	} {
		t.Run(row.name, func(t *testing.T) {
			ours, theirs := tcpPair(t)
			_ = ours.SetReadDeadline(time.Unix(1, 0))
			if _, err := theirs.Write([]byte(row.sent)); err != nil {
				t.Fatal(err)
			}
			if row.ended {
				_ = theirs.Close()
			}
			deadline := time.Now().Add(5 * time.Second) // it may be on its way
			for lookAhead(ours) != row.expect && time.Now().Before(deadline) {
				time.Sleep(time.Millisecond)
			}
			for range 2 { // it is still there
				if got := lookAhead(ours); got != row.expect {
					t.Errorf("got %v, want %v", got, row.expect)
				}
			}
		})
	}
	t.Run("closed", func(t *testing.T) {
		ours, _ := tcpPair(t)
		_ = ours.Close()
		if got := lookAhead(ours); got != nothing {
			t.Errorf("got %v, want %v", got, nothing)
		}
	})
}

// tcpPair returns both ends of a connection.
func tcpPair(t *testing.T) (ours, theirs *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = client.Close(), server.Close() })
	return server.(*net.TCPConn), client.(*net.TCPConn)
}
