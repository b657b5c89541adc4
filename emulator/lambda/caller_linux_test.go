package lambda

import (
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
)

// The socket of a connection is found, also that of a client whose sockets are
// for both versions of IP, as those of Java and .NET are.
func TestFindSocket(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	to := addrPort(listener.Addr())
	for name, dial := range map[string]func() (int, error){
		"IPv4": func() (int, error) {
			return dial(syscall.AF_INET, &syscall.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()})
		},
		"both": func() (int, error) {
			return dial(syscall.AF_INET6, &syscall.SockaddrInet6{Port: int(to.Port()), Addr: to.Addr().As16()})
		},
	} {
		t.Run(name, func(t *testing.T) {
			fd, err := dial()
			if err != nil {
				t.Fatal(err)
			}
			defer syscall.Close(fd)
			conn, err := listener.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			from := addrPort(conn.RemoteAddr())
			switch asked, read := askInode(from, to), findInTables(from, to); asked {
			case read:
			case "":
				t.Log("the kernel does not answer here, so that the tables are read")
			default:
				t.Errorf("got inode %q, the tables have %q", asked, read)
			}
			if got := askInode(to, netip.AddrPort{}); got != "" {
				t.Errorf("a listener: got %q, want none: it has no connection", got)
			}
			socket := findSocket(from, addrPort(conn.LocalAddr()))
			if !holds(ourselves(), socket) || holds([]kin{look(os.Getppid())}, socket) {
				t.Errorf("got %q, want a socket of this process alone", socket)
			}
			for _, other := range []netip.AddrPort{netip.AddrPortFrom(from.Addr(), from.Port()-1), {}} {
				if got := findSocket(other, to); got != "" {
					t.Errorf("from %v: got %q, want none", other, got)
				}
			}
		})
	}
}

func dial(family int, to syscall.Sockaddr) (int, error) {
	fd, err := syscall.Socket(family, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err == nil {
		err = syscall.Connect(fd, to)
	}
	return fd, err
}
