package scenario

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/suback/suback/docs/behaviour"
)

// Two targets, case by case, and what it says of the rules
//
//   - a case that both play agrees if both do what it says, or fail at the same step with the
//     same problem; a rule differs if a case differs that holds it
//   - a guess is settled if one of the targets is AWS, no case that holds it differs, and one at
//     least passes at both, with nothing passed over

// A Pair is a case at both targets.
type Pair struct{ Results [2]*Result }

// Compared reports whether both have played it.
func (p Pair) Compared() bool { return p.Results[0].Skipped == "" && p.Results[1].Skipped == "" }

// Differs reports whether one of them does another thing.
func (p Pair) Differs() bool {
	a, b := p.Results[0], p.Results[1]
	return p.Compared() && (a.Step != b.Step || constant(a.Problem) != constant(b.Problem))
}

// settles reports whether both did all that the case says: what is passed over was not asked.
func (p Pair) settles() bool {
	return !slices.ContainsFunc(p.Results[:], func(r *Result) bool { return !r.Passed() || r.PassedOver != nil })
}

// constant is a problem without what differs from run to run.
func constant(problem string) string { return varying.ReplaceAllString(problem, "…") }

var varying = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|"?timestamp"?: ?\d+`)

// A Comparison is what two targets do with the same cases.
type Comparison struct {
	Targets [2]string // by name
	// Settles says that one of them is AWS, which what both do is a rule of.
	Settles bool
	Pairs   []Pair
}

// NewComparison pairs the results of the same scenarios, which are in the same order.
func NewComparison(targets [2]string, settles bool, a, b []*Result) Comparison {
	c := Comparison{Targets: targets, Settles: settles}
	for i := range min(len(a), len(b)) {
		c.Pairs = append(c.Pairs, Pair{[2]*Result{a[i], b[i]}})
	}
	return c
}

// A Finding is what a comparison says of a rule.
type Finding struct {
	Rule    behaviour.Rule // without a number for cases that name no rule
	Differ  []Pair         // that hold it
	Settled []Pair         // that settle it, if none differs and it is a guess
}

// Findings are the rules that differ, in the order of their numbers, and then those that are
// settled.
func (c Comparison) Findings() (all []Finding) {
	by := map[string]*Finding{}
	for _, p := range c.Pairs {
		numbers := p.Results[0].Rules
		if len(numbers) == 0 {
			numbers = []string{""}
		}
		for _, number := range numbers {
			f := by[number]
			if f == nil {
				f = &Finding{}
				by[number] = f
			}
			switch {
			case p.Differs():
				f.Differ = append(f.Differ, p)
			case p.settles() && c.Settles:
				f.Settled = append(f.Settled, p)
			}
		}
	}
	for number, f := range by {
		if f.Differ == nil && f.Settled == nil {
			continue // a rule is looked up where it is told of: that takes milliseconds
		}
		f.Rule, _ = behaviour.Find(number)
		if f.Differ != nil || len(f.Rule.Guesses()) == 0 {
			f.Settled = nil
		}
		if f.Differ != nil || f.Settled != nil {
			all = append(all, *f)
		}
	}
	slices.SortFunc(all, func(a, b Finding) int {
		switch {
		case (a.Differ == nil) == (b.Differ == nil):
			return numbersCompared(a.Rule.Number, b.Rule.Number)
		case a.Differ == nil:
			return 1
		}
		return -1
	})
	return all
}

// numbersCompared is the order of the files that rules stand in: the shorter of two numbers with
// the same letter is the smaller.
func numbersCompared(a, b string) int {
	letter := func(s string) string { return s[:min(1, len(s))] }
	return cmp.Or(cmp.Compare(letter(a), letter(b)), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// Same reports whether nothing differs.
func (c Comparison) Same() bool { return !slices.ContainsFunc(c.Pairs, Pair.Differs) }
