package lambda

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
)

// findSocket names the socket that has a connection from one address to
// another, as the descriptors in /proc do; "" if there is none.
func findSocket(from, to netip.AddrPort) string {
	inode := askInode(from, to)
	if inode == "" {
		inode = findInTables(from, to)
	}
	if inode == "" {
		return ""
	}
	return "socket:[" + inode + "]"
}

func findInTables(from, to netip.AddrPort) string {
	if inode := findInode("/proc/net/tcp", tableForm(from)+" "+tableForm(to)); inode != "" {
		return inode
	}
	// of a socket for both versions of IP
	return findInode("/proc/net/tcp6", tableForm(mapped(from))+" "+tableForm(mapped(to)))
}

func mapped(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom16(a.Addr().As16()), a.Port())
}

// tableForm is an address as /proc/net/tcp has it: words as the machine reads
// them.
func tableForm(a netip.AddrPort) string {
	var text strings.Builder
	for bytes := a.Addr().AsSlice(); len(bytes) >= 4; bytes = bytes[4:] {
		fmt.Fprintf(&text, "%08X", binary.NativeEndian.Uint32(bytes))
	}
	fmt.Fprintf(&text, ":%04X", a.Port())
	return text.String()
}

// findInode reads the table as far as the line with these addresses.
func findInode(file, addresses string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	wanted := []byte(addresses)
	for lines := bufio.NewScanner(f); lines.Scan(); { // thousands, on a machine that has many connections
		if !bytes.Contains(lines.Bytes(), wanted) {
			continue
		}
		// sl, local, remote, st, queues, timer, retransmits, uid, timeout, inode
		if fields := strings.Fields(lines.Text()); len(fields) > 9 && fields[9] != "0" {
			return fields[9]
		}
	}
	return ""
}

// holds reports whether one of the processes has a descriptor of this name.
func holds(processes []kin, socket string) bool {
	for _, k := range processes {
		folder := fmt.Sprintf("/proc/%d/fd", k.pid)
		descriptors, _ := os.ReadDir(folder) // none of a process that has ended
		for _, d := range descriptors {
			if to, _ := os.Readlink(filepath.Join(folder, d.Name())); to == socket {
				return true
			}
		}
	}
	return false
}

func ourselves() []kin { return []kin{look(os.Getpid())} }
