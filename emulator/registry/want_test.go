package registry

import (
	"strings"
	"testing"
)

func TestWant(t *testing.T) {
	tests := []struct {
		got, want, source string
	}{
		{wantName("abc", "", 3), "", "A-58"},
		{wantName("Ä", "", 3), `has 'Ä' at character 1, want 1 to 3 letters, digits or `, "A-58"},
		{wantNameOrNothing("", "", 3), "", "A-58"},
		{wantOneOf("x", "a", "b"), `is "x", want a or b`, "A-59"},
		{wantAtMost("äöü", 3), "", "A-58: characters, not bytes"},
		{wantDescription("what you see"), "", "API: pattern of ThingTypeDescription"},
		{wantDescription("a\x00"), `has '\x00' at byte 2, want visible characters and spaces`, "API: pattern of ThingTypeDescription"},
		{wantDescription(strings.Repeat("x", 2029)), "has 2029 characters, want at most 2028", "API: ThingTypeDescription"},
		{wantRoleARN("arn:aws:iam::000000000000:role/path/app"), "", "API: RoleArn"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q (%s)", tt.got, tt.want, tt.source)
		}
	}
}
