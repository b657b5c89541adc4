package policy

import (
	"fmt"
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
	known := newValues(p.ctx.Values, nil)
	for _, b := range p.bound {
		for _, t := range b.resources {
			if b.deny || !strings.Contains(t.raw, "topicfilter/") {
				continue
			}
			for _, tok := range t.tokens {
				value, _ := known.substitute(tok.text)
				if tok.kind == variable && strings.ContainsAny(value, "+#") {
					place := fmt.Sprintf("%s.Statement[%d]", b.document, b.index)
					all = append(all, Widening{place, t.raw, tok.text, value})
				}
			}
		}
	}
	if p.within != nil && len(all) > 0 && len(p.within.Widenings()) == 0 {
		return nil // what must allow as well bounds it
	}
	return all
}
