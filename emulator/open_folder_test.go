package emulator

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestFoldersOpenToAll: whoever has a folder that everybody may write to hears of it once, and is served
// all the same: volumes of containers are made so.
func TestFoldersOpenToAll(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	outer := t.TempDir()
	at := func(mode os.FileMode) string {
		folder := filepath.Join(outer, fmt.Sprintf("%04o", mode))
		_ = os.Mkdir(folder, 0o700)
		if err := os.Chmod(folder, mode); err != nil {
			t.Fatal(err)
		}
		return folder
	}
	for _, tt := range []struct {
		state, ca string
		want      []string
	}{
		{at(0o755), "", nil},
		{at(0o775), at(0o775), nil},
		{at(0o777), "", []string{at(0o777)}},
		{at(0o707), at(0o707), []string{at(0o707)}},
		{at(0o702), at(0o777), []string{at(0o777), at(0o702)}},
		{filepath.Join(outer, "new"), "", nil},
	} {
		log := &bytes.Buffer{}
		e, err := New(Options{StateDir: tt.state, CADir: tt.ca, Log: slog.New(slog.NewTextHandler(log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(log.String(), "everybody on this machine may write"); got != len(tt.want) {
			t.Errorf("state %s, CA %s: got %d warnings, want %d:\n%s", tt.state, tt.ca, got, len(tt.want), log)
		}
		for _, folder := range tt.want {
			if want := folder + " (mode " + filepath.Base(folder) + ")"; !strings.Contains(log.String(), want) {
				t.Errorf("got %s, want %q (SECURITY: another user of the machine)", log, want)
			}
		}
	}
}
