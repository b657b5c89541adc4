package policy

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A Decision answers a request and says why. The zero value is an implicit
// deny, so a Decision that nobody filled in refuses.
type Decision struct {
	Action   Action `json:"action"`
	Resource string `json:"resource"` // the ARN, or "*"
	Name     string `json:"name"`     // without type: topic, filter, client id

	// Allowed is the verdict. Explicit tells the two refusals apart: a matching
	// Deny (true), or no matching Allow (false) [B-131].
	Allowed  bool `json:"allowed"`
	Explicit bool `json:"explicit"`

	// Considered lists every statement in reading order, matching or not.
	Considered []Consideration `json:"considered"`

	// Missing are the undefined variables in statements that name the action.
	Missing []string `json:"missing,omitempty"`

	// Hint is the nearest miss; empty when allowed.
	Hint Hint `json:"hint,omitzero"`

	from   *origin // of a refusal, for Repair
	mended *Repair // once it is settled
}

// Equal reports whether two decisions say the same, whatever policy made them. One may
// be nil.
func (d *Decision) Equal(other *Decision) bool {
	if d == nil || other == nil {
		return d == other
	}
	a, b := *d, *other
	a.from, b.from, a.mended, b.mended = nil, nil, nil, nil
	return reflect.DeepEqual(a, b)
}

// A Consideration says what became of one statement.
type Consideration struct {
	Document  string   `json:"document"`
	Statement int      `json:"statement"` // index, from 0
	Sid       string   `json:"sid,omitempty"`
	Effect    string   `json:"effect"`  // "Allow" or "Deny"
	Actions   []string `json:"actions"` // as written; each with "not " before it if NotAction
	Outcome   Outcome  `json:"outcome"`

	// Pattern is the resource that matched or came nearest, its variables
	// replaced ("not " before it if NotResource), and Text what it was compared
	// with. Both begin at the resource type, unless partition, region or account
	// differ: then both are whole ARNs. Empty if the action did not match.
	Pattern string `json:"pattern,omitempty"`
	Text    string `json:"text,omitempty"`

	// Position is the character of Text, from 0, at which Pattern breaks; -1 if
	// it does not.
	Position int `json:"position"`

	Condition string `json:"condition,omitempty"` // the first that failed
	Variable  string `json:"variable,omitempty"`  // undefined, in Pattern or Condition

	near  int    // bytes of the ARN that Pattern agrees with
	like  int    // how like it is to the ARN
	plain string // "*" or "?" if that stands in Pattern for itself
}

// Outcome is how far a statement came.
type Outcome int

// The outcomes, in the order in which they are found.
const (
	ActionMismatch    Outcome = iota // "action does not match"
	ResourceMismatch                 // "resource does not match"
	VariableUndefined                // "variable is undefined": it would match otherwise, perhaps [B-318]
	ConditionFailed                  // "condition fails"
	Matched                          // "matches"
)

func (o Outcome) String() string {
	if o < ActionMismatch || o > Matched {
		return fmt.Sprintf("Outcome(%d)", int(o))
	}
	return [...]string{"action does not match", "resource does not match", "variable is undefined",
		"condition fails", "matches"}[o]
}

// MarshalText makes outcomes readable in JSON.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads what MarshalText wrote, for programs that read the trace.
func (o *Outcome) UnmarshalText(text []byte) error {
	for *o = ActionMismatch; *o <= Matched; *o++ {
		if o.String() == string(text) {
			return nil
		}
	}
	return fmt.Errorf("outcome is %q, want one such as %q", text, Matched)
}

// String is one line: "DENY (implicit) iot:Publish topic/pump/7/state".
func (d Decision) String() string {
	verdict := "DENY (implicit)"
	switch {
	case d.Allowed:
		verdict = "ALLOW"
	case d.Explicit:
		verdict = "DENY (explicit)"
	}
	return verdict + " " + string(d.Action) + " " + lastField(d.Resource)
}

// lastField is an ARN from its type on.
func lastField(arn string) string {
	fields := strings.SplitN(arn, ":", arnFields)
	return fields[len(fields)-1]
}

// Explain decides as Allows does and says why. It takes microseconds per
// statement. extra holds the keys of this request alone, as
// iot:ConnectAttributes and iot:LastWillTopic; they hide those of the Context.
func (p *Policy) Explain(a Action, name string, extra Values) Decision {
	a = a.canonical()
	d := p.decide(a, p.ctx.place().resource(a, name), extra)
	d.Name = name
	return d
}

// ExplainARN is Explain for a complete resource ARN, of whatever region and
// account, or "*".
func (p *Policy) ExplainARN(a Action, arn string, extra Values) Decision {
	d := p.decide(a.canonical(), arn, extra)
	_, d.Name, _ = strings.Cut(lastField(arn), "/")
	return d
}

