package near

import (
	"strings"
	"testing"
)

func TestName(t *testing.T) {
	names := []string{"password", "pumps", "x"}
	for name, want := range map[string]string{
		"pasword": "password", "PASSWORD": "password", "pump": "pumps", "y": "x",
		"token": "", "": "x", strings.Repeat("a", 129): "",
	} {
		if got := Name(name, names); got != want {
			t.Errorf("Name(%q): got %q, want %q (D-7)", name, got, want)
		}
	}
}

func TestEdits(t *testing.T) {
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"abc", "abd", 1}, {"abc", "ac", 1}, {"srve", "serve", 1},
		{"kitten", "sitting", 3},
	}
	for _, tt := range tests {
		if got := Edits(tt.a, tt.b); got != tt.want {
			t.Errorf("Edits(%q, %q): got %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
