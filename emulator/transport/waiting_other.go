//go:build !unix

package transport

import "net"

// waiting is not known here: what has come early is what was read together with the
// CONNECT.
func waiting(*net.TCPConn) bool { return false }
