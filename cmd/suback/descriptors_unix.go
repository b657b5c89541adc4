//go:build unix

package main

import (
	"os"
	"strconv"
	"syscall"
)

// keepDescriptors keeps what the shell left open here, as of suback
// 9</etc/shadow, from the functions that this program starts: Go closes its own
// in them alone. It is called before anything is opened that somebody is to
// inherit. Where a system does not list the descriptors nothing is done.
func keepDescriptors() {
	for _, folder := range []string{"/proc/self/fd", "/dev/fd"} {
		open, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		for _, d := range open {
			if fd, err := strconv.Atoi(d.Name()); err == nil && fd > 2 {
				syscall.CloseOnExec(fd)
			}
		}
		return
	}
}
