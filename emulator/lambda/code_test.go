package lambda

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSplitHandler(t *testing.T) {
	tests := []struct {
		handler  string
		language language
		want     string // empty: refused
		source   string
	}{
		{"index.handler", nodeJS, "index", "Node.js"},
		{"index.a.b", nodeJS, "index", "exports may be nested"},
		{"sub/index.handler", nodeJS, "sub/index", "folders"},
		{"sub.d/index.handler", nodeJS, "sub.d/index", "folders"},
		{"pkg.auth.handler", python, "pkg/auth", "modules may be nested"},
		{"pkg/auth.handler", python, "pkg/auth", "folders"},
		{"index", nodeJS, "", "no export"},
		{"index.", nodeJS, "", "no export"},
		{".handler", nodeJS, "", "no file"},
		{"", nodeJS, "", "nothing"},
		{"sub/.handler", python, "", "no file"},
		{"../index.handler", nodeJS, "", "outside"},
		{"/index.handler", nodeJS, "", "outside"},
		{".a.b", python, "", "an absolute path, once its dots are slashes"},
		{"a..b", python, "", "AWS's MalformedHandlerName"},
	}
	for _, tt := range tests {
		got, err := splitHandler(tt.handler, tt.language)
		if filepath.ToSlash(got) != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("splitHandler(%q, %s) = %q, %v, want %q (%s)", tt.handler, tt.language, got, err, tt.want, tt.source)
		}
	}
}

func FuzzSplitHandler(f *testing.F) {
	f.Add("index.handler", string(nodeJS))
	f.Add("pkg/a.b.c", string(python))
	f.Fuzz(func(t *testing.T, handler, in string) {
		module, err := splitHandler(handler, language(in))
		if err == nil && !filepath.IsLocal(module) {
			t.Errorf("splitHandler(%q, %s) = %q, outside of the code", handler, in, module)
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
	c, err := findCode("testdata/nodejs", "index.a", nodeJS)
	if err != nil || c != (code{folder: folder}) {
		t.Errorf("got %v, %v, want the folder", c, err)
	}
	c, err = findCode("testdata/nodejs/index.js", "index.a", nodeJS)
	if err != nil || c != (code{folder: folder, file: filepath.Join(folder, "index.js")}) {
		t.Errorf("got %v, %v, want the file in its folder", c, err)
	}
	if _, err = findCode("testdata/nodejs/index.js/x", "index.a", nodeJS); err == nil ||
		!strings.HasPrefix(err.Error(), `code "testdata/nodejs/index.js/x": `) {
		t.Errorf("got %v, want an error about code", err)
	}
}
