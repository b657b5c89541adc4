package printed

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestLine(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"plain", "pump-7/温度 \\", "pump-7/温度 \\"},
		{"line ends", "a\r\nb", `a\r\nb`},
		{"escape sequences", "\x1b[31m\u009b31m\x7f", `\x1b[31m\u009b31m\x7f`},
		{"invalid UTF-8", "a\xff\xc3", `a\xff\xc3`},
		{"the replacement character itself", "\uFFFD", "\uFFFD"},
		{"direction marks", "a\u202eb", `a\u202eb`},
		{"line separator", "a\u2028b", `a\u2028b`},
		{"an odd space", "a\u00a0b", `a\u00a0b`},
	}
	for _, tt := range tests {
		if got := Line(tt.text); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

// Whatever a text is, its JSON is still that, and has nothing that is not printable.
func FuzzJSON(f *testing.F) {
	f.Add("a\x1b\u009b\u202e\U000e0001\x7f\u2028\n\t")
	f.Fuzz(func(t *testing.T, text string) {
		encoded, err := json.MarshalIndent([]string{text}, "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		shown := JSON(string(encoded))
		if json.Unmarshal(encoded, &want) != nil || json.Unmarshal([]byte(shown), &got) != nil || got[0] != want[0] {
			t.Errorf("got %q, want %q", got, want)
		}
		if left := strings.NewReplacer("\n", "", "\t", "").Replace(shown); Line(left) != left {
			t.Errorf("got %q, want all of it printable", shown)
		}
	})
}
