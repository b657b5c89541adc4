package why

import (
	"fmt"
	"strings"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/topic"
)

// A slip is one way in which a filter misses a topic.
type slip struct {
	what string
	cause.Cause
}

// Nearest is the filter that comes nearest to a topic that none of them matches, and what is
// wrong with it; "" if there are no filters. The cause is empty for a mere likeness.
func Nearest(name string, filters []string) (filter, what string, why cause.Cause) {
	best := -1
	for _, f := range filters {
		_, rest, _ := topic.Shared(f)
		if s, rank := slipOf(rest, name); rank > best {
			best, filter, what, why = rank, f, s.what, s.Cause
		}
	}
	return filter, what, why
}

// slipOf says how a filter misses a topic; the more certain the slip, the higher the
// rank.
func slipOf(filter, name string) (s slip, rank int) {
	instead := fmt.Sprintf("subscribe to %q instead, or publish to what it matches", name)
	if m, ok := topic.Missed(filter, name); ok {
		below := strings.TrimSuffix(filter, "+") + "#"
		switch {
		case m.Rule == "B-521":
			instead = fmt.Sprintf("subscribe to %q instead", topic.Meant(filter))
		case m.Rule == "B-508" || m.Rule == "B-509":
			instead = fmt.Sprintf("subscribe to %q too", name)
		case m.Rule == "B-656" && below != filter+"#" && topic.Matches(below, name):
			instead = fmt.Sprintf("subscribe to %q instead", below)
		}
		return slip{m.Why, cause.Cause{Hint: instead, Rules: []string{m.Rule}}}, certain
	}
	if alike(filter, name) {
		return slip{fmt.Sprintf("it differs at %q", differs(filter, name)),
			cause.Cause{Hint: instead, Rules: []string{"B-655"}}}, 1
	}
	return slip{what: "it is something else"}, 0
}

// certain is the rank of a single mistake.
const certain = 2

// alike: few edits make one of the other.
func alike(filter, name string) bool {
	const longest = 256
	if len(filter) > longest || len(name) > longest {
		return false
	}
	return near.Edits(filter, name) <= max(2, len(name)/3)
}

// differs is the first level of a topic that a filter does not match.
func differs(filter, name string) string {
	wants := strings.Split(filter, "/")
	for i, got := range strings.Split(name, "/") {
		if i >= len(wants) || wants[i] != got && wants[i] != "+" && wants[i] != "#" {
			return got
		}
	}
	return name
}
