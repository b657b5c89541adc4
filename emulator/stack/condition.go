package stack

import (
	"github.com/suback/suback/emulator/tree"
)

// Conditions: each is decided once.

// A condition is one of a template's.
type condition struct {
	of      *tree.Value
	decided bool
	asked   bool // it is being decided
	yes     bool
	why     string // it is not known
}

func (t *template) readConditions(all *tree.Value) {
	if all == nil {
		return
	}
	for _, m := range all.Members {
		t.conditions[m.Name] = &condition{of: m.Value}
	}
}

// condition says whether a condition holds; why says that it is not known.
func (t *template) condition(name string, _ tree.Spot) (yes bool, why string) {
	c := t.conditions[name]
	switch {
	case c == nil:
		return false, "there is no condition " + tree.Clip(name)
	case c.asked:
		return false, "it refers to itself"
	case !c.decided:
		c.asked = true
		c.yes, c.why = t.decide(c.of)
		c.asked, c.decided = false, true
	}
	return c.yes, c.why
}

// decide says what a function of conditions comes to.
func (t *template) decide(v *tree.Value) (yes bool, why string) {
	t.depth++
	defer func() { t.depth-- }()
	if t.spend(1) || t.depth > maxDepth {
		return false, "the template comes to too much"
	}
	if v.Kind != tree.Object || len(v.Members) != 1 {
		return false, "want Fn::Equals, Fn::And, Fn::Or, Fn::Not or Condition"
	}
	name, of := v.Members[0].Name, v.Members[0].Value
	switch name {
	case "Condition":
		return t.condition(of.String(), of.At)
	case "Fn::Equals":
		return t.equals(of)
	case "Fn::Not":
		if of.Kind == tree.Array && len(of.Items) == 1 {
			yes, why = t.decide(of.Items[0])
			return !yes, why
		}
	case "Fn::And", "Fn::Or":
		if of.Kind == tree.Array && len(of.Items) > 0 {
			return t.several(of.Items, name == "Fn::Or")
		}
	}
	return false, tree.Clip(name) + " has other arguments than CloudFormation takes"
}

// several are decided by the first that settles it; one that is not known may not matter.
func (t *template) several(items []*tree.Value, settles bool) (yes bool, why string) {
	for _, item := range items {
		got, unclear := t.decide(item)
		if unclear == "" && got == settles {
			return settles, ""
		}
		if unclear != "" {
			why = unclear
		}
	}
	return !settles, why
}

func (t *template) equals(v *tree.Value) (yes bool, why string) {
	a, b, ok := pair(v)
	if !ok {
		return false, "Fn::Equals wants two values"
	}
	a, b = t.resolve(a), t.resolve(b)
	for _, of := range []*tree.Value{a, b} {
		if o := opaqueIn(of); o != nil {
			return false, o.Text
		}
	}
	if x, isText := scalar(a); isText {
		y, isText := scalar(b)
		return isText && x == y, ""
	}
	null := func(string) string { return "null" }
	return string(a.JSON(null)) == string(b.JSON(null)), ""
}

// choice is Fn::If.
func (t *template) choice(v *tree.Value, at tree.Spot) *tree.Value {
	if v.Kind != tree.Array || len(v.Items) != 3 {
		return unknown(at, "Fn::If wants a condition and two values")
	}
	name, _ := scalar(v.Items[0])
	yes, why := t.condition(name, at)
	switch {
	case why != "":
		return unknown(at, "condition %s: %s", tree.Clip(name), why)
	case yes:
		return t.resolve(v.Items[1])
	}
	return t.resolve(v.Items[2])
}
