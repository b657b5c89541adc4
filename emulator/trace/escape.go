package trace

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// maxLine is the number of columns of one text that clients choose.
	maxLine = 400

	// A line of a picture shows up to before columns left of the caret and up
	// to after columns from it on.
	before, after = 60, 40
)

// printable escapes what could end the line, hide or reorder it: control and
// formatting characters, odd spaces, invalid UTF-8. It clips long texts.
func printable(s string) string {
	var b strings.Builder
	columns := 0
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		cell := escaped(r, s[:size])
		columns += utf8.RuneCountInString(cell)
		if columns > maxLine {
			b.WriteString("…")
			break
		}
		b.WriteString(cell)
		s = s[size:]
	}
	return b.String()
}

// oneWord is printable text that cannot be taken for two words: quoted as in Go
// if it holds spaces, quotes or parentheses, or looks like no client id at all.
func oneWord(s string) string {
	p := printable(s)
	if p != s || p == "-" || strings.ContainsAny(p, " \"()") {
		return `"` + strings.ReplaceAll(p, `"`, `\"`) + `"`
	}
	return p
}

// escaped is one character as it is shown; raw holds its bytes.
func escaped(r rune, raw string) string {
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

// cells splits a text into its characters as they are shown.
func cells(s string) []string {
	var all []string
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		all = append(all, escaped(r, s[:size]))
		s = s[size:]
	}
	return all
}

// width is the number of columns of some characters, each of which is one
// column wide when it is not escaped, wide ones included.
func width(cells []string) int {
	n := 0
	for _, c := range cells {
		n += utf8.RuneCountInString(c)
	}
	return n
}

// window is columns from to to of s, with "…" for what it leaves out.
func window(s string, from, to int) string {
	columns := []rune(strings.Join(cells(s), ""))
	if len(columns) > to {
		columns = append(columns[:to-1:to-1], '…')
	}
	if from > 0 && from < len(columns) {
		columns = append([]rune{'…'}, columns[from+1:]...)
	}
	return string(columns)
}
