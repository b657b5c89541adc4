//go:build unix

package transport

import (
	"math"
	"syscall"
)

// descriptors is how many the process may have; ok is false if that is not
// bounded, or not known.
func descriptors() (n int, ok bool) {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || uint64(limit.Cur) > math.MaxInt32 {
		return 0, false
	}
	return int(limit.Cur), true
}
