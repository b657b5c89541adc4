package transport

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"time"
)

// Probes: a connection of which nothing is heard is asked by TCP whether it still lives
//
//   - as often as package net has it; but here a connection inherits that from its
//     listener, which spares four system calls for each

const (
	probeTime  = 15 * time.Second // of silence, and between two probes
	probeCount = 9                // that go unanswered
)

// listenAt opens an address.
func listenAt(address string) (net.Listener, error) {
	config := net.ListenConfig{KeepAlive: -1, Control: func(_, _ string, raw syscall.RawConn) error {
		var failed error
		err := raw.Control(func(fd uintptr) { failed = probe(int(fd)) })
		return errors.Join(err, failed)
	}}
	return config.Listen(context.Background(), "tcp", address)
}

func probe(fd int) error {
	const seconds = int(probeTime / time.Second)
	return os.NewSyscallError("setsockopt", errors.Join(
		syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1),
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, seconds),
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, seconds),
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, probeCount)))
}
