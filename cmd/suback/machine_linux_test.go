package main

import (
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// hungFile has a plain file hang whoever opens it, as on a disk that does not answer, and returns what
// waits for somebody: a lease on it has to be given back before, which Linux waits for, 45 s.
func hungFile(t *testing.T, file string) (read func()) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	if _, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_WRLCK); err != nil {
		t.Skipf("no lease on a file here: %v", err)
	}
	return func() {
		t.Helper()
		eventually(t, "somebody who reads "+file, func() bool {
			kept, err := unix.FcntlInt(f.Fd(), unix.F_GETLEASE, 0)
			return err != nil || kept != unix.F_WRLCK
		})
	}
}

// limitDescriptors leaves a process that runs so many descriptors more.
func limitDescriptors(t *testing.T, pid, more int) {
	t.Helper()
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Fatal(err)
	}
	limit := unix.Rlimit{Cur: uint64(len(open) + more), Max: uint64(len(open) + more)}
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, &limit, nil); err != nil {
		t.Fatalf("prlimit: %v", err)
	}
}
