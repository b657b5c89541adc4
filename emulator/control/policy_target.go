package control

import (
	"context"

	"github.com/suback/suback/emulator/registry"
)

// What policies are attached to
//
//   - a target is a certificate, a thing group or a Cognito identity; a
//     principal, in the older operations, no thing group
//   - attaching what is attached, and detaching what is not, changes nothing

func (s *service) policyTargetOperations() operations {
	return operations{
		"AttachPolicy":          register(s.attachPolicy),
		"DetachPolicy":          register(s.detachPolicy),
		"ListAttachedPolicies":  register(s.listAttachedPolicies),
		"ListTargetsForPolicy":  register(s.listTargetsForPolicy),
		"AttachPrincipalPolicy": register(s.attachPrincipalPolicy),
		"DetachPrincipalPolicy": register(s.detachPrincipalPolicy),
		"ListPrincipalPolicies": register(s.listPrincipalPolicies),
		"ListPolicyPrincipals":  register(s.listPolicyPrincipals),
		"GetEffectivePolicies":  register(s.getEffectivePolicies),
	}
}

type policyTarget struct {
	PolicyName string `json:"policyName"`
	Target     string `json:"target"`
}

func (s *service) attachPolicy(_ context.Context, in policyTarget) (none, error) {
	return none{}, s.registry.AttachPolicy(in.PolicyName, in.Target)
}

func (s *service) detachPolicy(_ context.Context, in policyTarget) (none, error) {
	return none{}, s.registry.DetachPolicy(in.PolicyName, in.Target)
}

type listAttachedPoliciesInput struct {
	listing
	Target    string `json:"target"`
	Recursive bool   `json:"recursive"`
}

func (s *service) listAttachedPolicies(
	_ context.Context, in listAttachedPoliciesInput,
) (policiesOutput, error) {
	if err := s.checkTarget(in.Target); err != nil {
		return policiesOutput{}, err
	}
	policies := s.registry.AttachedPolicies(in.Target)
	if in.Recursive {
		policies = s.registry.InheritedPolicies(in.Target)
	}
	part, next, err := page("ListAttachedPolicies", in.listing, policies, registryName, ascending)
	return policiesOutput{summaries(part), next}, err
}

func registryName(p registry.Policy) string { return p.PolicyName }

type listTargetsForPolicyInput struct {
	listing
	PolicyName string `json:"policyName"`
}

type listTargetsForPolicyOutput struct {
	Targets    []string `json:"targets"`
	NextMarker string   `json:"nextMarker,omitempty"`
}

func (s *service) listTargetsForPolicy(
	_ context.Context, in listTargetsForPolicyInput,
) (listTargetsForPolicyOutput, error) {
	if _, err := s.policy(in.PolicyName); err != nil {
		return listTargetsForPolicyOutput{}, err
	}
	part, next, err := page("ListTargetsForPolicy", in.listing, s.registry.TargetsOf(in.PolicyName), itself,
		ascending)
	return listTargetsForPolicyOutput{orEmpty(part), next}, err
}

func itself(s string) string { return s }

// orEmpty is a list that is sent as [], never as null.
func orEmpty(list []string) []string { return append([]string{}, list...) }

type policyPrincipal struct {
	PolicyName string `json:"policyName"`
	Principal  string `json:"principal"`
}

func (s *service) attachPrincipalPolicy(_ context.Context, in policyPrincipal) (none, error) {
	if _, isGroup := s.ours(in.Principal, "thinggroup/"); isGroup {
		return none{}, refuse(invalidRequest, "The given ARN does not represent a cert")
	}
	if err := s.checkPrincipal(in.Principal); err != nil {
		return none{}, err
	}
	return none{}, s.registry.AttachPolicy(in.PolicyName, in.Principal)
}

