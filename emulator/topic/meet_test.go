package topic

import "testing"

// Two filters meet where a topic could come by both [B-655, B-656, B-668].
func TestMeet(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{"a/b", "a/b", true},
		{"a/b", "a/c", false},
		{"a/+", "a/b", true},
		{"a/+", "+/b", true},
		{"a/+/c", "a/b", false},
		{"a/#", "a/b/c", true},
		{"a/#", "+/b/#", true},
		{"a/#", "a", false},
		{"a/#", "b/#", false},
		{"$share/g/a/+", "a/b", true},
		{"#", "a", true},
		{"#", "$aws/events/x", false},
		{"+/x", "$aws/x", false},
		{"$aws/#", "$aws/+/x", true},
		{"a|b", "a", false},
		{"+", "", true},
	}
	for _, tt := range tests {
		if Meet(tt.a, tt.b) != tt.want || Meet(tt.b, tt.a) != tt.want {
			t.Errorf("%q and %q: got %v and %v, want %v both ways", tt.a, tt.b, Meet(tt.a, tt.b), Meet(tt.b, tt.a), tt.want)
		}
	}
}
