package behaviour

import (
	"fmt"
	"strings"
)

// A Report says how well the rules are founded.
type Report struct {
	Files []Counts `json:"files"`
	Total Counts   `json:"total"`

	// NotEmulated are the rules that are not, in the order of their numbers.
	NotEmulated []Exception `json:"notEmulated"`

	// Operations are those of AWS IoT's API that are implemented, and the others,
	// which are answered with 501.
	Operations Operations `json:"operations"`
}

// Operations are names of operations, sorted.
type Operations struct {
	Implemented    []string `json:"implemented"`
	NotImplemented []string `json:"notImplemented"`
}

// Counts are numbers of rules. A rule with several marks counts under each; open
// questions are not rules.
type Counts struct {
	File        string `json:"file,omitempty"` // of docs/behaviour
	Rules       int    `json:"rules"`
	Documented  int    `json:"documented"` // by AWS, or by the vendor
	Observed    int    `json:"observed"`   // on the real service
	Guess       int    `json:"guess"`
	Unmarked    int    `json:"unmarked"` // reports of users, faults of the engine: they name a place instead
	NotEmulated int    `json:"notEmulated"`
}

// An Exception is a rule that is not emulated.
type Exception struct {
	Rule string `json:"rule"` // "B-662"
	Why  string `json:"why"`
}

// Coverage counts the rules that this program was built with. What it can do of
// AWS IoT's API is the caller's to say.
func Coverage(o Operations) Report {
	r := coverage(rules())
	r.Operations = o
	return r
}

func coverage(all []rule) Report {
	r := Report{NotEmulated: []Exception{}}
	for _, file := range ruleFiles() {
		r.Files = append(r.Files, Counts{File: file})
	}
	for _, rule := range all {
		for i := range r.Files {
			if r.Files[i].File == rule.file {
				r.Files[i].add(rule)
			}
		}
		r.Total.add(rule)
		if rule.not != "" {
			r.NotEmulated = append(r.NotEmulated, Exception{rule.String(), rule.not})
		}
	}
	return r
}

func (c *Counts) add(r rule) {
	if r.letter == "Q" {
		return
	}
	count := func(n *int, is bool) {
		if is {
			*n++
		}
	}
	count(&c.Rules, true)
	count(&c.Documented, r.doc)
	count(&c.Observed, r.obs)
	count(&c.Guess, r.guess)
	count(&c.Unmarked, !r.doc && !r.obs && !r.guess)
	count(&c.NotEmulated, r.not != "")
}

// Text is the report for people.
func (r Report) Text() string {
	var b strings.Builder
	line := func(name string, columns ...any) {
		fmt.Fprintf(&b, "%-15s%7v%12v%10v%7v%10v%14v\n", append([]any{name}, columns...)...)
	}
	line("", "rules", "documented", "observed", "guess", "no mark", "not emulated")
	for _, c := range append(r.Files, r.Total) {
		name := c.File
		if name == "" {
			name = "total"
		}
		line(name, c.Rules, c.Documented, c.Observed, c.Guess, c.Unmarked, c.NotEmulated)
	}
	b.WriteString("\nA rule with several marks counts under each.\n")
	if done, not := len(r.Operations.Implemented), len(r.Operations.NotImplemented); done > 0 {
		fmt.Fprintf(&b, "\nOf %d operations of the control plane %d are implemented; the others are answered "+
			"with 501.\n", done+not, done)
	}
	if len(r.NotEmulated) > 0 {
		b.WriteString("\nNot emulated:\n")
	}
	for _, e := range r.NotEmulated {
		fmt.Fprintf(&b, "  %-7s %s\n", e.Rule, e.Why)
	}
	return b.String()
}
