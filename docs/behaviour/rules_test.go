package behaviour_test

import (
	"cmp"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

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
	doc, obs, guess bool
}

var (
	bulletRule = regexp.MustCompile(`^- ([ABDQ])-(\d+)([a-z]?)\. `)
	tableRule  = regexp.MustCompile(`^\| (M)-(\d+)([a-z]?) \|`)
	mark       = regexp.MustCompile(`\[[^\]]*\b(doc|obs|guess)\b[^\]]*\]`)
	markWord   = regexp.MustCompile(`\b(doc|obs|guess)\b`)
)

// ruleFiles are where rules are written down.
func ruleFiles() []string { return []string{"auth.md", "broker.md", "engine.md"} }

// readRules reads all rules in the order of their numbers.
func readRules(t *testing.T) []rule {
	t.Helper()
	var rules []rule
	for _, file := range ruleFiles() {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, parseRules(file, string(text))...)
	}
	slices.SortFunc(rules, func(a, b rule) int { return a.compare(b.number) })
	return rules
}

// parseRules finds the rules of one file. A rule's text, with the marks in it,
// goes on to the next rule or heading.
func parseRules(file, text string) []rule {
	var rules []rule
	open := false // whether the line belongs to the last rule
	for line := range strings.Lines(text) {
		m := bulletRule.FindStringSubmatch(line)
		if m == nil {
			m = tableRule.FindStringSubmatch(line)
		}
		switch {
		case m != nil:
			rules = append(rules, rule{number: newNumber(m[1], m[2], m[3]), file: file})
			open = true
		case strings.HasPrefix(line, "#"):
			open = false
		}
		if open {
			rules[len(rules)-1].addMarks(line)
		}
	}
	return rules
}

func (r *rule) addMarks(line string) {
	for _, m := range mark.FindAllString(line, -1) {
		for _, word := range markWord.FindAllString(m, -1) {
			r.doc = r.doc || word == "doc"
			r.obs = r.obs || word == "obs"
			r.guess = r.guess || word == "guess"
		}
	}
}

func TestParseRules(t *testing.T) {
	const text = `# Title [guess]
- A-1. One. X [doc][obs]
  Its second line [guess: a reason].
- B-810a. Two [a key] without a mark.

| x | [doc/guess] |
## Next
[obs]
| M-3 | fault |
`
	want := []rule{
		{number{"A", 1, ""}, "f", true, true, true},
		{number{"B", 810, "a"}, "f", true, false, true},
		{number{"M", 3, ""}, "f", false, false, false},
	}
	if got := parseRules("f", text); !slices.Equal(got, want) {
		t.Errorf("parseRules = %+v, want %+v", got, want)
	}
}

// A number stands for one rule only.
func TestNumbersAreUnique(t *testing.T) {
	rules := readRules(t)
	for i := 1; i < len(rules); i++ {
		if rules[i].number == rules[i-1].number {
			t.Errorf("%v is given twice, in %s and %s", rules[i].number, rules[i-1].file, rules[i].file)
		}
	}
}
