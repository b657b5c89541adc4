// Package behaviour is the rules of AWS IoT Core that this project goes by, and
// how well they are founded.
//
// The rules are the text files beside it, for people to read; the program has them
// packed (emulator/packed). A rule carries its
// marks: documented, observed, guess, and "not emulated: why". The package counts
// them. It knows nothing about what the rules say; its tests hold them to the
// code, see README.md.
//
// tests.md, which the tests here write, says which tests hold which rule.
//
//	fmt.Print(behaviour.Coverage(operations).Text())
//	rule, found := behaviour.Find("B-660")
package behaviour

import (
	"cmp"
	"embed"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/suback/suback/emulator/packed"
)

//go:embed *.md.gz
var texts embed.FS

// ruleFiles are where rules are written down.
func ruleFiles() []string {
	return []string{"auth.md", "broker.md", "engine.md", "shadow.md", "topic_rules.md"}
}

// A number is a rule's number: B-810a is {"B", 810, "a"}.
type number struct {
	letter string
	n      int
	suffix string
}

func (n number) String() string { return n.letter + "-" + strconv.Itoa(n.n) + n.suffix }

func (n number) compare(m number) int {
	return cmp.Or(cmp.Compare(n.letter, m.letter), cmp.Compare(n.n, m.n), cmp.Compare(n.suffix, m.suffix))
}

// newNumber takes what the groups of a pattern found.
func newNumber(letter, n, suffix string) number {
	i, _ := strconv.Atoi(n) // digits, by the pattern
	return number{letter, i, suffix}
}

// A rule is a number with the marks that its text carries.
type rule struct {
	number
	file            string
	section         int // of the file; 0 before the first
	doc, obs, guess bool
	not             string // why it is not emulated; "" if it is
	text            string // without its number
	line            int    // of the file where it begins
}

var (
	bulletRule   = regexp.MustCompile(`^- ([ABDQRS])-(\d+)([a-z]?)\. `)
	tableRule    = regexp.MustCompile(`^\| (M)-(\d+)([a-z]?) \|`)
	sectionTitle = regexp.MustCompile(`^## (\d+)\. `)
	mark         = regexp.MustCompile(`\[[^\]]*\b(doc|obs|guess)\b[^\]]*\]`)
	markWord     = regexp.MustCompile(`\b(doc|obs|guess)\b`)
	notEmulated  = regexp.MustCompile(`\[not emulated: ([^\]]+)\]`)
)

// rules returns all rules in the order of their numbers.
func rules() []rule { return rulesOf(embedded) }

// rulesOf returns those of the files that read reads.
func rulesOf(read func(file string) string) []rule {
	var all []rule
	for _, file := range ruleFiles() {
		all = append(all, parseRules(file, read(file))...)
	}
	slices.SortFunc(all, func(a, b rule) int { return a.compare(b.number) })
	return all
}

func embedded(file string) string { return string(packed.Text(texts, file)) }

// parseRules finds the rules of one file. A rule's text, with the marks in it,
// goes on to the next rule or heading; a row of a table is one line.
func parseRules(file, text string) []rule {
	var found []rule
	var open *rule // the last one, while lines belong to it
	section, at := 0, 0
	for line := range strings.Lines(text) {
		at++
		bullet, row := bulletRule.FindStringSubmatch(line), tableRule.FindStringSubmatch(line)
		m := bullet
		if m == nil {
			m = row
		}
		switch {
		case m != nil:
			if open != nil {
				open.text = withoutLead(open.text)
			}
			found = append(found, rule{number: newNumber(m[1], m[2], m[3]), file: file, section: section,
				line: at})
			open = &found[len(found)-1]
			open.add(strings.TrimPrefix(line, m[0]))
		case strings.HasPrefix(line, "#"):
			open = nil
			if m := sectionTitle.FindStringSubmatch(line); m != nil {
				section, _ = strconv.Atoi(m[1])
			}
		case open != nil:
			open.add(line)
		}
		if row != nil {
			open = nil
		}
	}
	for i := range found {
		found[i].text = tidy(found[i].text)
	}
	return found
}

// withoutLead is a rule's text without the line above the next rule that leads
// over to that one, as "Certificates" stands above a list.
func withoutLead(text string) string {
	lead := text[strings.LastIndex(text, "\n\n")+1:]
	if len(lead) == len(text) || strings.HasSuffix(lead, "|\n") || strings.TrimSpace(lead) == "" {
		return text
	}
	return strings.TrimSuffix(text, lead)
}

// tidy is a rule's text without the line that ends a section, and with the cells
// of a row one below the other.
func tidy(text string) string {
	text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(text), "---"))
	if row, isRow := strings.CutSuffix(text, " |"); isRow && !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(strings.TrimSpace(row), " | ", "\n")
	}
	return text
}

// add takes one more line of the rule's text.
func (r *rule) add(line string) {
	r.text += line
	r.addMarks(line)
}

func (r *rule) addMarks(line string) {
	if m := notEmulated.FindStringSubmatch(line); m != nil {
		r.not = m[1]
		line = strings.Replace(line, m[0], "", 1)
	}
	for _, m := range mark.FindAllString(line, -1) {
		for _, word := range markWord.FindAllString(m, -1) {
			r.doc = r.doc || word == "doc"
			r.obs = r.obs || word == "obs"
			r.guess = r.guess || word == "guess"
		}
	}
}
