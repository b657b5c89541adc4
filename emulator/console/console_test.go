package console

import (
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/packed"
)

func TestAsked(t *testing.T) {
	browser := http.Header{"Accept": {"text/html,application/xhtml+xml,*/*;q=0.8"}}
	with := func(name, value string) http.Header {
		h := browser.Clone()
		h.Set(name, value)
		return h
	}
	tests := []struct {
		name, method, target string
		header               http.Header
		want                 bool
	}{
		{"a browser", "GET", "/", browser, true},
		{"of an account", "GET", "/?account=t1", browser, true},
		{"its HEAD", "HEAD", "/", browser, true},
		{"a browser that says where it goes", "GET", "/", with("Sec-Fetch-Dest", "document"), true},
		{"a frame of another page", "GET", "/", with("Sec-Fetch-Dest", "iframe"), false},
		{"a program", "GET", "/", http.Header{"Accept": {"*/*"}}, false},
		{"a program that says nothing", "GET", "/", nil, false},
		{"another path", "GET", "/topics/a", browser, false},
		{"a form", "POST", "/", browser, false},
		{"a call of STS", "GET", "/?Action=GetCallerIdentity&Version=2011-06-15", browser, false},
		{"a signed request", "GET", "/", with("Authorization", "AWS4-HMAC-SHA256 Credential=…"), false},
		{"a presigned URL", "GET", "/?X-Amz-Algorithm=AWS4-HMAC-SHA256", browser, false},
		{"an authorizer's parameter", "GET", "/?x-amz-customauthorizer-name=chat", browser, false},
		{"a header of AWS's", "GET", "/", with("X-Amz-Target", "AWSCognitoIdentityService.GetId"), false},
	}
	for _, tt := range tests {
		r := httptest.NewRequest(tt.method, tt.target, nil)
		r.Header = tt.header
		if got := Asked(r); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// get asks for a file as a browser does.
func get(t *testing.T, target string, header http.Header) *http.Response {
	t.Helper()
	r, w := httptest.NewRequest("GET", target, nil), httptest.NewRecorder()
	r.Header = header
	New().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, resp *http.Response) string {
	t.Helper()
	var from io.Reader = resp.Body
	if resp.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		from = z
	}
	text, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestFiles(t *testing.T) {
	packed := http.Header{"Accept-Encoding": {"deflate, gzip;q=1.0"}}
	tests := []struct {
		target, kind, has string // kind "" means 404
	}{
		{"/", "text/html", `<html lang="en">`},
		{Path + "app.js", "text/javascript", "render("},
		{Path + "style.css", "text/css", "prefers-color-scheme"},
		{Path + "icon.svg", "image/svg+xml", "<svg"},
		{Path + "vendor/mqtt.js", "text/javascript", "CONNECT"},
		{Path + "licences.txt", "text/plain", "Apache License"},
		{Path, "", ""}, {Path + "vendor", "", ""}, {Path + "vendor/", "", ""}, {Path + "vendor/README.md", "", ""},
		{Path + "../console.go", "", ""},
		{Path + "vendor/mqtt.js.gz", "", ""}, {Path + "none.js", "", ""}, {Path + "./app.js", "", ""},
	}
	for _, tt := range tests {
		for _, header := range []http.Header{packed, {"Accept-Encoding": {"gzip;q=0"}}} {
			resp := get(t, tt.target, header)
			text := body(t, resp)
			if tt.kind == "" {
				if resp.StatusCode != 404 {
					t.Errorf("%s: got %s, want 404", tt.target, resp.Status)
				}
				continue
			}
			if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), tt.kind) || !strings.Contains(text, tt.has) {
				t.Errorf("%s: got %s, %q of %d bytes, want %s with %q", tt.target, resp.Status, resp.Header.Get("Content-Type"), len(text), tt.kind,
					tt.has)
			}
			for name, want := range map[string]string{
				"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Cache-Control": "no-cache",
				"Content-Security-Policy": policy,
			} {
				if got := resp.Header.Get(name); got != want {
					t.Errorf("%s: %s: got %q, want %q", tt.target, name, got, want)
				}
			}
			again := header.Clone()
			again.Set("If-None-Match", resp.Header.Get("ETag"))
			if resp := get(t, tt.target, again); resp.StatusCode != http.StatusNotModified {
				t.Errorf("%s, again: got %s, want 304", tt.target, resp.Status)
			}
		}
	}
}

// each calls a function for every file of the page, by its name on the wire.
func each(t *testing.T, visit func(name string)) {
	t.Helper()
	err := fs.WalkDir(files, "page", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			visit(strings.TrimSuffix(strings.TrimPrefix(name, "page/"), packed.Extension))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestBudget: the page and all that it ever loads is less than 200 KiB as transferred
// [issue 14].
func TestBudget(t *testing.T) {
	const most = 200 << 10
	sum := 0
	each(t, func(name string) {
		f, ok := read(name)
		if !ok {
			t.Errorf("%s: is served under no type, want one of kinds", name)
		}
		sum += len(f.bytes)
	})
	t.Logf("%d bytes of %d", sum, most)
	if sum >= most {
		t.Errorf("got %d bytes, want less than %d", sum, most)
	}
}

// elsewhere finds addresses of other hosts, and what the page's policy forbids.
var elsewhere = regexp.MustCompile(`(?:src|href)="?(?:https?:)?//|import .*https?:|url\(|innerHTML|insertAdjacentHTML|dangerously|` +
	`\seval\(|new Function|document\.write|\sstyle=|\son[a-z]+="`)

// TestNothingElsewhere: our own files name no other host and make no markup of texts.
func TestNothingElsewhere(t *testing.T) {
	each(t, func(name string) {
		if strings.HasPrefix(name, "vendor/") || name == "licences.txt" {
			return
		}
		f, _ := read(name)
		if found := elsewhere.FindString(string(packed.Text(files, f.name))); found != "" {
			t.Errorf("%s: has %q, want nothing that loads from elsewhere or makes markup of a text", name, found)
		}
	})
}
