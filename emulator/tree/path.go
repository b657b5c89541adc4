package tree

import (
	"strconv"
	"strings"
)

// Paths, as package policy and the registry write them: "Statement[1].Condition.Bool.a.b",
// where a name may have dots in it.

// Find returns the value at a path, or the deepest one on the way that is there.
func (v *Value) Find(path string) *Value {
	for v != nil && path != "" {
		next, rest := v.step(path)
		if next == nil {
			return v
		}
		v, path = next, rest
	}
	return v
}

// Locate is where the value at a path stands.
func (v *Value) Locate(path string) Spot { return v.Find(path).At }

// step takes the first step of a path: an index, or the longest name that it begins with.
func (v *Value) step(path string) (next *Value, rest string) {
	if inner, found := strings.CutPrefix(path, "["); found {
		digits, after, closed := strings.Cut(inner, "]")
		i, err := strconv.Atoi(digits)
		if !closed || err != nil || i < 0 || i >= len(v.Items) {
			return nil, ""
		}
		return v.Items[i], strings.TrimPrefix(after, ".")
	}
	longest := -1
	for _, m := range v.Members {
		name := Clip(m.Name)
		after, found := strings.CutPrefix(path, name)
		if found && len(name) > longest && (after == "" || after[0] == '.' || after[0] == '[') {
			longest, next, rest = len(name), m.Value, strings.TrimPrefix(after, ".")
		}
	}
	return next, rest
}

// NameOf is where the name of a member stands; otherwise if there is none.
func (v *Value) NameOf(name string, otherwise Spot) Spot {
	if v == nil {
		return otherwise
	}
	for _, m := range v.Members {
		if m.Name == name {
			otherwise = m.At // of two, the second
		}
	}
	return otherwise
}

// Clip keeps messages readable, as package policy does.
func Clip(s string) string {
	const most = 120 // characters
	characters := 0
	for i := range s { // no further than needed: a text may have megabytes
		if characters++; characters > most {
			return s[:i] + "…"
		}
	}
	return s
}
