package main

import (
	"errors"
	"net"
	"strconv"
)

// The ports that brokers listen on are below those that systems give to clients: there
// a broker without SO_REUSEADDR would find one now and then that a client has just
// left, and one who waits for a broker could connect to itself.
const (
	firstPort = 20_000
	lastPort  = 30_000
)

// addresses are n on loopback that nobody listens on, others each time.
func (l *lab) addresses(n int) (addrs []string, err error) {
	for range lastPort - firstPort {
		if len(addrs) == n {
			return addrs, nil
		}
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(firstPort+l.port%(lastPort-firstPort)))
		l.port++
		if tried, err := net.Listen("tcp", addr); err == nil {
			_ = tried.Close()
			addrs = append(addrs, addr)
		}
	}
	return nil, errors.New("no free port from " + strconv.Itoa(firstPort) + " to " + strconv.Itoa(lastPort))
}
