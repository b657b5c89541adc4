package cloudformation

import (
	"encoding/json"
	"slices"
)

const policyType = "AWS::IoT::Policy"

func (t *template) addPolicies() {
	for _, p := range t.Policies() {
		t.add(policyType, p.PolicyName,
			map[string]any{"PolicyName": p.PolicyName, "PolicyDocument": t.policyDocument(p.Default().Document),
				"Tags": t.tags(p.PolicyArn)})
		for _, v := range p.Versions {
			if !v.IsDefault {
				t.note("version %s of policy %s, which is not its default", v.VersionID, p.PolicyName)
			}
		}
	}
}

// policyDocument reads JSON that the registry has checked.
func (t *template) policyDocument(text string) any {
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return text
	}
	return t.here(v)
}

// inline are IAM policies of a role or user.
func (t *template) inline(names []string) any {
	var list []any
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		p, _ := t.Policy(name)
		list = append(list, map[string]any{"PolicyName": name,
			"PolicyDocument": t.policyDocument(p.Default().Document)})
	}
	if list == nil {
		return nil
	}
	return list
}

// attached are the names of the policies attached to a target.
func (t *template) attached(target string) []string {
	names := []string{}
	for _, p := range t.AttachedPolicies(target) {
		names = append(names, p.PolicyName)
	}
	return names
}
