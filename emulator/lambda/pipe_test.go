//go:build unix

package lambda

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestZipOfAPipe: code that a function, or somebody else, has put a pipe into can be packed.
func TestZipOfAPipe(t *testing.T) {
	folder, empty := t.TempDir(), t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(folder, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Zip(folder)
	want, _ := Zip(empty)
	if err != nil || string(got) != string(want) {
		t.Errorf("got %d bytes, %v, want those of a folder without the pipe, %d", len(got), err, len(want))
	}
	if err := os.Symlink("/dev/zero", filepath.Join(folder, "index.js")); err != nil {
		t.Fatal(err)
	}
	if _, err := findCode(folder, "index.handler", nodeJS); err == nil {
		t.Error("got no error for a handler in a device, want one")
	}
}
