package learn

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Where a policy is too long
//
//   - names of the same actions that differ in one level become one, with "*" in it, after
//     what they have in common there; or names that begin with the same levels, with "*"
//     after those
//   - the step that opens least comes first: no variable is lost, most levels stay, most of
//     the level stays, the "*" is farthest to the right. Steps go on until it fits

// A step replaces some names by one.
type step struct {
	kind  string
	set   actions
	name  name
	parts []name // that it was made of

	loses bool // a variable
	stays int  // levels that are whole
	keeps int  // characters of the level with the "*"
	depth int  // of the "*"
}

// less reports which of two steps opens less.
func (s *step) compare(t *step) int {
	if s.loses != t.loses {
		if s.loses {
			return 1
		}
		return -1
	}
	return cmp.Or(cmp.Compare(t.stays, s.stays), cmp.Compare(t.keeps, s.keeps), cmp.Compare(t.depth, s.depth),
		cmp.Compare(len(t.parts), len(s.parts)), cmp.Compare(s.kind, t.kind), cmp.Compare(s.set, t.set),
		cmp.Compare(s.name, t.name))
}

// fit widens resources until they fit into so many documents of a size.
func (r resources) fit(at place, most, documents int) []*document {
	for {
		all := r.pack(at, most)
		if fits(all, most, documents) {
			return all
		}
		steps := r.steps()
		if len(steps) == 0 {
			return all
		}
		// Far from it, many at once: each look at all steps takes its time.
		n := 1
		if len(all) > 3*documents {
			n = max(1, len(steps)/8)
		}
		for _, s := range steps[:n] {
			r.take(s)
		}
	}
}

// take replaces names by a wider one. It does nothing if another step has taken one of them.
func (r resources) take(s *step) {
	for _, n := range s.parts {
		if r[target{s.kind, n}] != s.set {
			return
		}
	}
	wide := target{s.kind, s.name}
	r[wide] |= s.set
	for t, set := range r {
		if t.kind == s.kind && t != wide && set&^r[wide] == 0 && s.name.covers(t.name) {
			delete(r, t)
		}
	}
}

// steps are those that there are, the one that opens least first.
func (r resources) steps() []*step {
	all := map[common]*step{}
	for _, t := range r.sorted() {
		if t.kind != "" {
			propose(all, t, r[t])
		}
	}
	var steps []*step
	for c, s := range all {
		if s.finish(c); s.saves() {
			steps = append(steps, s)
		}
	}
	slices.SortFunc(steps, (*step).compare)
	return steps
}

// What names have in common that become one by a step.
type common struct {
	kind   string
	set    actions
	before string // the levels before the "*", with their "/"
	begin  string // how the level with the "*" begins, at least
	after  string // the levels after it, with their "/"
	open   bool   // whatever is after it
}

// propose adds a target to the steps that would replace it.
func propose(all map[common]*step, t target, set actions) {
	levels, before := t.name.levels(), ""
	for i, level := range levels {
		after := strings.TrimPrefix(string(t.name), before+level)
		for _, begin := range beginnings(level) {
			add(all, common{kind: t.kind, set: set, before: before, begin: begin, after: after}, t.name, i)
		}
		add(all, common{kind: t.kind, set: set, before: before, open: true}, t.name, i)
		before += level + "/"
	}
}

func add(all map[common]*step, c common, n name, depth int) {
	if all[c] == nil {
		all[c] = &step{kind: c.kind, set: c.set, depth: depth}
	}
	all[c].parts = append(all[c].parts, n)
}

// beginnings are what values of a level may have in common: nothing, and the first word
// with the character after it.
func beginnings(level string) []string {
	end := strings.IndexFunc(level, func(r rune) bool { return !isWord(r) && r != '_' })
	if end <= 0 || level[end] == '*' || level[end] == '$' || level[end] < ' ' {
		return []string{""}
	}
	return []string{"", level[:end+1]}
}

// finish names the step, and tells what it opens.
func (s *step) finish(c common) {
	begin := ""
	if !c.open {
		begin = shared(s.parts, len(c.before), len(c.after))
	}
	s.name = name(c.before + begin + "*" + c.after)
	s.keeps = utf8.RuneCountInString(begin)
	for _, level := range s.name.levels() {
		if !strings.Contains(level, "*") {
			s.stays++
		}
	}
	variables := len(s.name.variables())
	s.loses = slices.ContainsFunc(s.parts, func(n name) bool { return len(n.variables()) > variables })
}

// shared is what all names begin with between so many bytes at their beginning and so many
// at their end: no half of a character, of a variable or of a "*".
func shared(names []name, before, after int) string {
	text := string(names[0][before : len(names[0])-after])
	for _, n := range names[1:] {
		other := n[before : len(n)-after]
		i := 0
		for i < len(text) && i < len(other) && text[i] == other[i] {
			i++
		}
		text = text[:i]
	}
	if open := strings.LastIndex(text, "${"); open > strings.LastIndexByte(text, '}') {
		text = text[:open]
	}
	for text != "" && !utf8.ValidString(text) {
		text = text[:len(text)-1]
	}
	return strings.TrimRight(text, "*$"+dollar)
}

// saves reports whether the policy gets shorter.
func (s *step) saves() bool {
	const perResource = 30 // what of an ARN is there beside the name, at least
	n := -perResource
	for _, part := range s.parts {
		n += len(part) + perResource
	}
	return n > len(s.name)
}
