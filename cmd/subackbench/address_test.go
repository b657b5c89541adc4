package main

import (
	"net"
	"strconv"
	"testing"
)

// Addresses differ, can be listened on, are not those of clients, and begin again at
// the end.
func TestAddresses(t *testing.T) {
	l := &lab{port: lastPort - firstPort - 2}
	addrs, err := l.addresses(5)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, addr := range addrs {
		_, text, err := net.SplitHostPort(addr)
		if err != nil {
			t.Fatal(err)
		}
		if port, _ := strconv.Atoi(text); port < firstPort || port >= lastPort || seen[addr] {
			t.Errorf("got %s, want one from %d to %d that the others are not", addr, firstPort, lastPort)
		}
		seen[addr] = true
	}
	taken, err := net.Listen("tcp", addrs[4])
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, text, _ := net.SplitHostPort(addrs[4])
	port, _ := strconv.Atoi(text)
	l.port = port - firstPort
	if next, err := l.addresses(1); err != nil || next[0] == addrs[4] {
		t.Errorf("got %v, %v, want not the one that is taken", next, err)
	}
}
