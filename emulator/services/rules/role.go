package rules

import (
	"fmt"
	"sync"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
)

// Roles of rules: one that is known here is held to its trust policy and its policies, of
// another it is told once that nobody has looked [R-8a, R-118].

// roles are what is known of roles, as they are until the registry changes.
type roles struct{ known sync.Map } // of assumed by asRole

// asRole is a rule that acts as a role.
type asRole struct{ rule, arn string }

type assumed struct {
	policy   *policy.Policy
	distrust string // why AWS IoT may not have the role, "" if it may
}

// assume is what the rule may do by a role; nil if the role is not known here.
func (x *run) assume(arn string) (*policy.Policy, error) {
	now := x.roles.Load() // first: what is read later is put into what is no older
	as := asRole{x.rule.RuleName, arn}
	known, ok := now.known.Load(as)
	if !ok {
		r := x.Registry
		role, ok := r.Role(arn)
		if !ok {
			x.noteRole(arn)
			return nil, nil
		}
		p := policy.Compile(r.CredentialDocuments(registry.Credential{RoleName: role.RoleName}),
			policy.Context{Partition: r.Partition(), Region: r.Region(), Account: r.Account(), Now: r.Now})
		known = assumed{p, r.DistrustOfRule(role, as.rule)}
		now.known.Store(as, known)
	}
	a := known.(assumed)
	if a.distrust != "" {
		hint := fmt.Sprintf("let the role trust {\"Service\": %q} with sts:AssumeRole", registry.RulesPrincipal)
		return nil, refuse(hint, "R-8a", "AWS IoT may not have the role %s: its trust policy %s", arn, a.distrust)
	}
	return a.policy, nil
}

// mayPublish asks the role of a republish action.
func (x *run) mayPublish(arn, name string) error {
	p, err := x.assume(arn)
	if p == nil || p.Allows(policy.Publish, name) {
		return err
	}
	d := p.Explain(policy.Publish, name, nil)
	hint := d.Hint.Text
	if hint == "" {
		hint = fmt.Sprintf("give the role %s a policy that allows iot:Publish on %s", arn, d.Resource)
	}
	return &refusal{fmt.Sprintf("the role %s may not publish to %q", arn, name), hint, []string{"R-118"}}
}

// mayDo asks the role of an action that another service does.
func (x *run) mayDo(role string, a policy.Action, arn string) error {
	p, err := x.assume(role)
	if p == nil || p.ExplainARN(a, arn, nil).Allowed {
		return err
	}
	return &refusal{fmt.Sprintf("the role %s may not do %s on %s", role, a, arn),
		fmt.Sprintf("give the role a policy that allows %s on %s", a, arn), []string{"R-118"}}
}
