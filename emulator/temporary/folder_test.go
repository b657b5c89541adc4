package temporary

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// do fails the test at the first error.
func do(t *testing.T, all ...error) {
	t.Helper()
	if err := errors.Join(all...); err != nil {
		t.Fatal(err)
	}
}

func there(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// littered is a folder as a handler may leave it, with a link to a folder outside.
func littered(t *testing.T, outside string) *Folder {
	t.Helper()
	f, err := New("function")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"a/b/file", "locked/file", "locked/deeper/file"} {
		path = filepath.Join(f.Path, path)
		do(t, os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0))
	}
	do(t, os.Symlink(outside, filepath.Join(f.Path, "link")), os.Chmod(filepath.Join(f.Path, "locked/deeper"), 0),
		os.Chmod(filepath.Join(f.Path, "locked"), 0), os.Chmod(f.Path, 0))
	return f
}

// precious is a folder that must stay as it is.
func precious(t *testing.T) (folder, file string) {
	folder = t.TempDir()
	file = filepath.Join(folder, "precious")
	do(t, os.WriteFile(file, nil, 0o600))
	return folder, file
}

func TestRemove(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	outside, file := precious(t)
	f := littered(t, outside)
	f.Remove(time.Minute)
	if there(filepath.Dir(f.Path)) || !there(file) {
		t.Errorf("the folder is there: %v, a file outside: %v; want it gone, and nothing else", there(f.Path), there(file))
	}
	f = littered(t, outside)
	f.Remove(0)
	if !there(f.Path) {
		t.Fatal("the folder is gone in no time, so that this test proves nothing")
	}
	if n := Sweep(); n != 1 || there(filepath.Dir(f.Path)) || !there(file) {
		t.Errorf("got %d swept, want what was left", n)
	}
}
