package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestReport: a report that cannot be written is told before anything runs; one that comes to nothing leaves
// what was there.
func TestReport(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	for name, text := range map[string]string{
		"a.yaml": "name: a\nsteps: [connect: a]\n", "old.xml": strings.Repeat("before", 1000),
		"a.json": `{"topic": "a", "inputSql": "SELECT * FROM 'a'", "inputPayload": {"a": 1}, "expectedOutput": {"a": 1}}`,
	} {
		if err := os.WriteFile(at(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		args, report string
		code         int
		stderr, is   string // in standard error; what the report begins with then, "" for none
	}{
		{"test --quiet " + at("a.yaml"), "none/x.xml", exitUsage, "error: --junit: open ", ""},
		{"test --quiet " + at("a.yaml"), ".", exitUsage, "is a directory", ""},
		{"sql test " + at("a.json"), "none/x.xml", exitUsage, "error: --junit: open ", ""},
		{"advise --client a --http 127.0.0.1:1", "none/x.xml", exitUsage, "error: --junit: open ", ""},
		{"test --target 127.0.0.1:1 " + at("a.yaml"), "new.xml", exitNo, "127.0.0.1:1", ""},
		{"test --target 127.0.0.1:1 " + at("a.yaml"), "old.xml", exitNo, "127.0.0.1:1", "before"},
		{"sql test " + at("a.json"), "new.xml", exitYes, "", "<?xml"},
		{"sql test " + at("a.json"), "old.xml", exitYes, "", "<?xml"},
		{"test --quiet " + at("a.yaml"), "old.xml", exitYes, "", "<?xml"},
	}
	for _, tt := range tests {
		args := slices.Concat(strings.Fields(tt.args), []string{"--junit", at(tt.report)})
		got := call(t, nil, args...)
		if got.code != tt.code || !strings.Contains(got.stderr, tt.stderr) {
			t.Errorf("%s: got exit code %d, %q, want %d, %q", args, got.code, got.stderr, tt.code, tt.stderr)
		}
		if tt.code == exitUsage && got.stdout != "" {
			t.Errorf("%s: got %q, want nothing run", args, got.stdout)
		}
		text, _ := os.ReadFile(at(tt.report)) // one that is not there is empty
		if !strings.HasPrefix(string(text), tt.is) || (tt.is == "") != (len(text) == 0) ||
			tt.is == "<?xml" && strings.Contains(string(text), "before") {
			t.Errorf("%s: got %.40q in the report, want %q", args, text, tt.is)
		}
	}
}
