//go:build unix

package temporary

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestSweep: what is this program's and in use, or not provably a dead program's, stays.
func TestSweep(t *testing.T) {
	outer := func(f *Folder) string { return filepath.Dir(f.Path) }
	for _, tt := range []struct {
		name string
		make func(t *testing.T, f *Folder) // f's program has ended, unless it holds f
		held bool
		goes bool
	}{
		{"of a program that was killed", func(*testing.T, *Folder) {}, false, true},
		{"of one that lives", func(*testing.T, *Folder) {}, true, false},
		{"of a version without locks, or of one that makes it just now", func(t *testing.T, f *Folder) {
			do(t, os.Rename(filepath.Join(outer(f), lock), filepath.Join(outer(f), unlocked)))
		}, false, false},
		{"others may write there", func(t *testing.T, f *Folder) { do(t, os.Chmod(outer(f), 0o770)) }, false, false},
		{"others may write the lock", func(t *testing.T, f *Folder) {
			do(t, os.Chmod(filepath.Join(outer(f), lock), 0o660))
		}, false, false},
		{"the lock is a link", func(t *testing.T, f *Folder) {
			path := filepath.Join(outer(f), lock)
			do(t, os.Rename(path, filepath.Join(outer(f), "other")), os.Symlink("other", path))
		}, false, false},
		{"the lock is a pipe", func(t *testing.T, f *Folder) {
			path := filepath.Join(outer(f), lock)
			do(t, os.Remove(path), syscall.Mkfifo(path, 0o600))
		}, false, false},
		{"a link to one", func(t *testing.T, f *Folder) {
			elsewhere := filepath.Join(t.TempDir(), "it")
			do(t, os.Rename(outer(f), elsewhere), os.Symlink(elsewhere, outer(f)))
		}, false, false},
		{"of another name", func(t *testing.T, f *Folder) {
			name := filepath.Join(filepath.Dir(outer(f)), "other-function-1")
			do(t, os.Rename(outer(f), name))
			f.Path = filepath.Join(name, inner)
		}, false, false},
		{"in a link's place, what another leads to", func(t *testing.T, f *Folder) {
			outside := t.TempDir()
			do(t, os.WriteFile(filepath.Join(outside, "precious"), nil, 0o600), os.RemoveAll(f.Path), os.Symlink(outside, f.Path))
			t.Cleanup(func() {
				if !there(filepath.Join(outside, "precious")) {
					t.Error("a file outside is gone")
				}
			})
		}, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir())
			outside, file := precious(t)
			f := littered(t, outside)
			if !tt.held {
				do(t, f.lock.Close())
			}
			tt.make(t, f)
			n := Sweep()
			if goes := n == 1 && !there(outer(f)); goes != tt.goes || !there(file) || !tt.goes && !there(f.Path) {
				t.Errorf("got %d swept, it is there: %v, want it gone: %v", n, there(f.Path), tt.goes)
			}
			_ = os.Chmod(f.Path, 0o700) // so that the test's own folder can be removed
			_ = os.Chmod(filepath.Join(f.Path, "locked"), 0o700)
			_ = os.Chmod(filepath.Join(f.Path, "locked/deeper"), 0o700)
		})
	}
	if runs := os.Getuid() == 0; runs {
		t.Run("another user's", func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir())
			f := littered(t, t.TempDir())
			do(t, f.lock.Close(), os.Chown(outer(f), 65534, 65534))
			if n := Sweep(); n != 0 || !there(outer(f)) {
				t.Errorf("got %d swept, want the other user's folder left alone", n)
			}
		})
	}
}
