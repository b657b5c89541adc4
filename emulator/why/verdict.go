package why

import "github.com/suback/suback/emulator/policy"

// A Verdict is what a policy says to one request, and what it takes to change that.
type Verdict struct {
	Decision policy.Decision `json:"decision"`
	Repair   *policy.Repair  `json:"repair,omitempty"` // of a refusal

	// Used and Missing are the variables and condition keys of the statements that name
	// the action: those with a value, and those without.
	Used    []string `json:"used"`
	Missing []string `json:"missing"`
}

// Judge asks a policy about a request, and explains its answer. extra are the keys of the
// request alone.
func Judge(p *policy.Policy, a policy.Action, name string, extra policy.Values) Verdict {
	v := Verdict{Decision: p.Explain(a, name, extra), Used: []string{}, Missing: []string{}}
	if r, ok := v.Decision.Repair(); ok {
		v.Repair = &r
	}
	used, missing := p.Keys(a, extra)
	v.Used, v.Missing = append(v.Used, used...), append(v.Missing, missing...)
	return v
}
