package lambda

import (
	"strings"
	"testing"
)

func TestGone(t *testing.T) {
	if got := Gone("go1.x"); !strings.Contains(got, "provided.al2023") || !strings.Contains(got, "bootstrap") {
		t.Errorf("got %q, want what to use in its place (A-357)", got)
	}
	for _, name := range []string{"nodejs22.x", "provided.al2023", "ruby3.3", ""} {
		if got := Gone(name); got != "" {
			t.Errorf("%s: got %q, want nothing", name, got)
		}
	}
}
