package packed

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

var update = flag.Bool("update", false, "pack the texts anew")

// texts are all that is packed, by the patterns of their names.
func texts() []string {
	return []string{
		"../../docs/behaviour/[a-z]*.md", // README.md is for people alone
		"../control/model/*.json",
		"../scenario/schema.json",
		"../console/page/*.html", "../console/page/*.css", "../console/page/*.js", "../console/page/*.svg", "../console/page/*.txt",
	}
}

// TestUpToDate: the program carries what people read, all of it and nothing else.
func TestUpToDate(t *testing.T) {
	var all []string
	for _, pattern := range texts() {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: got %v, %v, want files", pattern, files, err)
		}
		all = append(all, files...)
	}
	for _, file := range all {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if *update {
			if err := Write(file+Extension, text); err != nil {
				t.Fatal(err)
			}
		}
		if !same(file+Extension, text) {
			t.Errorf("%s has another text than %s: go test ./emulator/packed -update", file+Extension, file)
		}
		folder := filepath.Dir(file)
		packed, _ := filepath.Glob(folder + "/*" + Extension)
		for _, file := range packed {
			if !slices.Contains(all, strings.TrimSuffix(file, Extension)) {
				t.Errorf("%s: want the text that it was packed from, or no such file", file)
			}
		}
	}
}

// TestWrite: what is packed can be read, and stays while the text does.
func TestWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.txt"+Extension)
	for _, text := range []string{"", "one", "one", strings.Repeat("two ", 100_000)} {
		before := same(file, []byte(text))
		was, _ := os.ReadFile(file)
		if err := Write(file, []byte(text)); err != nil {
			t.Fatal(err)
		}
		is, err := os.ReadFile(file)
		if err != nil || before != slices.Equal(was, is) {
			t.Errorf("%.10q: got %d bytes in place of %d, %v, want them to stay: %v", text, len(is), len(was), err, before)
		}
		if got := Text(fstest.MapFS{"a.txt" + Extension: {Data: is}}, "a.txt"); string(got) != text {
			t.Errorf("got %d bytes, want the %d of %.10q", len(got), len(text), text)
		}
	}
}

// TestBroken: what nobody has packed is a fault of the program.
func TestBroken(t *testing.T) {
	files := fstest.MapFS{"none" + Extension: {}, "plain" + Extension: {Data: []byte("plain")}}
	for _, name := range []string{"missing", "none", "plain"} {
		func() {
			defer func() {
				if text, _ := recover().(string); !strings.HasPrefix(text, name+": ") {
					t.Errorf("%s: got a panic with %q, want one that names the file", name, text)
				}
			}()
			Text(files, name)
		}()
	}
}
