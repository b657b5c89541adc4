package topic_test

import (
	"testing"

	"github.com/suback/suback/emulator/topic"
)

// By which mistake a filter does not match.
func TestMissed(t *testing.T) {
	tests := []struct{ filter, name, rule string }{ // rule "": it matches, or is far from it
		{"a/b", "a/b", ""},
		{"a/b", "c/d", ""},
		{"+/+", "a", ""},
		{"+/+", "a/b/c", ""},
		{"a/+", "b/c/d", ""},
		{"#", "a", ""},
		{"A/b", "a/b", "B-518"},
		{"a/+", "A/b", "B-518"},
		{"$share/g/A/b", "a/b", "B-518"},
		{"a/b", "/a/b", "B-518"},
		{"/a/b", "a/b", "B-518"},
		{"a/b", "a/b/", "B-518"},
		{"a/b/", "a/b", "B-518"},
		{"a/b ", "a/b", "B-518"},
		{"a/+/c", "a/b/c\n", "B-518"},
		{" a/#", "a/b", "B-518"},
		{"a b", "ab", ""},
		{"a/*", "a/b", "B-521"},
		{"a/*", "a/b/c", "B-521"},
		{"a/?/c", "a/b/c", "B-521"},
		{"dev-*/c", "dev-1/c", "B-521"},
		{"sensor/#", "sensor", "B-508"},
		{"#", "$aws/events/a", "B-509"},
		{"+/events/a", "$aws/events/a", "B-509"},
		{"+/things", "$aws/events/a", ""},
		{"a/+", "a/b/c", "B-656"},
		{"a/+", "a", "B-656"},
		{"a", "a/b", "B-656"},
		{"a/c", "a/b/c", "B-656"},
		{"a/b/c", "a/c", "B-656"},
		{"a/+/c", "a/c", "B-656"},
		{"a/+", "a/b/c/d", ""},
		{"$aws/things/+/shadow/get", "$aws/things/T/shadow/get/accepted", "B-656"},
	}
	for _, tt := range tests {
		m, ok := topic.Missed(tt.filter, tt.name)
		if m.Rule != tt.rule || ok != (tt.rule != "") || ok == (m.Why == "") {
			t.Errorf("%q on %q: got %+v, %v, want %q", tt.filter, tt.name, m, ok, tt.rule)
		}
	}
}
