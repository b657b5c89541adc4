package lint

import (
	"fmt"
	"slices"

	"github.com/suback/suback/emulator/policy"
)

// Statements that others make idle
//
//   - a Deny wins over every Allow [B-131]: one without a condition that covers an Allow
//     takes all of it away
//   - a statement that another one without a condition covers says nothing of its own
//   - only what surely is so is told: a variable covers nothing but itself

// checkShadows looks at documents that apply together.
func (l *linter) checkShadows(docs []*document) {
	var all []statement
	for _, d := range docs {
		all = append(all, d.statements...)
	}
	for i, s := range all {
		if s.notAction || s.notResource || s.hasOthers() || len(s.about) == 0 {
			continue
		}
		if !s.deny && l.checkDenied(s, all) {
			continue
		}
		l.checkSaid(i, s, all)
	}
}

// checkDenied reports resources of an Allow that are denied for all its actions, and
// whether all of them are.
func (l *linter) checkDenied(s statement, all []statement) bool {
	by := map[*value]string{}
	for _, r := range s.resources {
		i := slices.IndexFunc(all, func(d statement) bool { return d.deny && d.coversAll(s.about, r) })
		if i >= 0 {
			by[r.value] = all[i].place
		}
	}
	if len(by) == len(s.resources) && len(by) > 0 {
		l.reportDenied(s, s.At, "nothing", by[s.resources[0].value])
		return true
	}
	for _, r := range s.resources {
		if place := by[r.value]; place != "" {
			l.reportDenied(s, r.At, "nothing on "+r.Show(), place)
		}
	}
	return false
}

func (l *linter) reportDenied(s statement, at spot, what, by string) {
	l.report("allow-shadowed", at, fmt.Sprintf("%s allows %s: %s denies it, and a Deny wins over every Allow",
		s.place, clip(what), by), "narrow the Deny, or leave the Allow out")
}

// coversAll reports whether a statement, whatever the request, is about the actions on the
// resource.
func (s statement) coversAll(actions []policy.Action, r resource) bool {
	if len(s.conditions) > 0 || s.notAction || s.notResource {
		return false
	}
	mine := s.about
	for _, a := range actions {
		if !slices.Contains(mine, a) {
			return false
		}
	}
	return slices.ContainsFunc(s.resources, func(mine resource) bool { return mine.covers(r) })
}

// checkSaid reports a statement that another one covers; of two that say the same, the
// second.
func (l *linter) checkSaid(i int, s statement, all []statement) {
	for j, t := range all {
		if t.value == s.value || t.deny != s.deny || !t.coversEvery(s) || j > i && s.coversEvery(t) {
			continue
		}
		verb := "allows"
		if s.deny {
			verb = "denies"
		}
		l.report("statement-unreachable", s.At, fmt.Sprintf("%s adds nothing: %s %s all of it already", s.place,
			t.place, verb), "leave it out, or write what it is for")
		return
	}
}

func (s statement) coversEvery(t statement) bool {
	if len(t.resources) == 0 || len(t.about) == 0 || t.notAction || t.notResource {
		return false
	}
	actions := t.about
	for _, r := range t.resources {
		if !s.coversAll(actions, r) {
			return false
		}
	}
	return true
}
