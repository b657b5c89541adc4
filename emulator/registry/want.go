package registry

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The want functions describe what is wrong with a text, or return "".

// wantName wants letters, digits and the characters in extra.
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

// wantNameOrNothing is wantName for what may be left out.
func wantNameOrNothing(s, extra string, limit int) string {
	if s == "" {
		return ""
	}
	return wantName(s, extra, limit)
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

// wantDescription wants what AWS takes for the description of a thing type or
// group: visible characters and spaces.
func wantDescription(s string) string {
	for i, c := range s {
		if c < ' ' || c == 0x7f {
			return fmt.Sprintf("has %q at byte %d, want visible characters and spaces", c, i+1)
		}
	}
	return wantAtMost(s, 2028)
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
