package trace

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPrintable(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"plain", "pump-7/温度", "pump-7/温度"},
		{"escape sequences", "\x1b[31m\n", `\x1b[31m\n`},
		{"long", strings.Repeat("x", maxLine+1), strings.Repeat("x", maxLine) + "…"},
	}
	for _, tt := range tests {
		if got := printable(tt.text); got != tt.want {
			t.Errorf("%s: printable(%q) = %q, want %q", tt.name, tt.text, got, tt.want)
		}
	}
}

func TestOneWord(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"plain", "pump-7", "pump-7"},
		{"spaces", "pump 7", `"pump 7"`},
		{"quotes", `a"b`, `"a\"b"`},
		{"what stands for an address", "(192.0.2.7:1)", `"(192.0.2.7:1)"`},
		{"what stands for nothing", "-", `"-"`},
	}
	for _, tt := range tests {
		if got := oneWord(tt.text); got != tt.want {
			t.Errorf("%s: oneWord(%q) = %q, want %q", tt.name, tt.text, got, tt.want)
		}
	}
}

func TestWindow(t *testing.T) {
	tests := []struct {
		name     string
		from, to int
		want     string
	}{
		{"all", 0, 10, "0123456789"},
		{"the start", 0, 4, "012…"},
		{"the end", 6, 20, "…789"},
		{"the middle", 3, 7, "…45…"},
	}
	for _, tt := range tests {
		if got := window("0123456789", tt.from, tt.to); got != tt.want {
			t.Errorf("%s: window(%d, %d) = %q, want %q", tt.name, tt.from, tt.to, got, tt.want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add("pump-7\n\x00\xff\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		for _, got := range []string{printable(s), oneWord(s)} {
			if !utf8.ValidString(got) || strings.ContainsAny(got, "\n\r\x1b\x00\u2028\u2029\u202e") {
				t.Errorf("%q is shown as %q, which is not one plain line", s, got)
			}
		}
		if w := oneWord(s); s != "" && !strings.HasPrefix(w, `"`) && strings.ContainsAny(w, " ()") {
			t.Errorf("oneWord(%q) = %q, which is not one word", s, w)
		}
	})
}
