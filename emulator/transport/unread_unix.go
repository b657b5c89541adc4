//go:build unix

package transport

import (
	"net"
	"syscall"
)

// lookAhead tells what the system has of a connection that nobody has read.
func lookAhead(conn *net.TCPConn) (is unread) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nothing
	}
	_ = raw.Control(func(fd uintptr) {
		var first [1]byte
		switch n, _, err := syscall.Recvfrom(int(fd), first[:], syscall.MSG_PEEK); { // it does not wait
		case err != nil:
		case n > 0:
			is = someBytes
		default:
			is = itsEnd
		}
	})
	return is
}
