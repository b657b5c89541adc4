package transport

import (
	"slices"
	"strings"
)

// IsNamed tells whether patterns have a host name: themselves, or "*.x" for all
// below x. The case does not matter, nor does a dot at the end of the name.
func IsNamed(name string, patterns []string) bool {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	return slices.ContainsFunc(patterns, func(p string) bool {
		p = strings.ToLower(p)
		if suffix, ok := strings.CutPrefix(p, "*"); ok {
			return strings.HasSuffix(name, suffix)
		}
		return p == name
	})
}
