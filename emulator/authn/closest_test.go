package authn

import (
	"strings"
	"testing"
)

func TestClosest(t *testing.T) {
	names := []string{"password", "pumps", "x"}
	for name, want := range map[string]string{
		"pasword": "password", "PASSWORD": "password", "pump": "pumps", "y": "x",
		"token": "", "": "x", strings.Repeat("a", 129): "",
	} {
		if got := closest(name, names); got != want {
			t.Errorf("closest(%q): got %q, want %q (D-7)", name, got, want)
		}
	}
}
