package hooks_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/suback/suback/hooks"
)

func TestValidClientID(t *testing.T) {
	tests := []struct {
		id           string
		want, lifted bool
		source       string
	}{
		{"d", true, true, "B-603"},
		{"a/b ü", true, true, "B-816"},
		{"", false, false, "B-813"},
		{"$d", false, false, "B-813"},
		{strings.Repeat("d", 128), true, true, "B-603"},
		{strings.Repeat("d", 129), false, true, "B-603, B-817"},
	}
	for _, tt := range tests {
		if got := hooks.New(hooks.Options{}).ValidClientID(tt.id); got != tt.want {
			t.Errorf("%q: got %v, want %v (%s)", tt.id, got, tt.want, tt.source)
		}
		if got := hooks.New(hooks.Options{LiftProtocolLimits: true}).ValidClientID(tt.id); got != tt.lifted {
			t.Errorf("%q: got %v with limits lifted, want %v (%s)", tt.id, got, tt.lifted, tt.source)
		}
	}
}

// Of whom nobody has heard nothing is known, and nothing can be ended.
func TestNotFound(t *testing.T) {
	h := hooks.New(hooks.Options{})
	_, err1 := h.Connection("d")
	_, err2 := h.Subscriptions("d")
	err3 := h.Delete(t.Context(), "d", hooks.Deletion{CleanSession: true})
	for _, err := range []error{err1, err2, err3} {
		if !errors.Is(err, hooks.ErrNotFound) {
			t.Errorf("got %v, want %v (B-813, B-814, B-815)", err, hooks.ErrNotFound)
		}
	}
}
