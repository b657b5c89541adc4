package topic

import (
	"fmt"
	"strings"
)

// Filters
//
//   - "+" is one level, also an empty one; "#" is all levels below [B-655, B-656]
//   - "sensor/#" does not match "sensor", unlike in the MQTT text [B-655]
//   - a leading wildcard does not match a topic that begins with "$" [B-234, B-656]
//   - "+" and "#" stand alone in their level, "#" in the last one [B-657]
//   - "$share/<group>/<filter>" is a filter for a group [B-668]

// Matches reports whether a filter, which is not shared, matches a topic name.
func Matches(filter, name string) bool {
	if IsReserved(name) && !IsReserved(filter) {
		return false
	}
	for {
		want, wants, deeper := strings.Cut(filter, "/")
		got, gots, longer := strings.Cut(name, "/")
		switch {
		case want == "#":
			return true
		case want != "+" && want != got:
			return false
		case !deeper || !longer:
			return deeper == longer
		}
		filter, name = wants, gots
	}
}

// Shared splits "$share/<group>/<filter>"; ok is false for any other filter,
// which is returned as it is.
func Shared(filter string) (group, rest string, ok bool) {
	after, ok := strings.CutPrefix(filter, "$share/")
	if !ok {
		return "", filter, false
	}
	if group, rest, ok = strings.Cut(after, "/"); !ok {
		return "", filter, false
	}
	return group, rest, true
}

// Unfit is what to tell whoever gave a filter that is none, as `is "a#", which has …, want …`;
// "" if nothing is wrong with it.
func Unfit(filter string) string {
	wrong := Misplaced(filter)
	if wrong == "" {
		return ""
	}
	return fmt.Sprintf("is %q, which %s, want a topic or a filter as a/+/c", filter, wrong)
}

// Misplaced says what is wrong with the wildcards of a filter, as "has # before its
// last level"; "" if nothing is.
func Misplaced(filter string) string {
	for {
		level, rest, more := strings.Cut(filter, "/")
		switch {
		case HasWildcard(level) && len(level) > 1:
			return "has a wildcard beside other characters in one level"
		case level == "#" && more:
			return "has # before its last level"
		case !more:
			return ""
		}
		filter = rest
	}
}
