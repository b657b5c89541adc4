package printed

import (
	"fmt"
	"iter"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Line escapes as Go does what is not printable: control and formatting characters, odd
// spaces, line ends, invalid UTF-8.
func Line(s string) string {
	var b strings.Builder
	for cell := range Cells(s) {
		b.WriteString(cell)
	}
	return b.String()
}

// Cells are the characters of a text as Line shows them.
func Cells(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(s) > 0 {
			r, size := utf8.DecodeRuneInString(s)
			if !yield(cell(r, s[:size])) {
				return
			}
			s = s[size:]
		}
	}
}

// cell is one character; raw holds its bytes.
func cell(r rune, raw string) string {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		const hex = "0123456789abcdef"
		return `\x` + string(hex[raw[0]>>4]) + string(hex[raw[0]&15])
	case strconv.IsPrint(r):
		return raw
	}
	q := strconv.QuoteRuneToASCII(r)
	return q[1 : len(q)-1]
}

// JSON is Line for JSON, which stays what it is: white space between values as well.
func JSON(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r == '\n' || r == '\t' || strconv.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	return b.String()
}
