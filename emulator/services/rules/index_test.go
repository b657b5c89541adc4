package rules

import (
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/topic"
)

// The index finds what topic.Matches does [R-18, B-655, B-656].
func TestIndex(t *testing.T) {
	levels := []string{"a", "b", "", "$aws", "+", "#"}
	var filters, topics []string
	for _, x := range levels {
		for _, y := range levels {
			for _, z := range levels {
				f := strings.Join([]string{x, y, z}, "/")
				for _, name := range []string{x, x + "/" + y, f} {
					if topic.Misplaced(name) == "" && !slices.Contains(filters, name) {
						filters = append(filters, name)
					}
					if !strings.ContainsAny(name, "+#") && !slices.Contains(topics, name) && name != "" {
						topics = append(topics, name)
					}
				}
			}
		}
	}
	root := &index{}
	for _, f := range filters {
		root.add(f, &rule{TopicRule: registry.TopicRule{RuleName: f}})
	}
	for _, name := range topics {
		var got, want []string
		for _, r := range root.reached(name, nil) {
			got = append(got, r.RuleName)
		}
		for _, f := range filters {
			if topic.Matches(f, name) {
				want = append(want, f)
			}
		}
		if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
			t.Errorf("%q: got %q, want %q (R-18)", name, got, want)
		}
	}
}
