package trace

import (
	"strings"
	"unicode/utf8"

	"github.com/suback/suback/emulator/printed"
)

const (
	// maxLine is the number of columns of one text that clients choose.
	maxLine = 400

	// A line of a picture shows up to before columns left of the caret and up
	// to after columns from it on.
	before, after = 60, 40
)

// printable is one line, clipped if it is long.
func printable(s string) string {
	var b strings.Builder
	columns := 0
	for cell := range printed.Cells(s) {
		if columns += utf8.RuneCountInString(cell); columns > maxLine {
			b.WriteString("…")
			break
		}
		b.WriteString(cell)
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
	columns := []rune(printed.Line(s))
	if len(columns) > to {
		columns = append(columns[:to-1:to-1], '…')
	}
	if from > 0 && from < len(columns) {
		columns = append([]rune{'…'}, columns[from+1:]...)
	}
	return string(columns)
}
