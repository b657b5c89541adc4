package durable

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

func text(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	for _, content := range []string{"old", "new, and longer", ""} {
		if err := Replace(path, 0o600, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got := text(t, path); got != content {
			t.Errorf("got %q, want %q", got, content)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want mode 0600", info, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("got %v, %v, want nothing beside it", entries, err)
	}
}

// [H-5] Whatever goes wrong beside it, the file is as it was, and the error has the
// file and the cause.
func TestReplaceFails(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(path string) error
		want  string
		is    error
	}{
		{"not to be opened", func(path string) error { return os.MkdirAll(filepath.Join(path+".next", "a"), 0o700) }, "open: file exists",
			fs.ErrExist},
		{"not to be renamed", func(path string) error {
			return errors.Join(os.Remove(path), os.MkdirAll(filepath.Join(path, "a"), 0o700))
		}, "rename: ", syscall.EEXIST},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			if err := errors.Join(Replace(path, 0o600, []byte("old")), tt.spoil(path)); err != nil {
				t.Fatal(err)
			}
			err := Replace(path, 0o600, []byte("new"))
			if err == nil || !strings.HasPrefix(err.Error(), path+": cannot be written: "+tt.want) || !errors.Is(err, tt.is) {
				t.Errorf("got %v, want the file, and %q", err, tt.want)
			}
			info, err := os.Lstat(path)
			if err != nil || info.Mode().IsRegular() && text(t, path) != "old" {
				t.Errorf("got %v, %v, want what it was", info, err)
			}
			if tt.name == "not to be renamed" && exists(path+".next") {
				t.Error("got the half-written file beside it, want it removed")
			}
		})
	}
}

// [H-5] A full disk is an error of the file's own.
func TestFullDisk(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("this test needs %s, which Linux has: %v", "/dev/full", err)
	}
	err = Failed("file", fill(f, 0o600, []byte("new")))
	if want := "file: cannot be written: write: no space left on device"; err.Error() != want || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v, want %q", err, want)
	}
}

// TestReplaceBesideALink: a link where the file is written first has nothing that it leads to written.
func TestReplaceBesideALink(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "file"), filepath.Join(dir, "other")
	if err := errors.Join(os.WriteFile(other, []byte("theirs"), 0o644), os.Symlink("other", path+".next")); err != nil {
		t.Fatal(err)
	}
	if err := Replace(path, 0o600, []byte("ours")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(other)
	if got := text(t, other); got != "theirs" || err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("got %q, %v, %v, want what it was", got, info, err)
	}
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() || text(t, path) != "ours" {
		t.Errorf("got %v, %v, want the file itself", info, err)
	}
}

// Of several that create a file one does; the others are told, and its content is
// whole at any time.
func TestCreate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	var made atomic.Int32
	var working sync.WaitGroup
	for i := range 8 {
		working.Go(func() {
			content := strings.Repeat(fmt.Sprint(i), 1<<16)
			switch err := Create(path, 0o644, []byte(content)); {
			case err == nil:
				made.Add(1)
			case !errors.Is(err, fs.ErrExist):
				t.Error(err)
			}
			if got := text(t, path); len(got) != 1<<16 || strings.Trim(got, got[:1]) != "" {
				t.Errorf("got %d bytes, want those of one", len(got))
			}
		})
	}
	working.Wait()
	if n := made.Load(); n != 1 {
		t.Errorf("%d have created it, want 1", n)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("got %v, %v, want nothing beside it", entries, err)
	}
	if err := Create(filepath.Join(path, "below"), 0o600, nil); err == nil ||
		!strings.HasPrefix(err.Error(), path+"/below: cannot be written: ") {
		t.Errorf("got %v, want the path", err)
	}
}

func TestFolder(t *testing.T) {
	root := t.TempDir()
	filled, path := filepath.Join(root, "filled"), filepath.Join(root, "path")
	err := errors.Join(os.MkdirAll(filepath.Join(filled, "a"), 0o755), os.WriteFile(filepath.Join(filled, "a", "b"), []byte("x"), 0o600),
		os.Symlink("nowhere", filepath.Join(filled, "link")), Folder(filled, path))
	if err != nil {
		t.Fatal(err)
	}
	if got := text(t, filepath.Join(path, "a", "b")); got != "x" || exists(filled) {
		t.Errorf("got %q, want x, under the new name alone", got)
	}
	if err := Folder(filled, path); err == nil || !strings.HasPrefix(err.Error(), path) {
		t.Errorf("got %v, want the path", err)
	}
}

func TestAlone(t *testing.T) {
	dir := t.TempDir()
	var inside, most atomic.Int32
	var working sync.WaitGroup
	for range 8 {
		working.Go(func() {
			err := Alone(dir, func() error {
				if n := inside.Add(1); n > most.Load() {
					most.Store(n)
				}
				runtime.Gosched()
				inside.Add(-1)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	working.Wait()
	if n := most.Load(); n != 1 {
		t.Errorf("%d at once, want 1", n)
	}
	if err := Alone(filepath.Join(dir, "none"), func() error { return nil }); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want that there is no such folder", err)
	}
}
