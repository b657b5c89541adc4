package tree_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/tree"
)

func TestReadFile(t *testing.T) {
	folder := t.TempDir()
	at := func(name, text string) string {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	endless := filepath.Join(folder, "endless")
	if err := os.Symlink("/dev/zero", endless); err != nil {
		t.Fatal(err)
	}
	huge := at("huge", "")
	if err := os.Truncate(huge, 1<<40); err != nil { // a hole
		t.Fatal(err)
	}
	for _, tt := range []struct{ file, want, err string }{
		{at("fits", "1234"), "1234", ""},
		{at("long", "12345"), "", "long: the file has more than 4 bytes"},
		{huge, "", "huge: the file has more than 4 bytes"},
		{endless, "", "endless: the file has more than 4 bytes"},
		{filepath.Join(folder, "none"), "", "no such file"},
		{folder, "", "is a directory"},
	} {
		got, err := tree.ReadFile(tt.file, 4)
		if string(got) != tt.want || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: got %q, %v, want %q, %q", filepath.Base(tt.file), got, err, tt.want, tt.err)
		}
	}
}