// A request is what decide asks each statement.
type request struct {
	action Action
	arn    string
	now    time.Time
	cells  *int // that may still be spent on likeness
}

// decide looks at every statement: the first Deny would settle the verdict, but
// whoever reads the trace wants to know about the others.
func (p *Policy) decide(a Action, arn string, extra Values) Decision {
	cells := maxCells
	q, all := request{action: a, arn: arn, cells: &cells}, p.bind(extra, every)
	if p.ctx.Now != nil {
		q.now = p.ctx.Now()
	}
	d := Decision{Action: a, Resource: arn, Considered: make([]Consideration, 0, len(all))}
	lower := a.lower()
	for i := range all {
		c := q.consider(&all[i], lower, &d.Missing)
		if c.Outcome == Matched {
			d.Allowed = d.Allowed || c.Effect == "Allow"
			d.Explicit = d.Explicit || c.Effect == "Deny"
		}
		d.Considered = append(d.Considered, c)
	}
	d.Allowed = d.Allowed && !d.Explicit // [B-131]
	switch {
	case !d.Allowed:
		d.Hint = q.hint(d, all)
		d.from = &origin{&Policy{pool: p.pool, ctx: p.ctx, values: p.values}, extra, q.now}
		d.from.policy.ctx.Hint = nil // it holds on to more than is needed
		if p.ctx.Hint != nil {
			d.Hint = d.Hint.and(p.ctx.Hint(d))
		}
	case p.within != nil:
		return p.within.decide(a, arn, extra)
	}
	return d
}

// consider judges action, resource and conditions, in this order, up to the
// first that fails [B-132].
func (q request) consider(s *bound, lower string, missing *[]string) Consideration {
	c := Consideration{Document: s.document, Statement: s.index, Sid: s.sid, Effect: "Allow",
		Actions: slices.Clone(s.actionTexts), Position: -1}
	if s.deny {
		c.Effect = "Deny"
	}
	for i := range c.Actions {
		if s.notAction {
			c.Actions[i] = "not " + c.Actions[i]
		}
	}
	if !s.names(lower) {
		return c
	}
	c.Outcome = q.considerResource(s, &c, missing)
	if c.Outcome != Matched {
		return c
	}
	for _, check := range s.checks {
		note(missing, check.missing)
		if check.holds(q.action, q.now) {
			continue
		}
		c.Outcome, c.Condition = ConditionFailed, check.String()
		if len(check.missing) > 0 {
			c.Outcome, c.Variable = VariableUndefined, check.missing[0]
		}
		break
	}
	return c
}

// considerResource fills in the pattern that matched or came nearest.
func (q request) considerResource(s *bound, c *Consideration, missing *[]string) Outcome {
	outcome := ResourceMismatch
	for i, e := range s.elements {
		note(missing, e.missing)
		if e.match(q.arn) {
			c.show(e, q.arn, len(q.arn), -1)
			outcome = Matched
			break
		}
		at := e.reach(q.arn)
		if e.matchAnyway(q.arn) { // but for an undefined variable
			c.show(e, q.arn, at, -1)
			outcome = VariableUndefined
		} else if outcome == ResourceMismatch {
			if like := q.likeness(e); i == 0 || c.farther(like, at) {
				c.show(e, q.arn, at, at)
				c.like = like
			}
		}
	}
	if !s.notResource {
		return outcome
	}
	// An undefined variable excludes nothing: the letter of B-240.
	c.Pattern, c.Position = "not "+c.Pattern, -1
	if outcome == Matched {
		return ResourceMismatch
	}
	return Matched
}

// farther says whether the pattern noted is farther from the request than one so
// like it, which agrees with near bytes of it.
func (c *Consideration) farther(like, near int) bool {
	return like > c.like || like == c.like && near > c.near
}

// show notes a pattern, from the resource type on if all before it agrees.
func (c *Consideration) show(e element, arn string, near, broken int) {
	c.Pattern, c.Text, c.near, c.like, c.Variable, c.plain = e.String(), arn, near, near, "", e.plain()
	if len(e.missing) > 0 {
		c.Variable = e.missing[0]
	}
	last := lastField(arn)
	cut := len(arn) - len(last)
	if len(e.fields) == arnFields && cut > 0 && near >= cut {
		c.Pattern, c.Text = e.shown[arnFields-1], last
		broken = max(broken-cut, -1)
	}
	c.Position = broken
	if broken >= 0 {
		c.Position = utf8.RuneCountInString(c.Text[:broken])
	}
}

// note adds names that are not there yet.
func note(to *[]string, names []string) {
	for _, name := range names {
		if !slices.Contains(*to, name) {
			*to = append(*to, name)
		}
	}
}
