package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/why"
)

// printVerdicts prints what policies say for a person.
func (p *program) printVerdicts(a offlineAnswer) {
	for _, note := range a.Notes {
		fmt.Fprintf(p.stdout, "note: %s\n", note)
	}
	for _, v := range a.Verdicts {
		fmt.Fprintln(p.stdout, v.Decision)
		p.printReasons(v)
	}
}

func (p *program) printReasons(v why.Verdict) {
	line := func(label, format string, args ...any) {
		fmt.Fprintf(p.stdout, "  %-9s %s\n", label, fmt.Sprintf(format, args...))
	}
	d := v.Decision
	if i := decider(d); i >= 0 {
		line("by", "%s", statementName(d.Considered[i]))
	}
	if h := d.Hint; h.Text != "" {
		line("hint", "%s (%s)", h.Text, strings.Join(h.Rules, ", "))
	}
	if i := decider(d); !d.Allowed && i < 0 {
		p.printNearest(d)
	}
	if len(v.Used) > 0 {
		line("used", "%s", strings.Join(v.Used, ", "))
	}
	if len(v.Missing) > 0 {
		line("missing", "%s", strings.Join(v.Missing, ", "))
	}
	if v.Repair != nil {
		p.printRepair(*v.Repair)
	}
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
			fmt.Fprintf(p.stdout, "  %-9s %s\n  %-9s %s\n  %-9s %*s\n", "asked", c.Text, "allowed", c.Pattern, "",
				c.Position+1, "^")
			return
		}
	}
}

// printRepair prints what to change.
func (p *program) printRepair(r policy.Repair) {
	for i, op := range r.Patch {
		label := ""
		if i == 0 {
			label = "repair"
		}
		document := r.Document
		if document == "" {
			document = "a new policy"
		}
		fmt.Fprintf(p.stdout, "  %-9s %s: %s\n", label, document, op)
	}
	if r.Warning != "" {
		fmt.Fprintf(p.stdout, "  %-9s %s\n", "warning", r.Warning)
	}
}
