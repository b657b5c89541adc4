package registry

import "testing"

func TestErrorText(t *testing.T) {
	tests := []struct {
		err          error
		text, source string
	}{
		{thing.invalid("a b", "thingName", "has ' '"), `thing "a b": thingName has ' '`, "design: position first"},
		{thing.missing("x"), `thing "x" does not exist`, "design"},
		{thing.exists("x", "id", "arn"), `thing "x" exists already`, "A-68"},
	}
	for _, tt := range tests {
		if got := tt.err.Error(); got != tt.text {
			t.Errorf("got %q, want %q (%s)", got, tt.text, tt.source)
		}
	}
	if err := thing.invalid("x", "thingName", ""); err != nil {
		t.Errorf("got %v, want nil without a problem", err)
	}
}
