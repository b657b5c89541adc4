package lambda

import (
	"io/fs"
	"strings"
	"testing"
)

// TestUnzippedSize [H-14]: what a package will take is known before it is unpacked.
func TestUnzippedSize(t *testing.T) {
	tests := []struct {
		name    string
		archive []byte
		want    int64
	}{
		{"small files take a block each", archive(t, zipped{"a", "", 0o644}, zipped{"b", "x", 0o644}, zipped{"c/", "", fs.ModeDir | 0o755}),
			3 * 4096},
		{"zeros are as long as they are", archive(t, zipped{"a", strings.Repeat("\x00", 1<<20), 0o644}), 1 << 20},
		{"a byte more", archive(t, zipped{"a", strings.Repeat("x", 4097), 0o644}), 8192},
		{"no zip", []byte("hello"), 0},
	}
	for _, tt := range tests {
		if got := UnzippedSize(tt.archive); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
}
