package policy

import (
	"fmt"
	"slices"
	"strings"
)

// A Hint is the nearest miss, for a person: a sentence that names what the
// policy has and what the device did, and the rules it follows from. It is
// empty when there is nothing to say.
type Hint struct {
	Text  string   `json:"text"`
	Rules []string `json:"rules,omitempty"`
}

// and adds another hint to h.
func (h Hint) and(other Hint) Hint {
	if h.Text == "" || other.Text == "" {
		return Hint{h.Text + other.Text, slices.Concat(h.Rules, other.Rules)}
	}
	return Hint{h.Text + "; " + other.Text, slices.Concat(h.Rules, other.Rules)}
}

// hint looks for the mistake that explains a refusal, the most certain first.
func (q request) hint(d Decision, all []bound) Hint {
	if d.Explicit {
		return denied(d, all)
	}
	if h, ok := failedCondition(d); ok {
		return h
	}
	if h, ok := q.shadowed(all); ok {
		return h
	}
	lower := q.action.lower()
	allows := slices.DeleteFunc(slices.Clone(all), func(b bound) bool { return b.deny || !b.names(lower) })
	if len(allows) == 0 {
		return unnamed(q)
	}
	for _, b := range allows {
		if b.literal != "" {
			return literal(b)
		}
		if name, want := b.misspelling(); name != "" {
			return Hint{fmt.Sprintf("%s.Statement[%d] has ${%s}, which is no policy variable: names count as "+
				"written, write ${%s}",
				b.document, b.index, clip(name), want), []string{"B-338"}}
		}
	}
	if h, ok := q.repaired(allows); ok {
		return h
	}
	if h := nearest(d); h.Text != "" {
		return h
	}
	return q.onNothing(allows[0])
}

// onNothing is for an Allow whose Resource is an empty list, and that is all there is.
func (q request) onNothing(b bound) Hint {
	return Hint{fmt.Sprintf("%s.Statement[%d] allows %s on nothing, its Resource is an empty list: it is needed on %s",
		b.document, b.index, q.action, lastField(q.arn)), []string{"B-111", generalRule(q.action)}}
}

func (c Consideration) place() string {
	return fmt.Sprintf("%s.Statement[%d]", c.Document, c.Statement)
}

// literal is for a variable that is none.
func literal(b bound) Hint {
	return Hint{fmt.Sprintf("%s.Statement[%d] has %s, which stays plain text: "+
		`add "Version": "2012-10-17" to the document`,
		b.document, b.index, b.literal), []string{"B-109"}}
}

// denied names the Deny that applies, with what its conditions found.
func denied(d Decision, all []bound) Hint {
	i := slices.IndexFunc(d.Considered,
		func(c Consideration) bool { return c.Effect == "Deny" && c.Outcome == Matched })
	c := d.Considered[i]
	rule := "B-131"
	if d.Action == Receive {
		rule = "B-507"
	}
	text := fmt.Sprintf("%s denies %s on %s", c.place(), d.Action, c.Pattern)
	for j, check := range all[i].checks {
		text += [...]string{" where ", " and "}[min(j, 1)] + check.found()
	}
	return Hint{text + ": a Deny wins over every Allow", []string{rule}}
}

func failedCondition(d Decision) (Hint, bool) {
	for _, c := range d.Considered {
		if c.Effect != "Allow" || c.Condition == "" {
			continue
		}
		h := Hint{fmt.Sprintf("%s would allow %s, but %s", c.place(), d.Action, c.Condition), []string{"B-132"}}
		if c.Variable != "" {
			h.Text += fmt.Sprintf(", and ${%s} is undefined for this connection", c.Variable)
			h.Rules = append(h.Rules, "B-506")
		}
		return h, true
	}
	return Hint{}, false
}

func unnamed(q request) Hint {
	text := fmt.Sprintf("no statement allows %s: it is needed on %s", q.action, lastField(q.arn))
	switch q.action {
	case Receive:
		text += ", iot:Subscribe alone delivers nothing"
		return Hint{text, []string{"D-12", "B-501"}}
	case RetainPublish:
		return Hint{text + ", besides iot:Publish, when RETAIN is 1", []string{"B-213"}}
	}
	return Hint{text, []string{generalRule(q.action)}}
}

// generalRule is the entry of the catalogue of mistakes for a plain miss.
func generalRule(a Action) string {
	switch a {
	case Connect:
		return "D-9"
	case Receive:
		return "D-12"
	case Publish, Subscribe:
		return "D-11"
	case RetainPublish:
		return "B-213"
	}
	return "B-131"
}

func nearest(d Decision) Hint {
	best := -1
	for i, c := range d.Considered {
		if c.Effect == "Allow" && c.Pattern != "" && (best < 0 || d.Considered[best].farther(c.like, c.near)) {
			best = i
		}
	}
	if best < 0 {
		return Hint{}
	}
	c := d.Considered[best]
	h := Hint{allows(c.place(), d.Action, c.Pattern, c.Text), []string{generalRule(d.Action)}}
	if c.plain != "" {
		h = h.and(Hint{fmt.Sprintf("the %q in the pattern stands for itself, as in the value of a variable or in ${%s}",
			c.plain, c.plain), []string{"B-319", "B-321"}})
	}
	return h
}

// allows contrasts what a policy has with what the device did.
func allows(place string, a Action, pattern, text string) string {
	did := "the request is for"
	switch a {
	case Connect:
		did = "the device connects as"
	case Publish, RetainPublish:
		did = "the device publishes to"
	case Receive:
		did = "the message is on"
	case Subscribe:
		did = "the device subscribes to"
	}
	if except, ok := strings.CutPrefix(pattern, "not "); ok {
		pattern = "everything but " + except
	}
	return fmt.Sprintf("%s allows %s on %s, %s %s", place, a, pattern, did, text)
}
