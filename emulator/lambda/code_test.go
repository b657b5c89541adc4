package lambda

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSplitHandler(t *testing.T) {
	tests := []struct {
		handler string
		python  bool
		want    string // empty: refused
		source  string
	}{
		{"index.handler", false, "index", "Node.js"},
		{"index.a.b", false, "index", "exports may be nested"},
		{"sub/index.handler", false, "sub/index", "folders"},
		{"sub.d/index.handler", false, "sub.d/index", "folders"},
		{"pkg.auth.handler", true, "pkg/auth", "modules may be nested"},
		{"pkg/auth.handler", true, "pkg/auth", "folders"},
		{"index", false, "", "no export"},
		{"index.", false, "", "no export"},
		{".handler", false, "", "no file"},
		{"", false, "", "nothing"},
		{"sub/.handler", true, "", "no file"},
		{"../index.handler", false, "", "outside"},
		{"/index.handler", false, "", "outside"},
		{".a.b", true, "", "an absolute path, once its dots are slashes"},
		{"a..b", true, "", "AWS's MalformedHandlerName"},
	}
	for _, tt := range tests {
		got, err := splitHandler(tt.handler, tt.python)
		if filepath.ToSlash(got) != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("splitHandler(%q, %v) = %q, %v, want %q (%s)", tt.handler, tt.python, got, err, tt.want, tt.source)
		}
	}
}

func FuzzSplitHandler(f *testing.F) {
	f.Add("index.handler", false)
	f.Add("pkg/a.b.c", true)
	f.Fuzz(func(t *testing.T, handler string, python bool) {
		module, err := splitHandler(handler, python)
		if err == nil && !filepath.IsLocal(module) {
			t.Errorf("splitHandler(%q, %v) = %q, outside of the code", handler, python, module)
		}
	})
}

func TestVersion(t *testing.T) {
	folder := t.TempDir()
	c := code{folder: folder}
	before := c.version()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		name    string
		changes bool
	}{
		{"index.js", true},
		{"lib/deep/a.js", true},
		{"data.json", true},
		{"node_modules/a/index.js", false},
		{".git/HEAD", false},
		{"__pycache__/a.pyc", false},
	} {
		write(tt.name, "a")
		after := c.version()
		if (after != before) != tt.changes {
			t.Errorf("a new %s: changed %v, want %v", tt.name, after != before, tt.changes)
		}
		write(tt.name, "ab")
		if again := c.version(); (again != after) != tt.changes {
			t.Errorf("another %s: changed %v, want %v", tt.name, again != after, tt.changes)
		}
		before = c.version()
	}
}

func TestFindCode(t *testing.T) {
	folder, _ := filepath.Abs("testdata/nodejs")
	js := []string{".js"}
	c, err := findCode("testdata/nodejs", "index.a", js, false)
	if err != nil || c != (code{folder: folder}) {
		t.Errorf("got %v, %v, want the folder", c, err)
	}
	c, err = findCode("testdata/nodejs/index.js", "index.a", js, false)
	if err != nil || c != (code{folder: folder, file: filepath.Join(folder, "index.js")}) {
		t.Errorf("got %v, %v, want the file in its folder", c, err)
	}
	if _, err = findCode("testdata/nodejs/index.js/x", "index.a", js, false); err == nil ||
		!strings.HasPrefix(err.Error(), `code "testdata/nodejs/index.js/x": `) {
		t.Errorf("got %v, want an error about code", err)
	}
}
