package topic_test

import (
	"fmt"
	"testing"

	"github.com/suback/suback/emulator/topic"
)

// What a filter matches. That the tree of package session agrees is FuzzReserved's to
// find, in package hooks.
func TestMatches(t *testing.T) {
	tests := []struct {
		filter, name string
		want         bool
		source       string
	}{
		{"a/b", "a/b", true, "B-656"},
		{"a/b", "a/B", false, "B-518"},
		{"a/b", "a", false, "B-656"},
		{"a", "a/b", false, "B-656"},
		{"a/+", "a/b", true, "B-656"},
		{"a/+", "a/", true, "B-656"},
		{"a/+", "a", false, "B-656"},
		{"a/+", "a/b/c", false, "B-656"},
		{"+/+", "/", true, "B-656"},
		{"+", "/a", false, "B-518"},
		{"a/#", "a/b/c", true, "B-655"},
		{"a/#", "a/", true, "B-655"},
		{"a/#", "a", false, "B-655"},
		{"#", "a", true, "B-655"},
		{"#", "$aws/a", false, "B-234"},
		{"+/a", "$aws/a", false, "B-234"},
		{"$aws/+", "$aws/a", true, "B-235"},
		{"$aws/#", "$aws/a/$b", true, "B-235"},
		{"a/#", "a/$b", true, "B-234"},
		{"$aws/things/+/shadow/#", "$aws/things/T/shadow/get", true, "B-235"},
		{"$aws/things/+/shadow/#", "$aws/things/T/jobs/get", false, "B-235"},
	}
	for _, tt := range tests {
		if got := topic.Matches(tt.filter, tt.name); got != tt.want {
			t.Errorf("%q on %q: got %v, want %v (%s)", tt.filter, tt.name, got, tt.want, tt.source)
		}
	}
}

// A shared filter has a group of its own.
func TestShared(t *testing.T) {
	tests := []struct {
		filter      string
		group, rest string
		ok          bool
		source      string
	}{
		{"$share/g/a/+/#", "g", "a/+/#", true, "B-668"},
		{"$share/g//", "g", "/", true, "B-668"},
		{"$share/g/", "g", "", true, "malformed, for the caller to refuse (M-16)"},
		{"$share//a", "", "a", true, "malformed, for the caller to refuse (M-16)"},
		{"$share/g", "", "$share/g", false, "MQTT 4.8.2"},
		{"$share", "", "$share", false, "MQTT 4.8.2"},
		{"$shared/g/a", "", "$shared/g/a", false, "MQTT 4.8.2"},
		{"a/$share/g", "", "a/$share/g", false, "MQTT 4.8.2"},
	}
	for _, tt := range tests {
		t.Run(tt.filter, func(t *testing.T) {
			group, rest, ok := topic.Shared(tt.filter)
			if group != tt.group || rest != tt.rest || ok != tt.ok {
				t.Errorf("got %q, %q, %v, want %q, %q, %v (%s)", group, rest, ok, tt.group, tt.rest, tt.ok, tt.source)
			}
		})
	}
}

// What is before the topic of a message or the filter of a subscription.
func TestPrefixes(t *testing.T) {
	tests := []struct {
		name    string
		share   string // group and rest, if it is shared
		ingest  string // rule and rest, if it is Basic Ingest
		counted string
		source  string
	}{
		{"a/b", "", "", "a/b", "B-650"},
		{"$share/g/a/b", "g a/b", "", "$share/g/a/b", "B-668"},
		{"$share/g", "", "", "$share/g", "B-651"},
		{"$share//", " ", "", "$share//", "B-651"},
		{"$rules/r/a", "", "", "$rules/r/a", "B-1101"},
		{"$aws/rules/r/a/b", "", "r a/b", "a/b", "B-650, B-1101"},
		{"$aws/rules/r/", "", "r ", "", "B-652"},
		{"$aws/rules/r", "", "r ", "$aws/rules/r", "B-652"},
		{"$aws/rules//a", "", " a", "a", "B-652"},
		{"$aws/rules/", "", " ", "$aws/rules/", "B-652"},
		{"$aws/rules", "", "", "$aws/rules", "B-1101"},
	}
	for _, tt := range tests {
		var share, ingest string
		group, filter, shared := topic.Shared(tt.name)
		if shared {
			share = fmt.Sprint(group, " ", filter)
		} else if filter != tt.name {
			t.Errorf("%q: got the filter %q, want it as it is (%s)", tt.name, filter, tt.source)
		}
		if rule, rest, ok := topic.Ingest(tt.name); ok {
			ingest = fmt.Sprint(rule, " ", rest)
		}
		if counted := topic.Counted(tt.name); share != tt.share || ingest != tt.ingest || counted != tt.counted {
			t.Errorf("%q: got share %q, Basic Ingest %q, counted %q, want %q, %q, %q (%s)",
				tt.name, share, ingest, counted, tt.share, tt.ingest, tt.counted, tt.source)
		}
	}
}

// Wildcards have a level of their own [B-657].
func TestMisplaced(t *testing.T) {
	const beside, before = "has a wildcard beside other characters in one level", "has # before its last level"
	for filter, want := range map[string]string{
		"a": "", "": "", "+": "", "#": "", "a/+/#": "", "/": "",
		"a+": beside, "a/#b": beside, "++": beside, "a/##": beside,
		"#/a": before, "a/#/b": before, "#/": before,
	} {
		if got := topic.Misplaced(filter); got != want {
			t.Errorf("%q: got %q, want %q (B-657)", filter, got, want)
		}
	}
}
