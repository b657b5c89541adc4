package rules

import (
	"fmt"
	"sync"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
)

// Roles of rules: one that is known here is held to its policies, of another it is told
// once that nobody has looked.

// roles are the policies of roles, as they are until the registry changes.
type roles struct{ known sync.Map } // of *policy.Policy by ARN

// policyOf is what a role may do; nil if it is not known here.
func (e *Engine) policyOf(arn string) *policy.Policy {
	now := e.roles.Load() // first: what is read later is put into what is no older
	if p, ok := now.known.Load(arn); ok {
		return p.(*policy.Policy)
	}
	r := e.Registry
	role, ok := r.Role(arn)
	if !ok {
		return nil
	}
	p := policy.Compile(r.CredentialDocuments(registry.Credential{RoleName: role.RoleName}),
		policy.Context{Partition: r.Partition(), Region: r.Region(), Account: r.Account(), Now: r.Now})
	now.known.Store(arn, p)
	return p
}

// mayPublish asks the role of a republish action.
func (x *run) mayPublish(arn, name string) error {
	p := x.policyOf(arn)
	if p == nil {
		x.noteRole(arn)
		return nil
	}
	if p.Allows(policy.Publish, name) {
		return nil
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
	p := x.policyOf(role)
	if p == nil {
		x.noteRole(role)
		return nil
	}
	if p.ExplainARN(a, arn, nil).Allowed {
		return nil
	}
	return &refusal{fmt.Sprintf("the role %s may not do %s on %s", role, a, arn),
		fmt.Sprintf("give the role a policy that allows %s on %s", a, arn), []string{"R-118"}}
}
