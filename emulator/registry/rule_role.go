package registry

import (
	"slices"

	"github.com/suback/suback/emulator/policy"
)

// Roles of topic rules
//
//   - AWS IoT assumes each when the rule is made, be it disabled, also those that its SQL
//     names, and refuses the rule if it cannot [R-8a]

// RulesPrincipal is whom the role of a topic rule must trust.
const RulesPrincipal = "iot.amazonaws.com"

// Roles are the ARNs of the roles that the rule acts with, as it names them, each once.
func (t TopicRule) Roles() (arns []string) {
	var find func(any)
	find = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if arn, ok := v["roleArn"].(string); ok {
				arns = append(arns, arn)
			}
			for _, below := range v {
				find(below)
			}
		case []any:
			for _, below := range v {
				find(below)
			}
		}
	}
	for _, a := range append(slices.Clone(t.Actions), t.ErrorAction) {
		find(a.Members())
	}
	if s, err := t.Statement(); err == nil {
		arns = append(arns, s.Roles()...)
	}
	slices.Sort(arns)
	return slices.Compact(arns)
}

// DistrustOfRule is why a role does not let AWS IoT in for a topic rule, as Distrust has it.
func (r *Registry) DistrustOfRule(role Role, ruleName string) string {
	return r.Distrust(role, Trustee{"Service", []string{RulesPrincipal}}, "sts:AssumeRole",
		policy.Values{"aws:SourceAccount": {r.Account()}, "aws:SourceArn": {r.arn("iot", "rule/"+ruleName)}})
}
