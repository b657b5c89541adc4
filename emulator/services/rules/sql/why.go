package sql

import (
	"fmt"
	"strings"
)

// why says, in one sentence with the user's names, what makes a part's value.
func (x *explainer) why(n node) string {
	if x.depth++; x.depth > 50 {
		return ""
	}
	defer func() { x.depth-- }()
	if x.eval(n).kind == Undefined {
		return x.whyUndefined(n)
	}
	if b, ok := n.(*binary); ok && b.op == tokEqual {
		if why := x.otherKinds(b); why != "" {
			return why
		}
	}
	if e, ok := n.(*exists); ok {
		return x.nothingFound(e.query)
	}
	return x.operands(n)
}

// operands tells the values that a part is made of.
func (x *explainer) operands(n node) string {
	var all []string
	for _, c := range n.children() {
		if _, ok := c.(*literal); !ok {
			all = append(all, fmt.Sprintf("`%s` is %s", clip(text(c)), x.show(c)))
		}
	}
	return strings.Join(all, ", ")
}

// otherKinds tells of an = that is false since the sides are of different kinds.
func (x *explainer) otherKinds(b *binary) string {
	l, r := x.eval(b.l), x.eval(b.r)
	if l.kind == r.kind || l.isNumber() && r.isNumber() {
		return ""
	}
	instead := ""
	if _, isLiteral := b.r.(*literal); isLiteral && l.kind != Null && (r.isNumber() || r.kind == String) {
		to := map[Kind]string{Int: "Decimal", Decimal: "Decimal", String: "String"}[r.kind]
		if x.run.version == V2015 && to == "Decimal" {
			to = "Double"
		}
		instead = fmt.Sprintf(": write cast(%s as %s) = %s", text(b.l), to, text(b.r))
	}
	return fmt.Sprintf("`%s` is %s and `%s` is %s, and values of different kinds are not equal%s", clip(text(b.l)),
		x.kindAndValue(b.l), clip(text(b.r)), x.kindAndValue(b.r), instead)
}

func (x *explainer) nothingFound(q *query) string {
	from := q.source(x.run, nil)
	where := "gives none"
	if q.where != nil {
		where = "has none for which `" + clip(text(q.where)) + "` is true"
	}
	return fmt.Sprintf("`%s` with %d elements %s", clip(text(q.from)), len(from.items()), where)
}

// whyUndefined finds where the Undefined comes from.
func (x *explainer) whyUndefined(n node) string {
	switch n := n.(type) {
	case *field:
		return x.noField(n)
	case *member:
		return x.noMember(n)
	case *star:
		return "the payload is " + x.payloadError()
	case *all:
		if x.eval(n.x).kind != Undefined {
			return fmt.Sprintf("`%s` is %s, which has no fields", clip(text(n.x)), x.kindAndValue(n.x))
		}
	case *variable:
		return fmt.Sprintf("`@%s` is `%s`, and %s", n.name, clip(text(x.statement.assignments[n.slot].node)),
			x.why(x.statement.assignments[n.slot].node))
	case *call:
		return x.noCall(n)
	case *binary:
		return x.noBinary(n)
	case *choice:
		if x.eval(n.v).kind != Undefined {
			return fmt.Sprintf("`%s` is %s, which no WHEN has, and there is no ELSE", clip(text(n.v)), x.show(n.v))
		}
	case *in:
		if x.eval(n.x).kind != Undefined && x.eval(n.array).kind != Undefined {
			return fmt.Sprintf("`%s` is %s, and IN wants an array", clip(text(n.array)), x.kindAndValue(n.array))
		}
	case *cast:
		if x.eval(n.x).kind != Undefined {
			return fmt.Sprintf("%s cannot be cast to %s", x.kindAndValue(n.x), n.name)
		}
	case *unary:
		if x.eval(n.x).kind != Undefined {
			return fmt.Sprintf("`%s` is %s, and %s wants a %s", clip(text(n.x)), x.kindAndValue(n.x), n.op,
				map[tokenKind]string{tokNot: "Boolean", tokMinus: "number"}[n.op])
		}
	case *query:
		return x.why(n.from)
	}
	return x.whyChild(n)
}

// whyChild is the reason of the first part that is Undefined.
func (x *explainer) whyChild(n node) string {
	for _, c := range n.children() {
		if x.eval(c).kind == Undefined {
			return x.because(c)
		}
	}
	return ""
}

// because is the reason of a part, and which part that is if the reason does not say it.
func (x *explainer) because(n node) string {
	why := x.why(n)
	if part := "`" + clip(text(n)) + "`"; !strings.HasPrefix(why, part) {
		if why == "" {
			return part + " is Undefined"
		}
		return part + " is Undefined: " + why
	}
	return why
}

func (x *explainer) noBinary(n *binary) string {
	for _, side := range []node{n.l, n.r} {
		if x.eval(side).kind == Undefined {
			return x.because(side)
		}
	}
	want := "numbers"
	if n.op == tokAnd || n.op == tokOr {
		want = "Booleans"
	}
	for _, side := range []node{n.l, n.r} {
		v := x.eval(side)
		_, isNumber := x.run.version.numeric(v)
		_, isTruth := truth(v)
		if want == "numbers" && !isNumber || want == "Booleans" && !isTruth {
			return fmt.Sprintf("`%s` is %s, and %s wants %s", clip(text(side)), x.kindAndValue(side), n.op, want)
		}
	}
	return fmt.Sprintf("%s of %s and %s has no value", n.op, x.show(n.l), x.show(n.r))
}

// noCall tells why a function has no value.
func (x *explainer) noCall(n *call) string {
	f := n.function
	switch {
	case f.since > x.run.version:
		return tooNew(f)
	case !f.takes(len(n.args)):
		return wrongCount(n)
	}
	if why := x.whyChild(n); why != "" && f.name != "get_or_default" && f.name != "nanvl" {
		return why
	}
	before := len(x.run.notes)
	x.eval(n)
	if notes := x.run.notes; len(notes) > 0 {
		return notes[min(before, len(notes)-1)]
	}
	var given []string
	for _, a := range n.args {
		given = append(given, x.kindAndValue(a))
	}
	if len(given) == 0 {
		return "there is none for this message"
	}
	return fmt.Sprintf("%s gives nothing for %s", f.name, strings.Join(given, " and "))
}