func (s *service) detachPrincipalPolicy(_ context.Context, in policyPrincipal) (none, error) {
	if err := s.checkPrincipal(in.Principal); err != nil {
		return none{}, err
	}
	return none{}, s.registry.DetachPolicy(in.PolicyName, in.Principal)
}

type listPrincipalPoliciesInput struct {
	listing
	Principal string `json:"principal"`
}

func (s *service) listPrincipalPolicies(
	_ context.Context, in listPrincipalPoliciesInput,
) (policiesOutput, error) {
	if err := s.checkPrincipal(in.Principal); err != nil {
		return policiesOutput{}, err
	}
	policies := s.registry.AttachedPolicies(in.Principal)
	part, next, err := page("ListPrincipalPolicies", in.listing, policies, registryName, ascending)
	return policiesOutput{summaries(part), next}, err
}

type listPolicyPrincipalsOutput struct {
	Principals []string `json:"principals"`
	NextMarker string   `json:"nextMarker,omitempty"`
}

func (s *service) listPolicyPrincipals(
	_ context.Context, in listTargetsForPolicyInput,
) (listPolicyPrincipalsOutput, error) {
	if _, err := s.policy(in.PolicyName); err != nil {
		return listPolicyPrincipalsOutput{}, err
	}
	principals := []string{}
	for _, target := range s.registry.TargetsOf(in.PolicyName) {
		if s.checkPrincipal(target) == nil {
			principals = append(principals, target)
		}
	}
	part, next, err := page("ListPolicyPrincipals", in.listing, principals, itself, ascending)
	return listPolicyPrincipalsOutput{orEmpty(part), next}, err
}

type getEffectivePoliciesInput struct {
	Principal             string `json:"principal"`
	CognitoIdentityPoolID string `json:"cognitoIdentityPoolId"`
	ThingName             string `json:"thingName"`
}

type effectivePolicy struct {
	PolicyName     string `json:"policyName"`
	PolicyArn      string `json:"policyArn"`
	PolicyDocument string `json:"policyDocument"`
}

type getEffectivePoliciesOutput struct {
	EffectivePolicies []effectivePolicy `json:"effectivePolicies"`
}

// getEffectivePolicies answers with the policies of a principal and of the groups
// of its things, and of the groups of the thing that is named.
func (s *service) getEffectivePolicies(
	_ context.Context, in getEffectivePoliciesInput,
) (getEffectivePoliciesOutput, error) {
	if in.Principal == "" && in.ThingName == "" {
		return getEffectivePoliciesOutput{},
			refuse(invalidRequest, "principal or thingName is missing, want one of them")
	}
	var policies []registry.Policy
	if in.Principal != "" {
		if err := s.checkTarget(in.Principal); err != nil {
			return getEffectivePoliciesOutput{}, err
		}
		policies = s.registry.InheritedPolicies(in.Principal)
	}
	if in.ThingName != "" {
		ofThing, err := s.policiesOfThing(in.ThingName)
		if err != nil {
			return getEffectivePoliciesOutput{}, err
		}
		policies = append(policies, ofThing...)
	}
	out, seen := getEffectivePoliciesOutput{EffectivePolicies: []effectivePolicy{}}, map[string]bool{}
	for _, p := range policies {
		if !seen[p.PolicyName] {
			seen[p.PolicyName] = true
			out.EffectivePolicies = append(out.EffectivePolicies,
				effectivePolicy{p.PolicyName, p.PolicyArn, p.Default().Document})
		}
	}
	return out, nil
}

// policiesOfThing are those of a thing's groups, and of the groups above.
func (s *service) policiesOfThing(name string) (policies []registry.Policy, err error) {
	if _, ok := s.registry.Thing(name); !ok {
		return nil, missing("thing", name)
	}
	for _, group := range s.registry.ThingGroupsOf(name) {
		if g, ok := s.registry.ThingGroup(group); ok {
			policies = append(policies, s.registry.InheritedPolicies(g.ThingGroupArn)...)
		}
	}
	return policies, nil
}
