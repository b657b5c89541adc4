package main

// A goal is what a figure or a ratio shall be. The zero value is no goal.
type goal struct {
	value float64
	kind  goalKind
	note  string // behind the bound, as in "keep"
}

type goalKind int

const (
	noGoal       goalKind = iota
	ratioAtLeast          // of medians, as all ratios
	ratioAtMost
	valueAtMost
)

func (g goal) isRatio() bool { return g.kind == ratioAtLeast || g.kind == ratioAtMost }

// A verdict is whether a goal is met.
type verdict int

const (
	unknown verdict = iota // no goal, or nothing to judge it by
	met
	missed
	farBelow // a ratio below half of its goal
)

// judge says whether a goal is met by a median and the median of the ratios, nil if
// there is none.
func (g goal) judge(value, ratio *spread) verdict {
	judged := ratio
	if g.kind == valueAtMost {
		judged = value
	}
	if g.kind == noGoal || judged == nil {
		return unknown
	}
	switch m := judged.median; {
	case g.kind == ratioAtLeast && m < g.value/2, g.kind == ratioAtMost && m > g.value*2:
		return farBelow
	case g.kind == ratioAtLeast && m < g.value, g.kind != ratioAtLeast && m > g.value:
		return missed
	}
	return met
}

// text is the goal as the table has it.
func (g goal) text(unit string) (text string) {
	switch g.kind {
	case noGoal:
		return "–"
	case ratioAtLeast:
		text = "≥ " + number(g.value)
	case ratioAtMost:
		text = "≤ " + number(g.value)
	case valueAtMost:
		text = "≤ " + quantity(g.value, unit)
	}
	if g.note != "" {
		text += ", " + g.note
	}
	return text
}
