package main

import (
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
)

// TestFilesIn: a folder's pipes and devices are waited for by nobody.
func TestFilesIn(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	for _, err := range []error{
		os.Mkdir(at("below"), 0o700), os.WriteFile(at("below/a.yaml"), nil, 0o600), os.WriteFile(at("b.txt"), nil, 0o600),
		os.Symlink("below/a.yaml", at("link.yaml")), os.Symlink("nowhere", at("gone.yaml")), os.Symlink(folder, at("loop.yaml")),
		os.Symlink("/dev/zero", at("endless.yaml")), syscall.Mkfifo(at("pipe.yaml"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := filesIn(folder, ".yaml")
	if want := []string{at("below/a.yaml"), at("link.yaml")}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if got, err := filesIn(at("pipe.yaml"), ".json"); err != nil || !slices.Equal(got, []string{at("pipe.yaml")}) {
		t.Errorf("got %q, %v, want what was named", got, err)
	}
}
