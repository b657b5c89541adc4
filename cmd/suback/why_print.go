package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/printed"
	"github.com/suback/suback/emulator/why"
)

// line prints a line: whatever devices and documents chose stays on it.
func (p *program) line(format string, args ...any) {
	fmt.Fprintln(p.stdout, printed.Line(fmt.Sprintf(format, args...)))
}

// under prints a line about what is above it.
func (p *program) under(label, format string, args ...any) {
	p.line("  %-9s %s", label, fmt.Sprintf(format, args...))
}

// printVerdicts prints what policies say for a person.
func (p *program) printVerdicts(a offlineAnswer) {
	for _, note := range a.Notes {
		p.line("note: %s", note)
	}
	for _, v := range a.Verdicts {
		p.line("%s", v.Decision)
		p.printReasons(v)
	}
}

func (p *program) printReasons(v why.Verdict) {
	d := v.Decision
	by := decider(d)
	if by >= 0 {
		p.under("by", "%s", statementName(d.Considered[by]))
	}
	if h := d.Hint; h.Text != "" {
		p.under("hint", "%s", withRules(h.Text, h.Rules))
	}
	if !d.Allowed && by < 0 {
		p.printNearest(d)
	}
	if len(v.Used) > 0 {
		p.under("used", "%s", strings.Join(v.Used, ", "))
	}
	if len(v.Missing) > 0 {
		p.under("missing", "%s", strings.Join(v.Missing, ", "))
	}
	if v.Repair != nil {
		p.printRepair(*v.Repair)
	}
}

// withRules is a hint with the rules that it follows from, if there are any.
func withRules(hint string, rules []string) string {
	if len(rules) == 0 {
		return hint
	}
	return hint + " (" + strings.Join(rules, ", ") + ")"
}

// decider is the statement that settled it, -1 if none did.
func decider(d policy.Decision) int {
	return slices.IndexFunc(d.Considered, func(c policy.Consideration) bool {
		return c.Outcome == policy.Matched && (c.Effect == "Deny") == d.Explicit
	})
}

func statementName(c policy.Consideration) string {
	name := fmt.Sprintf("%s.Statement[%d]", c.Document, c.Statement)
	if c.Sid != "" {
		name += " " + c.Sid
	}
	return fmt.Sprintf("%s, %s on %s", name, c.Effect, c.Pattern)
}

// printNearest shows where the nearest resource differs.
func (p *program) printNearest(d policy.Decision) {
	for _, c := range d.Considered {
		if c.Effect == "Allow" && c.Position >= 0 &&
			strings.HasPrefix(d.Hint.Text, fmt.Sprintf("%s.Statement[%d] ", c.Document, c.Statement)) {
			same := slices.Collect(printed.Cells(c.Text))
			column := utf8.RuneCountInString(strings.Join(same[:min(c.Position, len(same))], ""))
			p.under("asked", "%s", c.Text)
			p.under("allowed", "%s", c.Pattern)
			p.under("", "%*s", column+1, "^")
			return
		}
	}
}

// printRepair prints what to change.
func (p *program) printRepair(r policy.Repair) {
	if text := why.RepairText(r); text != "" {
		fmt.Fprintln(p.stdout, text)
	}
}
