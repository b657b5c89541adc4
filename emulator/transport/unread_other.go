//go:build !unix

package transport

import "net"

// lookAhead does not know here: what has come early is what was read together with the
// CONNECT.
func lookAhead(*net.TCPConn) unread { return nothing }
