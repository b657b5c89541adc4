package durable_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/durable"
)

// TestKeepPrivate: a mode is taken back of a file in its folder, and of nothing else that a link there
// leads to, be it a device of the machine.
func TestKeepPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	for _, err := range []error{
		os.Mkdir(at("state"), 0o700), os.WriteFile(at("state/own"), nil, 0o600), os.WriteFile(at("state/open"), nil, 0o600),
		os.WriteFile(at("other"), nil, 0o600), os.Mkdir(at("folder"), 0o700),
		os.Chmod(at("state/open"), 0o644), os.Chmod(at("other"), 0o664), os.Chmod(at("folder"), 0o755),
		os.Symlink("../other", at("state/link")), os.Symlink("open2", at("state/beside")),
		os.Symlink(at("folder"), at("state/away")), os.Symlink("nothing", at("state/gone")),
		os.WriteFile(at("state/open2"), nil, 0o600), os.Chmod(at("state/open2"), 0o640),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name   string
		mended bool
		err    string
		mode   fs.FileMode // then, of what is there
	}{
		{"none", false, "", 0},
		{"gone", false, "", 0},
		{"own", false, "", 0o600},
		{"open", true, "", 0o600},
		{"link", false, "link: others may use it (mode 0664), and that cannot be changed (it is a link, or no file), want 0600", 0o664},
		{"beside", false, "it is a link, or no file", 0o640},
		{"away", false, "it is a link, or no file", 0o755},
	} {
		mended, err := durable.KeepPrivate(at("state/" + tt.name))
		if mended != tt.mended || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: got %v, %v, want %v, %q", tt.name, mended, err, tt.mended, tt.err)
		}
		if info, err := os.Stat(at("state/" + tt.name)); err == nil && info.Mode().Perm() != tt.mode {
			t.Errorf("%s: got mode %04o, want %04o", tt.name, info.Mode().Perm(), tt.mode)
		}
	}
}
