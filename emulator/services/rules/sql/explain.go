package sql

import (
	"context"
	"fmt"
	"strings"
)

// An Explanation is a Result, and why it is so.
type Explanation struct {
	*Result
	// Where are the parts of WHERE that are not true, where the whole is not.
	Where []Reason
	// Missing are the columns that have no value, where the rule runs.
	Missing []Reason
}

// A Reason is a part of a statement, what it is for this message, and why.
type Reason struct {
	Part  string `json:"part"`          // as in the statement
	Value string `json:"value"`         // as JSON, or Undefined
	Why   string `json:"why,omitempty"` // in words; empty if the value says it
}

// String is the reason in one line.
func (r Reason) String() string {
	text := fmt.Sprintf("`%s` is %s", r.Part, r.Value)
	if strings.HasPrefix(r.Why, text) {
		return r.Why
	}
	if r.Why != "" {
		text += ": " + r.Why
	}
	return text
}

// Explain does what Evaluate does, and says why. It takes about three times as long;
// external functions are still asked once for the same arguments.
func (s *Statement) Explain(ctx context.Context, m *Message, env *Env) *Explanation {
	r := newRun(ctx, s.version, m, env)
	r.answers = map[string]answer{}
	e := &Explanation{Result: s.evaluate(r)}
	if e.Err != nil {
		return e
	}
	again := newRun(ctx, s.version, m, env)
	again.answers = r.answers
	s.assign(again)
	x := &explainer{run: again, statement: s}
	if !e.Matched {
		e.Where = x.notTrue(s.query.where)
	} else {
		e.Missing = x.missing()
	}
	if again.err != nil {
		e.Notes = append(e.Notes, "there are more reasons than could be looked for: "+again.err.Error())
	}
	return e
}

// An explainer looks at the parts of a statement, for one message.
type explainer struct {
	run       *run
	statement *Statement
	depth     int
}

func (x *explainer) eval(n node) Value { return n.eval(x.run, nil) }

// notTrue are the parts of a condition that keep it from being true.
func (x *explainer) notTrue(n node) []Reason {
	if x.eval(n).isTrue() {
		return nil
	}
	b, ok := n.(*binary)
	if x.run.err != nil {
		return []Reason{{Part: clip(text(n)), Value: "not true"}}
	}
	if !ok || b.op != tokAnd && b.op != tokOr {
		return []Reason{x.reason(n)}
	}
	reasons := append(x.notTrue(b.l), x.notTrue(b.r)...)
	if b.op == tokOr && x.eval(b.r).isTrue() {
		reasons = append(reasons, Reason{Part: text(n), Value: "Undefined",
			Why: "OR is Undefined when its left side is, even if the right one is true: write get_or_default(field, value) for what may be missing"})
	}
	return reasons
}

// missing are the columns without a value.
func (x *explainer) missing() (reasons []Reason) {
	for _, c := range x.statement.query.columns {
		if !isStar(c.node) && x.eval(c.node).kind == Undefined {
			reasons = append(reasons, x.reason(c.node))
		}
	}
	return reasons
}

func (x *explainer) reason(n node) Reason {
	return Reason{Part: clip(text(n)), Value: x.show(n), Why: x.why(n)}
}

// show is a value for people, short, and no secret.
func (x *explainer) show(n node) string {
	v := x.eval(n)
	switch {
	case v.kind == Undefined:
		return v.kind.String()
	case x.statement.hides(n):
		return "a value from get_secret, which is not shown"
	}
	return clip(string(v.JSON()))
}

// kindAndValue is a value with its kind.
func (x *explainer) kindAndValue(n node) string {
	v := x.eval(n)
	if v.kind == Undefined || v.kind == Null || v.kind == Boolean {
		return v.kind.String()
	}
	return fmt.Sprintf("the %s %s", v.kind, x.show(n))
}

// hides says whether a value comes from a secret.
func (s *Statement) hides(n node) (secret bool) {
	walk(n, func(n node) {
		switch n := n.(type) {
		case *call:
			secret = secret || n.function.name == secretFunction
		case *variable:
			secret = secret || s.hides(s.assignments[n.slot].node)
		}
	})
	return secret
}
