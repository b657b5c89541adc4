package store

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/suback/suback/emulator/skips"
)

// unsynced is how many pages of a file the operating system has and the disk has not.
func unsynced(t *testing.T, file string) uint64 {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all unix.CachestatRange // of length 0: to the end
	var pages unix.Cachestat_t
	if err := unix.Cachestat(uint(f.Fd()), &all, &pages, 0); err != nil {
		skips.Missing(t, "cachestat: "+err.Error(), "run on Linux 6.5 or later")
	}
	return pages.Dirty + pages.Writeback
}

// wantDisk skips where a page that has been synced counts as one that has not: on a file
// system in memory.
func wantDisk(t *testing.T) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "synced")
	f, err := os.Create(file)
	if err == nil {
		_, err = f.WriteString("x")
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	if unsynced(t, file) > 0 {
		skips.Missing(t, "a disk under "+os.TempDir(), "set TMPDIR to a folder on a disk")
	}
}

// TestDisk: with Disk a change is on the disk before anybody who waits for it goes on;
// by default nobody waits for the disk, and it is there a second later, and after Close.
func TestDisk(t *testing.T) {
	wantDisk(t)
	const changes = 50
	for _, disk := range []bool{true, false} {
		t.Run(fmt.Sprint("disk ", disk), func(t *testing.T) {
			s, err := Open(Options{File: filepath.Join(t.TempDir(), "state.db"), Disk: disk})
			if err != nil {
				t.Fatal(err)
			}
			waited := 0 // changes that were on the disk when their Wait returned
			change := func(key string) {
				keep(t, s.Part(""), set("a", key, "x"))
				if unsynced(t, s.file) == 0 {
					waited++
				}
			}
			for n := range changes {
				change(fmt.Sprint(n))
			}
			switch {
			case disk && waited != changes:
				t.Errorf("%d of %d changes were on the disk when they were acknowledged, want all", waited, changes)
			case !disk && waited > changes/2: // the system may write some on its own
				t.Errorf("%d of %d changes waited for the disk, want none", waited, changes)
			}
			for deadline := time.Now().Add(10 * syncTime); unsynced(t, s.file) > 0; time.Sleep(syncTime / 20) {
				if time.Now().After(deadline) {
					t.Fatalf("not on the disk %v after the last change, want it there after %v", 10*syncTime, syncTime)
				}
			}
			change("last")
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			if n := unsynced(t, s.file); n > 0 {
				t.Errorf("%d pages are not on the disk after Close", n)
			}
		})
	}
}
