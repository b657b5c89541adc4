package sql

import (
	"fmt"
	"slices"
	"strings"
)

// A Hint is what can be said of a statement before any message comes: AWS takes it, and
// it does not do what it seems to.
type Hint struct {
	Offset int    `json:"offset"` // in the statement, in bytes
	Text   string `json:"text"`   // one sentence: what was found, and what to write
}

// mostHints are told of a statement: whoever mends so many asks again, and each costs the text
// of what it is about.
const mostHints = 20

// Hints are the traps that the statement walks into, in its order, up to 20 of them.
func (s *Statement) Hints() (hints []Hint) {
	add := func(offset int, format string, args ...any) {
		if len(hints) < mostHints {
			hints = append(hints, Hint{offset, fmt.Sprintf(format, args...)})
		}
	}
	s.walk(func(n node) {
		if len(hints) == mostHints {
			return
		}
		switch n := n.(type) {
		case *call:
			for _, text := range callHints(n, s.version) {
				add(int(n.at), "%s", text)
			}
		case *binary:
			if text := binaryHint(n); text != "" {
				add(int(n.at), "%s", text)
			}
		}
	})
	s.hintAliases(add)
	s.hintBytes(add)
	if rest, ok := strings.CutPrefix(s.filter, "$aws/things/"); ok && strings.HasSuffix(rest, "/update") &&
		strings.Contains(rest, "/shadow/") {
		add(0, "'%s' has what devices asked for, also what is rejected: write '%s/documents', which has the states before and after",
			s.filter, s.filter)
	}
	slices.SortStableFunc(hints, func(a, b Hint) int { return a.Offset - b.Offset })
	return hints
}

func tooNew(f *function) string {
	return fmt.Sprintf("%s is a function of SQL version 2016-03-23, and Undefined in 2015-10-08: set awsIotSqlVersion to 2016-03-23",
		f.name)
}

func wrongCount(n *call) string {
	f := n.function
	wanted := fmt.Sprintf("%d arguments", f.max)
	switch {
	case f.max > f.min:
		wanted = fmt.Sprintf("%d to %d arguments", f.min, f.max)
	case f.max == 1:
		wanted = "1 argument"
	case f.max == 0:
		wanted = "no argument"
	}
	return fmt.Sprintf("%s wants %s and has %d: it is Undefined", f.name, wanted, len(n.args))
}

func callHints(n *call, ver Version) (all []string) {
	f := n.function
	if f.since > ver {
		all = append(all, tooNew(f))
	}
	if !f.takes(len(n.args)) {
		return append(all, wrongCount(n))
	}
	if n.pattern != nil && n.pattern.err != nil {
		all = append(all, fmt.Sprintf("%s is Undefined: %v", f.name, n.pattern.err))
	}
	place, want := 0, ""
	switch f.name {
	case "encode", "decode":
		place, want = 1, "base64"
	case "transform":
		place, want = 0, "enrichArray"
	default:
		return all
	}
	if l, ok := n.args[place].(*literal); ok && !isText(n.args, place, want) {
		all = append(all, fmt.Sprintf("%s with %s is Undefined: write '%s', which it knows alone",
			f.name, text(l), want))
	}
	return all
}

// binaryHint finds names with a hyphen, and comparisons left of an OR, which a missing field
// makes Undefined.
func binaryHint(n *binary) string {
	switch {
	case n.op == tokMinus:
		l, lok := lastName(n.l)
		r, rok := n.r.(*field)
		if lok && rok && int(r.at) == int(n.at)+len(text(n.l))+1 {
			return fmt.Sprintf("`%s-%s` is a subtraction: write get(%s, '%s-%s') for a field of that name",
				text(n.l), r.name, l.object, l.name, r.name)
		}
	case n.op == tokOr:
		if f := missable(n.l); f != "" {
			return fmt.Sprintf("when `%s` is missing, all of `%s` is Undefined and nothing happens: write get_or_default(%s, …)",
				f, clip(text(n)), f)
		}
	}
	return ""
}

type lastOf struct{ object, name string }

// lastName is a path's last name, and the object that has it.
func lastName(n node) (lastOf, bool) {
	switch n := n.(type) {
	case *field:
		return lastOf{"*", n.name}, true
	case *member:
		return lastOf{text(n.x), n.name}, true
	}
	return lastOf{}, false
}

// missable is a field that is compared by itself.
func missable(side node) string {
	c, ok := side.(*binary)
	if !ok || c.op < tokEqual || c.op > tokGreaterEqual {
		return ""
	}
	for _, n := range []node{c.l, c.r} {
		if _, ok := lastName(n); ok {
			return text(n)
		}
	}
	return ""
}
