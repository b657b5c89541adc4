package sigv4

import (
	"strings"
	"testing"
)

func TestCanonicalQuery(t *testing.T) {
	tests := []struct{ query, want, source string }{
		{"", "", "A-197"},
		{"b=2&a=1", "a=1&b=2", "A-203"},
		{"a=2&a=1&a", "a=&a=1&a=2", "A-203"},
		{"A=1&a=1&%61=0", "A=1&a=0&a=1", "A-203"},
		{"k=a/b%2fc", "k=a%2Fb%2Fc", "A-203"},
		{"k=%7e~-._%41", "k=~~-._A", "A-214"},
		{"k=a+b%20c%2B", "k=a%2Bb%20c%2B", "A-82"},
		{"k=%zz%4&&=x", "=x&k=%25zz%254", "A-203, guess"},
		{"k=a=b", "k=a%3Db", "A-203"},
		{"k=%C3%A9é", "k=%C3%A9%C3%A9", "A-203"},
	}
	for _, tt := range tests {
		if got := canonicalQuery(parseQuery(tt.query)); got != tt.want {
			t.Errorf("%q: got %q, want %q (%s)", tt.query, got, tt.want, tt.source)
		}
	}
	if got, want := spacedQuery(parseQuery("k=a+b")), "k=a%20b"; got != want {
		t.Errorf("got %q, want %q (A-203, guess)", got, want)
	}
}

func TestCanonicalPath(t *testing.T) {
	tests := []struct{ path, want, clean, source string }{
		{"/mqtt", "/mqtt", "/mqtt", "A-39"},
		{"", "/", "/", "A-39"},
		{"/", "/", "/", "A-38, A-39"},
		{"/topics/a%2Fb~", "/topics/a%252Fb~", "/topics/a%2Fb~", "A-39"},
		{"/topics/a//b/./c/../d/", "/topics/a//b/./c/../d/", "/topics/a/b/d/", "SigV4 spec"},
		{"/../x", "/../x", "/x", "SigV4 spec"},
	}
	for _, tt := range tests {
		if got, clean := canonicalPath(tt.path), withoutDots(tt.path); got != tt.want || clean != tt.clean {
			t.Errorf("%q: got %q, %q, want %q, %q (%s)", tt.path, got, clean, tt.want, tt.clean, tt.source)
		}
	}
}

// What is canonical stays as it is, and is a query again.
func FuzzCanonicalQuery(f *testing.F) {
	for _, query := range []string{"", "b=2&a=1", "k=%zz", "%41=%e9&+", "a=%2525&a&=&=b"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		once := canonicalQuery(parseQuery(query))
		if again := canonicalQuery(parseQuery(once)); again != once {
			t.Errorf("%q: got %q, then %q, want the same (A-203)", query, once, again)
		}
		if strings.Trim(once, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%=&") != "" {
			t.Errorf("%q: got %q, want it percent-encoded (A-214)", query, once)
		}
	})
}
