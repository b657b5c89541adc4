package lambda

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strconv"
	"syscall"
)

// The kernel is asked for one socket, as ss does (sock_diag(7)): the tables in /proc have all
// of the machine, those of connections that have ended too, which takes milliseconds after a
// crowd. It does not answer everywhere, and a socket that it does not know may be in a
// table, so "" says nothing.

// What package syscall has no names for: linux/netlink.h, linux/sock_diag.h.
const (
	netlinkSockDiag  = 4
	sockDiagByFamily = 20
)

const (
	diagRequest = 8             // bytes before the addresses of a request: struct inet_diag_req_v2
	diagAnswer  = 4             // and of an answer: struct inet_diag_msg
	diagName    = 4 + 2*16      // of ports and addresses
	diagSocket  = 4 + 2*16 + 12 // and of interface and cookie
	diagInode   = diagAnswer + diagSocket + 4*4
)

// askInode returns the inode of the socket that has a connection from one address to another.
func askInode(from, to netip.AddrPort) string {
	if !from.Addr().Is4() || !to.Addr().Is4() {
		return ""
	}
	fd, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, netlinkSockDiag)
	if err != nil {
		return ""
	}
	defer syscall.Close(fd)
	request := diagQuestion(from, to)
	if syscall.Sendto(fd, request, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}) != nil {
		return ""
	}
	answer := make([]byte, 1<<10)
	n, _, err := syscall.Recvfrom(fd, answer, syscall.MSG_DONTWAIT) // it is there once Sendto has returned
	if err != nil {
		return ""
	}
	return diagInodeOf(answer[:n], request)
}

// diagQuestion is a request with its header.
func diagQuestion(from, to netip.AddrPort) []byte {
	const size = syscall.SizeofNlMsghdr + diagRequest + diagSocket
	b := binary.NativeEndian.AppendUint32(make([]byte, 0, size), size)
	b = binary.NativeEndian.AppendUint16(b, sockDiagByFamily)
	b = binary.NativeEndian.AppendUint16(b, syscall.NLM_F_REQUEST)
	b = append(b, make([]byte, 8)...) // number, sender
	b = append(b, syscall.AF_INET, syscall.IPPROTO_TCP, 0, 0)
	b = binary.NativeEndian.AppendUint32(b, 1<<32-1) // in any state
	b = binary.BigEndian.AppendUint16(b, from.Port())
	b = binary.BigEndian.AppendUint16(b, to.Port())
	for _, a := range []netip.AddrPort{from, to} {
		b = append(append(b, a.Addr().AsSlice()...), make([]byte, 12)...)
	}
	b = append(b, 0, 0, 0, 0)                                        // any interface
	return append(b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff) // no cookie
}

// diagInodeOf reads an answer. The kernel may name a listener where there is no such
// connection, so the addresses are compared.
func diagInodeOf(answer, request []byte) string {
	if len(answer) < syscall.SizeofNlMsghdr+diagInode+4 ||
		binary.NativeEndian.Uint16(answer[4:]) != sockDiagByFamily {
		return ""
	}
	answer = answer[syscall.SizeofNlMsghdr:]
	asked := request[syscall.SizeofNlMsghdr+diagRequest:]
	inode := binary.NativeEndian.Uint32(answer[diagInode:])
	if inode == 0 || !bytes.Equal(answer[diagAnswer:][:diagName], asked[:diagName]) {
		return ""
	}
	return strconv.FormatUint(uint64(inode), 10)
}
