package lint

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/found.txt anew")

// filesOf are the policies of a folder of testdata.
func filesOf(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// corpus lints each file of a folder of testdata alone.
func corpus(t *testing.T, folder string) (files []string, findings map[string][]Finding) {
	t.Helper()
	files, findings = filesOf(t, folder), map[string][]Finding{}
	for _, file := range files {
		findings[file] = lintFile(t, file, Options{})
	}
	return files, findings
}

// TestClean: in policies of AWS's own documentation nothing is found.
func TestClean(t *testing.T) {
	files, findings := corpus(t, "clean")
	if len(files) < 50 {
		t.Errorf("got %d policies, want 50 at least", len(files))
	}
	for _, file := range files {
		for _, f := range findings[file] {
			t.Errorf("%s:%d:%d: got %s, want nothing: %s", f.File, f.Line, f.Column, f.Rule, f.Text)
		}
	}
}

// TestFound holds what is found in the others, each at its place.
func TestFound(t *testing.T) {
	files, findings := corpus(t, "found")
	var got strings.Builder
	for _, file := range files {
		if len(findings[file]) == 0 {
			t.Errorf("%s: got nothing, want findings", file)
		}
		for _, f := range findings[file] {
			fmt.Fprintf(&got, "%s:%d:%d: %s: %s\n", filepath.Base(f.File), f.Line, f.Column, f.Severity, f.Rule)
		}
	}
	const golden = "testdata/found.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
	if n := len(files) + len(filesOf(t, "clean")); n < 80 {
		t.Errorf("got %d policies, want 80 at least", n)
	}
}

// TestSources: each policy of the corpus that was not made here says where it is from.
func TestSources(t *testing.T) {
	sources, err := os.ReadFile("testdata/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"clean", "found"} {
		for _, file := range filesOf(t, folder) {
			name := strings.TrimSuffix(filepath.Base(file), ".json")
			page := name[:strings.LastIndexByte(name, '-')]
			if !strings.HasPrefix(name, "made-") && !strings.Contains(string(sources), "| "+page+" |") {
				t.Errorf("%s: is not in sources.md", file)
			}
		}
	}
}

// TestFolder: a folder is linted as its files are, and what it has beside
// policies is passed over.
func TestFolder(t *testing.T) {
	report, err := Files([]string{"testdata"}, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := len(filesOf(t, "found")) + len(filesOf(t, "clean")); report.Files != want {
		t.Errorf("got %d files, want %d", report.Files, want)
	}
	if !slices.ContainsFunc(report.Findings, func(f Finding) bool { return f.Rule == "subscribe-topic" }) {
		t.Error("got no subscribe-topic, want those of found/")
	}
}
