package cause

import "slices"

// A Cause says why. What is not known is empty. It is a value: what its methods
// return shares nothing with it that is written to.
//
// There is deliberately no field for a password, token, key or signature, and
// nothing of the kind may be written into Detail or Hint.
type Cause struct {
	// Reason is the code CloudWatch's log would carry: AUTHORIZATION_FAILURE,
	// CUSTOM_AUTHORIZER_NOT_FOUND, … [A-178, B-906].
	Reason string `json:"reason,omitempty"`

	// Detail is one sentence about what exactly was wrong.
	Detail string `json:"detail,omitempty"`

	Hint  string   `json:"hint,omitempty"`  // what to change
	Rules []string `json:"rules,omitempty"` // the rules behind Detail and Hint: "D-11", "B-501"
}

// Because adds the rules behind a cause, each once; an empty one is none.
func (c Cause) Because(rules ...string) Cause {
	c.Rules = slices.Clip(c.Rules)
	for _, rule := range rules {
		if rule != "" && !slices.Contains(c.Rules, rule) {
			c.Rules = append(c.Rules, rule)
		}
	}
	return c
}

// Try says what to change, and adds the rules of the mistake that it cures. A hint
// that knows nothing changes nothing.
func (c Cause) Try(hint string, rules ...string) Cause {
	if hint == "" {
		return c
	}
	c.Hint = hint
	return c.Because(rules...)
}
