package tree

import (
	"strings"
	"testing"
)

// TestDocument: one document, and where a text is none; an editor's line, and no value of the text,
// which may be a password.
func TestDocument(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"one", "a: b\n", ""},
		{"nothing", "", ""},
		{"a comment", "# a\n", ""},
		{"an end", "a: b\n---\n", ""},
		{"an end with dots", "a: b\n...\n", ""},
		{"UTF-16", "\xff\xfea\x00:\x00 \x00b\x00", ""},
		{"two", "a: b\n---\nc: d\n", "line 3: a second document begins"},
		{"two, the other is broken", "a: b\n---\nc: [\n", "line 3: did not find"},
		{"another column", "a: b\nc:\n  - d: e\n - f: g\n", "line 4: did not find expected key, want the keys in one column"},
		{"a list without its end", "a: b\nc: [d, e\nf: g\n", "line 2: did not find expected ',' or ']', want a ]"},
		{"in the first line", `{"a": [}`, "line 1: did not find expected node content"},
		{"a wildcard", "a: b\nResource: *\n", `line 2: did not find expected alphabetic or numeric character, want a text that begins with *`},
		{"a tab", "a:\n\tb: c\n", "line 2: found character that cannot start any token, want spaces for tabs"},
		{"a password that begins with *", "a: b\npassword: *secret\n", "line 2: * names an anchor that is not there"},
		{"Latin-1", "a: b\nc: d\xe9\n", "line 2: a character that is no text, want UTF-8"},
		{"a bell", "a: b\nc: \ad\n", "line 2: a character that is no text, want UTF-8"},
	}
	for _, tt := range tests {
		_, err := Document([]byte(tt.text))
		if (err == nil) != (tt.want == "") || err != nil && !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v has a value", tt.name, err)
		}
	}
}
