package lambda

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestZip(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	full := archive(t, zipped{"index.mjs", "x", 0o644}, zipped{"lib/a.js", "y", 0o644}, zipped{"bootstrap", "#!", 0o755},
		zipped{"link", "lib/a.js", os.ModeSymlink | 0o777}, zipped{"__pycache__/a.pyc", "compiled", 0o644})
	if err := Unzip(full, first); err != nil {
		t.Fatal(err)
	}
	packed, err := Zip(first)
	if err != nil {
		t.Fatal(err)
	}
	if err := Unzip(packed, second); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(listing(t, second), "\n")
	if want := "bootstrap -rwxr-xr-x #!\nindex.mjs -rw-r--r-- x\nlib/a.js -rw-r--r-- y\nlink -rw-r--r-- y"; got != want {
		t.Errorf("got %q, want %q (design: what Unzip unpacked)", got, want)
	}
	if err := os.Chtimes(filepath.Join(second, "index.mjs"), time.Unix(0, 0), time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	if again, err := Zip(second); err != nil || !bytes.Equal(again, packed) {
		t.Errorf("got other bytes, %v, of the same files, want the same (design)", err)
	}
	if _, err := Zip(filepath.Join(first, "none")); err == nil {
		t.Error("got no error for a folder that is not there, want one (design)")
	}
}
