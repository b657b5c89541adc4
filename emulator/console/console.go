package console

import (
	"embed"
	"fmt"
	"hash/fnv"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/packed"
)

// Path begins the paths of all files but the page itself, which is at "/".
const Path = "/_suback/console/"

//go:embed page/*.gz page/vendor/*.gz
var files embed.FS

// policy lets the page load and reach what is of its own origin, WebSockets included,
// and nothing else. No text becomes markup, not by mistake either: a browser that has
// trusted types refuses it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
	"img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// Asked tells a browser that opens the page from whatever else asks for "/": programs do
// not want HTML, and what AWS's own clients send is signed or names an operation.
func Asked(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.URL.Path != "/" {
		return false
	}
	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" && dest != "document" {
		return false // a frame, an image, a script
	}
	return wantsHTML(r) && r.Header.Get("Authorization") == "" && !r.URL.Query().Has("Action") && !isAWS(r)
}

func wantsHTML(r *http.Request) bool { return strings.Contains(r.Header.Get("Accept"), "text/html") }

// isAWS tells a request with one of AWS's headers or parameters.
func isAWS(r *http.Request) bool {
	begins := func(name string) bool { return strings.HasPrefix(strings.ToLower(name), "x-amz") }
	for name := range r.Header {
		if begins(name) {
			return true
		}
	}
	for name := range r.URL.Query() {
		if begins(name) {
			return true
		}
	}
	return false
}

// New returns the handler of the page at "/", and of what it loads below Path. There is
// nothing in it that is not public.
func New() http.Handler { return http.HandlerFunc(serve) }

func serve(w http.ResponseWriter, r *http.Request) {
	name, below := strings.CutPrefix(r.URL.Path, Path)
	if !below {
		name = "index.html"
	}
	f, ok := read(name)
	if !ok {
		http.NotFound(w, r)
		return
	}
	f.serve(w, r)
}

func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache") // another version of the program may come to the same address
	h.Set("Vary", "Accept-Encoding")
	body := f.bytes
	if acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
	} else {
		body = packed.Text(files, f.name)
	}
	etag := fmt.Sprintf(`"%x-%d"`, hash(f.bytes), len(body))
	h.Set("ETag", etag)
	if slices.Contains(strings.Split(r.Header.Get("If-None-Match"), ", "), etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

func acceptsGzip(r *http.Request) bool {
	for _, coding := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if name == "gzip" && strings.TrimSpace(q) != "q=0" {
			return true
		}
	}
	return false
}

func hash(b []byte) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(b)
	return h.Sum64()
}

// kinds are the types of the files, which no table of the machine's decides.
var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
	".js": "text/javascript; charset=utf-8", ".txt": "text/plain; charset=utf-8", ".svg": "image/svg+xml",
}

// A file is what a path has, as it is transferred.
type file struct {
	name, kind string
	bytes      []byte // packed by gzip
}

// read finds a file.
func read(name string) (file, bool) {
	kind, ok := kinds[path.Ext(name)]
	if !ok || path.Clean("/"+name) != "/"+name {
		return file{}, false
	}
	name = "page/" + name
	bytes, err := files.ReadFile(name + packed.Extension)
	return file{name, kind, bytes}, err == nil
}
