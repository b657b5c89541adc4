//go:build unix

package transport

import (
	"net"
	"syscall"
)

// waiting reports whether the system has bytes of a connection that nobody has read.
func waiting(conn *net.TCPConn) (some bool) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	_ = raw.Read(func(fd uintptr) bool {
		n, _, err := syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK)
		some = err == nil && n > 0
		return true // do not wait
	})
	return some
}
