package lambda

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Each process has a folder of its own for temporary files, which goes with it,
// however it ends.
func TestOwnFolder(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	tests := []struct {
		name    string
		o       ProcessOptions
		timeout bool
	}{
		{"Node.js", ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.litter"}, false},
		{"Python", ProcessOptions{Runtime: "python", Code: "testdata/python", Handler: "index.litter"}, false},
		{"a timeout", ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.litter"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.o.Timeout = 20 * time.Second
			if tt.timeout {
				tt.o.Timeout = 2 * time.Second
			}
			p := newProcess(t, tt.o)
			if tt.timeout {
				wantFunctionError(t, p, `{"hang":true}`, "Sandbox.Timedout")
				waitFor(t, "the end of the process", func() bool { return p.size(ending) == 0 })
			} else {
				wantOwnFolder(t, p, temporary)
			}
			if err := p.Close(); err != nil {
				t.Error(err)
			}
			if left, _ := os.ReadDir(temporary); len(left) > 0 {
				t.Errorf("got %v left behind, want nothing", left)
			}
		})
	}
}

func wantOwnFolder(t *testing.T, p *Process, temporary string) {
	t.Helper()
	var file string
	invoke(t, p, `{}`, &file)
	info, err := os.Stat(filepath.Dir(file))
	if err != nil || info.Mode().Perm() != 0o700 || filepath.Dir(filepath.Dir(filepath.Dir(file))) != temporary {
		t.Errorf("got the file %s in a folder of %v, %v, want one for this user alone in %s", file, info, err, temporary)
	}
}

// A function runs where no folder can be made.
func TestNoOwnFolder(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "none"))
	log := newLogBuffer()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.environment", Log: log.logger()})
	got := map[string]string{}
	invoke(t, p, `{}`, &got)
	if got["TMPDIR"] != os.Getenv("TMPDIR") {
		t.Errorf("got TMPDIR=%s, want %s", got["TMPDIR"], os.Getenv("TMPDIR"))
	}
	log.wait(t, "no folder of its own")
}
