package topic

import "strings"

// Meet reports whether there is a topic that both filters match; groups do not count, and
// a topic name is a filter that matches itself.
func Meet(a, b string) bool {
	_, a, _ = Shared(a)
	_, b, _ = Shared(b)
	if IsReserved(a) != IsReserved(b) {
		return false
	}
	for {
		one, rest, deeper := strings.Cut(a, "/")
		other, remains, longer := strings.Cut(b, "/")
		switch {
		case one == "#" || other == "#":
			return true
		case one != other && one != "+" && other != "+":
			return false
		case !deeper || !longer:
			return deeper == longer
		}
		a, b = rest, remains
	}
}
