//go:build unix

package load

import (
	"syscall"
	"time"
)

// ownUse is the CPU time of this process so far.
func ownUse() time.Duration {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
