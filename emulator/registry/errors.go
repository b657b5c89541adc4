package registry

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// An Error is a resource that AWS would not take. Kind and Name say which one,
// Field names the member in AWS's spelling, and Problem ends with what was
// wanted.
type Error struct{ Kind, Name, Field, Problem string }

func (e *Error) Error() string {
	return fmt.Sprintf("%s %q: %s %s", e.Kind, e.Name, e.Field, e.Problem)
}

// wantName describes what is wrong with a name of letters, digits and the
// characters in extra, or returns "".
func wantName(s, extra string, limit int) string {
	if s == "" {
		return "is missing, want " + nameOf(extra, limit)
	}
	n := 0
	for _, c := range s {
		n++
		if !alphanumeric(c) && !strings.ContainsRune(extra, c) {
			return fmt.Sprintf("has %q at character %d, want %s", c, n, nameOf(extra, limit))
		}
	}
	if n > limit {
		return fmt.Sprintf("has %d characters, want %s", n, nameOf(extra, limit))
	}
	return ""
}

func nameOf(extra string, limit int) string {
	return fmt.Sprintf("1 to %d letters, digits or %s", limit, extra)
}

func alphanumeric(c rune) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func wantOneOf(s string, values ...string) string {
	for _, v := range values {
		if s == v {
			return ""
		}
	}
	return fmt.Sprintf("is %q, want %s", s, strings.Join(values, " or "))
}

func wantAtMost(s string, limit int) string {
	if n := utf8.RuneCountInString(s); n > limit {
		return fmt.Sprintf("has %d characters, want at most %d", n, limit)
	}
	return ""
}

func wantAccount(s string) string {
	if len(s) == 12 && strings.Trim(s, "0123456789") == "" {
		return ""
	}
	return fmt.Sprintf("is %q, want 12 digits", s)
}

func wantRegion(s string) string {
	if strings.Count(s, "-") >= 2 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" {
		return ""
	}
	return fmt.Sprintf("is %q, want a region such as us-east-1", s)
}
