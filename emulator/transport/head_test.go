package transport

import (
	"bufio"
	"net/http"
	"net/textproto"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestParseHead(t *testing.T) {
	tests := []struct {
		name    string
		text    string
		request string
		fields  []Field
		body    int64
		source  string
	}{
		{"casing and order", "GET / HTTP/1.1\r\nhOST: a\r\nX-b:  c \r\nx-B: d\r\n\r\n", "GET / HTTP/1.1",
			[]Field{{"hOST", "a"}, {"X-b", "c"}, {"x-B", "d"}}, 0, "A-109"},
		{"bare line feeds", "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1", []Field{{"Host", "a"}}, 0, "RFC 9112 2.2"},
		{"folded value", "GET / HTTP/1.1\r\nA: b\r\n\t c\r\n\r\n", "GET / HTTP/1.1", []Field{{"A", "b c"}}, 0, "RFC 9112 5.2"},
		{"empty lines in front", "\r\n\r\nGET / HTTP/1.1\r\nA:\r\n\r\n", "GET / HTTP/1.1", []Field{{"A", ""}}, 0, "RFC 9112 2.2"},
		{"colon in the value", "GET / HTTP/1.1\r\nHost: a:1\r\n\r\n", "GET / HTTP/1.1", []Field{{"Host", "a:1"}}, 0, "RFC 9112 5"},
		{"length", "POST / HTTP/1.1\r\ncontent-LENGTH: 12\r\n\r\n", "POST / HTTP/1.1", []Field{{"content-LENGTH", "12"}}, 12, "RFC 9112 6.2"},
		{"chunked", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "POST / HTTP/1.1", []Field{{"Transfer-Encoding", "chunked"}}, -1,
			"RFC 9112 7.1"},
		{"length nobody understands", "POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "POST / HTTP/1.1", []Field{{"Content-Length", "x"}}, -1,
			""},
		{"no fields", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1", nil, 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := headEnd([]byte(tt.text+"rest"), 0); got != len(tt.text) {
				t.Errorf("headEnd = %d, want %d (%s)", got, len(tt.text), tt.source)
			}
			got := parseHead([]byte(tt.text))
			if want := (rawHead{tt.request, tt.fields, tt.body}); !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, want %+v (%s)", got, want, tt.source)
			}
		})
	}
}

// FuzzParseHead: whatever net/http accepts has the same fields here, but for
// the casing.
func FuzzParseHead(f *testing.F) {
	f.Add("GET / HTTP/1.1\r\nHost: a\r\nX-a: b\r\nx-A: c\r\n\r\n")
	f.Add("\r\nPOST /topics/a HTTP/1.1\nHost: a\nContent-Length: 3\n\nabc")
	f.Add("GET / HTTP/1.1\r\nHost: a\r\nB: c\r\n d\r\n\te\r\n\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		end := headEnd([]byte(text), 0)
		for seen := range len(text) { // in two pieces: the same end
			if e := headEnd([]byte(text), seen); end >= 0 && seen < end && e != end {
				t.Fatalf("headEnd(%q, %d) = %d, want %d", text, seen, e, end)
			}
		}
		if end < 0 {
			return
		}
		got := parseHead([]byte(text[:end]))
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(strings.TrimLeft(text[:end], "\r\n"))))
		if err != nil {
			return
		}
		fields := http.Header{}
		for _, f := range got.fields {
			fields.Add(textproto.CanonicalMIMEHeaderKey(f.Name), f.Value)
		}
		for _, values := range r.Header {
			for i := range values { // folding leaves it white space at the end
				values[i] = strings.Trim(values[i], " \t")
			}
		}
		for _, gone := range []string{"Host", "Transfer-Encoding", "Trailer", "Content-Length", "Pragma", "Cache-Control"} {
			fields.Del(gone) // net/http has them elsewhere, or amends them
			r.Header.Del(gone)
		}
		for name, values := range r.Header {
			if !slices.Equal(fields[name], values) {
				t.Errorf("%s: got %q, want %q", name, fields[name], values)
			}
		}
		if len(fields) != len(r.Header) {
			t.Errorf("got %d names, want %d", len(fields), len(r.Header))
		}
		if r.ContentLength >= 0 && got.body >= 0 && got.body != r.ContentLength {
			t.Errorf("body: got %d bytes, want %d", got.body, r.ContentLength)
		}
	})
}
