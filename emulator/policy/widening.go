package policy

import (
	"fmt"
	"slices"
	"strings"
)

// A Widening is a variable through which a client has a say in what a policy
// allows: its value has a wildcard of MQTT, and stands in the resource of a
// subscription [B-337]. A client called "+" that may subscribe to
// topicfilter/${iot:ClientId}/data may subscribe to +/data.
type Widening struct {
	Place    string // "LambdaPolicy[0].Statement[1]"
	Resource string // as the policy has it
	Variable string // "iot:ClientId"
	Value    string
}

// Widenings returns those of all Allow statements, in their order.
func (p *Policy) Widenings() (all []Widening) {
	if !p.values.haveWildcard() { // as with nearly every connection
		return nil
	}
	for _, doc := range p.docs {
		known := newValues(p.values.all(), nil).without(doc.hidden)
		for i, s := range doc.statements {
			if s.deny || !s.personal {
				continue
			}
			for _, t := range s.resources {
				all = append(all, t.widenings(fmt.Sprintf("%s.Statement[%d]", doc.Name, i), known)...)
			}
		}
	}
	if p.within != nil && len(all) > 0 && len(p.within.Widenings()) == 0 {
		return nil // what must allow as well bounds it
	}
	return all
}

// haveWildcard reports whether anything that stands in for a variable has a + or #.
func (k keptValues) haveWildcard() bool {
	for _, one := range k {
		if slices.ContainsFunc(one.list, func(value string) bool { return strings.ContainsAny(value, "+#") }) {
			return true
		}
	}
	return false
}

// widenings are those of one resource.
func (t template) widenings(place string, known values) (all []Widening) {
	if !strings.Contains(t.raw, "topicfilter/") {
		return nil
	}
	for _, tok := range t.tokens {
		value, _ := known.substitute(tok.text)
		if tok.kind == variable && strings.ContainsAny(value, "+#") {
			all = append(all, Widening{place, t.raw, tok.text, value})
		}
	}
	return all
}
