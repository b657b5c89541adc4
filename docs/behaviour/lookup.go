package behaviour

import (
	"regexp"
	"slices"
	"strings"
)

// A Rule is one rule as it is written down.
type Rule struct {
	Number string `json:"number"` // "B-660"
	Text   string `json:"text"`   // Markdown, of one line or more, without the number
	// of documented, observed and guessed, in this order; none for M, most D and Q
	Marks       []string `json:"marks"`
	NotEmulated string   `json:"notEmulated,omitempty"` // why; empty if it is emulated
	Sources     []Source `json:"sources"`               // as the text names them, in its order
	File        string   `json:"file"`                  // in the repository, "docs/behaviour/broker.md"
	At          int      `json:"-"`                     // the line of File where it begins
	Tests       []string `json:"tests"`                 // as "hooks/subscribe_test.go:TestSubscribe", the holder first
}

// Rules returns every rule and open question in the order of their numbers.
func Rules() []Rule { return exported(rules()) }

func exported(some []rule) []Rule {
	held := heldBy(embedded("tests.md"))
	forms := sourceForms()
	all := []Rule{}
	for _, r := range some {
		all = append(all, Rule{
			Number: r.String(), Text: r.text, Marks: r.marks(), NotEmulated: r.not, Sources: sourcesOf(forms, r.text),
			File: "docs/behaviour/" + r.file, At: r.line, Tests: append([]string{}, held[r.String()]...),
		})
	}
	return all
}

// Guesses are the lines of its file on which a rule says that it is a guess.
func (r Rule) Guesses() (lines []int) {
	for i, line := range strings.Split(r.Text, "\n") {
		var of rule
		if of.addMarks(line); of.guess {
			lines = append(lines, r.At+i)
		}
	}
	return lines
}

// Sentence is the first one of its text, on one line.
func (r Rule) Sentence() string {
	text := strings.Join(strings.Fields(r.Text), " ")
	if i := strings.Index(text, ". "); i >= 0 {
		text = text[:i+1]
	}
	return text
}

// marks are in words how the rule is founded.
func (r rule) marks() []string {
	words := []string{}
	for _, m := range []struct {
		has  bool
		word string
	}{{r.doc, "documented"}, {r.obs, "observed"}, {r.guess, "guessed"}} {
		if m.has {
			words = append(words, m.word)
		}
	}
	return words
}

var heldRow = regexp.MustCompile("(?m)^\\| ([ABDMQRS]-[0-9]+[a-z]?) \\| `(.*)` \\|$")

// heldBy reads which tests hold which rule from a tests.md.
func heldBy(text string) map[string][]string {
	held := make(map[string][]string)
	for _, m := range heldRow.FindAllStringSubmatch(text, -1) {
		held[m[1]] = strings.Split(m[2], "` `")
	}
	return held
}

// A numeral is a rule's number as people write it: any case, the hyphen left out,
// in the punctuation of a list.
var numeral = regexp.MustCompile(`^[\s(\[]*([A-Za-z])-?(\d{1,6})([A-Za-z]?)[\s,.;)\]]*$`)

// Find returns the rule with a number, written as "B-660", "b-660", "B660" or with
// the punctuation around it, as a hint has it.
func Find(name string) (Rule, bool) {
	n, ok := parseNumber(name)
	if !ok {
		return Rule{}, false
	}
	all := rules()
	i, found := slices.BinarySearchFunc(all, n, func(r rule, n number) int { return r.compare(n) })
	if !found {
		return Rule{}, false
	}
	return exported(all[i : i+1])[0], true
}

// IsNumber says whether a text has the form of a rule's number, if there is such a
// rule or not.
func IsNumber(name string) bool {
	_, ok := parseNumber(name)
	return ok
}

func parseNumber(name string) (number, bool) {
	m := numeral.FindStringSubmatch(name)
	if m == nil {
		return number{}, false
	}
	return newNumber(strings.ToUpper(m[1]), m[2], strings.ToLower(m[3])), true
}

// Near returns the numbers of at most two rules that stand on both sides of one that
// is not there, or, for a letter that no rule has, the first of each letter.
func Near(name string) []string {
	n, _ := parseNumber(name)
	all := rules()
	i, _ := slices.BinarySearchFunc(all, n, func(r rule, n number) int { return r.compare(n) })
	var near []string
	for _, r := range all[max(i-1, 0):min(i+1, len(all))] {
		if r.letter == n.letter {
			near = append(near, r.String())
		}
	}
	if near != nil {
		return near
	}
	letter := ""
	for _, r := range all {
		if r.letter != letter {
			near, letter = append(near, r.String()), r.letter
		}
	}
	return near
}

// Search returns the rules whose text has a word, whatever its case.
func Search(word string) []Rule {
	word = strings.ToLower(word)
	return exported(slices.DeleteFunc(rules(),
		func(r rule) bool { return !strings.Contains(strings.ToLower(r.text), word) }))
}
