package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/skips"
)

// The bench runs itself as its children, and so does its test.
func TestMain(m *testing.M) {
	isChild := len(os.Args) > 1 && slices.Contains([]string{"load", "engine", "function"}, os.Args[1])
	if isChild || filepath.Base(os.Args[0]) == functionName {
		main()
	}
	os.Exit(skips.Report(m.Run()))
}

func TestUsage(t *testing.T) {
	tests := []struct {
		args string
		code int
		want string // in what it prints
	}{
		{"-h", exitYes, "-pairs"},
		{"-fast", exitUsage, "not defined: -fast"},
		{"-rows (", exitUsage, "missing closing )"},
		{"-rows nothing-is-called-so", exitNo, "no row is like that"},
		{"flow", exitUsage, "want flags alone"},
		{"-pairs -1", exitUsage, "above 0"},
		{"load", exitNo, "want one of: connect"},
		{"engine -fast", exitUsage, "not defined: -fast"},
		{"function", exitUsage, ""},
	}
	for _, test := range tests {
		var out bytes.Buffer
		args := append([]string{"subackbench"}, strings.Fields(test.args)...)
		code := run(t.Context(), args, func(string) string { return "" }, &out, &out)
		if code != test.code || !strings.Contains(out.String(), test.want) {
			t.Errorf("subackbench %s: got %d %s, want %d %s", test.args, code, out.String(), test.code, test.want)
		}
	}
}

func TestParse(t *testing.T) {
	tests := []struct {
		args    string
		pairs   int
		seconds float64
	}{
		{"", 5, 2},
		{"-short", 3, .7},
		{"-short -pairs 7 -seconds 0.2", 7, .2},
	}
	for _, test := range tests {
		s, err := parse(strings.Fields(test.args), os.Stderr)
		if err != nil || s.pairs != test.pairs || s.seconds != test.seconds {
			t.Errorf("%s: got %d pairs of %v s, %v, want %d of %v", test.args, s.pairs, s.seconds, err, test.pairs, test.seconds)
		}
	}
}

// The whole way of one row, as short as it can be: the table has all three, and
// nothing is left behind.
func TestTinyRow(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	file := filepath.Join(t.TempDir(), "table.md")
	var out, log strings.Builder
	args := []string{"subackbench", "-rows", "^1→1 QoS 1$", "-pairs", "1", "-seconds", "0.2", "-o", file}
	if code := run(t.Context(), args, os.Getenv, &out, &log); code != exitYes {
		t.Fatalf("got exit code %d, want 0\n%s", code, &log)
	}
	written, err := os.ReadFile(file)
	if err != nil || string(written) != out.String() {
		t.Errorf("got another file than what was printed, %v:\n%s", err, written)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	cells := strings.Split(lines[len(lines)-1], " | ")
	if len(cells) != 10 || cells[0] != "| 1→1 QoS 1" {
		t.Fatalf("got %q, want the row in 10 cells\n%s", lines[len(lines)-1], &log)
	}
	for i, what := range map[int]string{2: "the engine", 3: "Suback"} {
		if !strings.HasSuffix(cells[i], "/s") {
			t.Errorf("%s: got %q, want messages per second\n%s", what, cells[i], &log)
		}
	}
	if !strings.Contains(cells[9], "/s)") {
		t.Errorf("generator: got %q, want its cores and its ceiling", cells[9])
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("got %v, %v in the temporary folder, want nothing", left, err)
	}
	if find("mosquitto") == "" {
		skips.Missing(t, "mosquitto", "apt-get install mosquitto")
	}
	if !strings.HasSuffix(cells[1], "/s") || cells[4] == "–" {
		t.Errorf("got %q and ratio %q, want Mosquitto's figure and a ratio\n%s", cells[1], cells[4], &log)
	}
}

// An interrupted run ends its children and removes its folder.
func TestInterrupt(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	ctx, cancel := context.WithCancel(t.Context())
	log := &watcher{until: "bare engine  ", seen: cancel}
	var out strings.Builder
	args := []string{"subackbench", "-rows", "^1→1 QoS 0$", "-pairs", "1000", "-seconds", "0.1", "-suback", "none"} // it would come last
	if code := run(ctx, args, os.Getenv, &out, log); code != exitNo || !strings.Contains(log.String(), "interrupted") {
		t.Errorf("got exit code %d, want 1 and that it was interrupted\n%s", code, log)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("got %v, %v in the temporary folder, want nothing", left, err)
	}
}

// A watcher calls seen when a text has been written to it.
type watcher struct {
	strings.Builder
	until string
	seen  func()
}

func (w *watcher) Write(p []byte) (int, error) {
	n, err := w.Builder.Write(p)
	if strings.Contains(w.String(), w.until) {
		w.seen()
	}
	return n, err
}
