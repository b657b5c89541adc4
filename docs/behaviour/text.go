package behaviour

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const width = 100 // runes of a line for people

// String is the rule for people.
func (r Rule) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n%s\n", r.Number, strings.Join(append(r.words(), r.File), ", "), indented(r.Text))
	for _, s := range r.Sources {
		fmt.Fprintf(&b, "  source: %s is %s\n", s.Key, s.Means)
	}
	if len(r.Tests) > 0 {
		fmt.Fprintln(&b, wrapped("tests: "+strings.Join(r.Tests, " "), "  ", "         "))
	}
	return b.String()
}

// Line is the rule in one line of a list: its number and how its text begins.
func (r Rule) Line() string {
	first, _, _ := strings.Cut(r.Text, "\n")
	line := []rune(fmt.Sprintf("%-7s %s", r.Number, first))
	if len(line) > width {
		line = append(line[:width-1], '…')
	}
	return string(line)
}

// words says how the rule is founded.
func (r Rule) words() []string {
	words := slices.Clone(r.Marks)
	if r.NotEmulated != "" {
		words = append(words, "not emulated")
	}
	return words
}

// indented is a text with its long lines broken, but for those of tables and code.
func indented(text string) string {
	var lines []string
	code := false
	for line := range strings.SplitSeq(text, "\n") {
		switch fence := strings.HasPrefix(line, "```"); {
		case code || fence || strings.HasPrefix(line, "|"):
			code = code != fence
			lines = append(lines, "  "+line)
		default:
			lines = append(lines, wrapped(line, "  ", "  "))
		}
	}
	return strings.Join(lines, "\n")
}

// wrapped breaks one line at its spaces.
func wrapped(line, first, rest string) string {
	var b strings.Builder
	used := 0
	for _, word := range strings.Fields(line) {
		switch {
		case used == 0:
			b.WriteString(first)
			used = len(first)
		case used+1+utf8.RuneCountInString(word) > width:
			b.WriteString("\n" + rest)
			used = len(rest)
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += utf8.RuneCountInString(word)
	}
	return b.String()
}
