package lint

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Paths, as package policy and the registry write them: "Statement[1].Condition.Bool.a.b",
// where a name may have dots in it.

// find returns the value at a path, or the deepest one on the way that is there.
func (v *value) find(path string) *value {
	for v != nil && path != "" {
		next, rest := v.step(path)
		if next == nil {
			return v
		}
		v, path = next, rest
	}
	return v
}

// locate is where the value at a path stands.
func (v *value) locate(path string) spot { return v.find(path).at }

// step takes the first step of a path: an index, or the longest name that it begins with.
func (v *value) step(path string) (next *value, rest string) {
	if inner, found := strings.CutPrefix(path, "["); found {
		digits, after, closed := strings.Cut(inner, "]")
		i, err := strconv.Atoi(digits)
		if !closed || err != nil || i < 0 || i >= len(v.items) {
			return nil, ""
		}
		return v.items[i], strings.TrimPrefix(after, ".")
	}
	longest := -1
	for _, m := range v.members {
		name := clip(m.name)
		after, found := strings.CutPrefix(path, name)
		if found && len(name) > longest && (after == "" || after[0] == '.' || after[0] == '[') {
			longest, next, rest = len(name), m.value, strings.TrimPrefix(after, ".")
		}
	}
	return next, rest
}

// nameOf is where the name of a member stands; otherwise if there is none.
func (v *value) nameOf(name string, otherwise spot) spot {
	if v == nil {
		return otherwise
	}
	for _, m := range v.members {
		if m.name == name {
			otherwise = m.at // of two, the second
		}
	}
	return otherwise
}

// clip keeps messages readable, as package policy does.
func clip(s string) string {
	const most = 120 // characters
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
