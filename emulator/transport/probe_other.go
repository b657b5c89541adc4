//go:build !linux

package transport

import "net"

// listenAt opens an address. Package net has each connection probed.
func listenAt(address string) (net.Listener, error) { return net.Listen("tcp", address) }
