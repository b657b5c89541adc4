package registry

import (
	"fmt"
	"strings"

	"github.com/suback/suback/emulator/policy"
)

// Policies attached to targets
//
//   - a target is the ARN of a certificate or a thing group, or the id of a
//     Cognito identity
//   - at most 10 policies per target [B-128, A-221]
//   - a certificate has its own policies and those of the groups, and of the
//     groups above them, of the things it is attached to

// AttachPolicy attaches a policy to a target; one that is attached stays. The
// error is an *Error.
func (r *Registry) AttachPolicy(name, target string) error {
	return r.alter(func() error {
		if _, ok := r.policies.get(name); !ok {
			return policyKind.missing(name)
		}
		if err := r.wantTarget(target); err != nil {
			return err
		}
		if n := len(r.attached.of(target)); n >= policy.MaxDocuments && !r.attached.has(target, name) {
			return policyKind.refuse(LimitExceeded, name,
				fmt.Sprintf("cannot be attached: the target has %d policies, want at most %d", n, policy.MaxDocuments))
		}
		r.attached.put(target, name, "")
		return nil
	})
}

// DetachPolicy detaches a policy from a target; one that is not attached stays
// away. The error is an *Error.
func (r *Registry) DetachPolicy(name, target string) error {
	return r.alter(func() error {
		if _, ok := r.policies.get(name); !ok {
			return policyKind.missing(name)
		}
		r.attached.remove(target, name)
		return nil
	})
}

// wantTarget wants something that exists and may have policies.
func (r *Registry) wantTarget(target string) error {
	if name, ok := strings.CutPrefix(target, r.arn("iot", "thinggroup/")); ok {
		if _, ok := r.thingGroups.get(name); !ok {
			return thingGroup.missing(name)
		}
		return nil
	}
	return r.wantPrincipal(target)
}

// wantPrincipal wants the ARN of a certificate or the id of a Cognito identity.
func (r *Registry) wantPrincipal(principal string) error {
	const principalKind kind = "principal"
	if id, ok := strings.CutPrefix(principal, r.arn("iot", "cert/")); ok {
		if _, ok := r.certificates.get(id); !ok {
			return certificate.missing(id)
		}
		return nil
	}
	if isIdentityID(principal) {
		return nil // Cognito is not asked [guess]
	}
	return principalKind.refuse(InvalidRequest, principal,
		"is no principal, want the ARN of a certificate or thing group, or a Cognito identity id")
}

// AttachedPolicies returns the policies attached to a target itself, sorted by
// name.
func (r *Registry) AttachedPolicies(target string) []Policy {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.policiesOf([]string{target})
}

// InheritedPolicies returns the policies attached to a target and to the groups
// it belongs to, sorted by name.
func (r *Registry) InheritedPolicies(target string) []Policy {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.policiesOf(r.withGroups(target))
}

// withGroups returns the target and the ARNs of all groups it belongs to.
func (r *Registry) withGroups(target string) []string {
	targets := []string{target}
	if group, ok := strings.CutPrefix(target, r.arn("iot", "thinggroup/")); ok {
		for _, g := range r.withParents(group) {
			targets = append(targets, g.ThingGroupArn)
		}
	}
	for name := range r.thingsOf(target) {
		targets = append(targets, r.groupsOfThing(name)...)
	}
	return targets
}

// groupsOfThing returns the ARNs of a thing's groups and of their parents.
func (r *Registry) groupsOfThing(name string) (arns []string) {
	for group := range r.groupsOf.of(name) {
		for _, g := range r.withParents(group) {
			arns = append(arns, g.ThingGroupArn)
		}
	}
	return arns
}

// policiesOf returns each policy of the targets once, sorted by name.
func (r *Registry) policiesOf(targets []string) []Policy {
	names := set{}
	for _, target := range targets {
		for name := range r.attached.of(target) {
			names[name] = true
		}
	}
	var policies []Policy
	for _, name := range names.sorted() {
		policies = append(policies, r.policies.at(name))
	}
	return policies
}

// TargetsOf returns the targets a policy is attached to, sorted.
func (r *Registry) TargetsOf(policyName string) []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.targetsOf(policyName)
}

func (r *Registry) targetsOf(policyName string) []string {
	return sortedKeys(r.attached.with(policyName))
}

// mayHavePolicy says whether there is a policy, and what it is attached to.
func (r *Registry) mayHavePolicy(target, policyName string) bool {
	_, ok := r.policies.get(policyName)
	return ok && r.wantTarget(target) == nil
}

// AttachedDocuments returns the default versions of the policies attached to a
// target itself, sorted by name [B-129].
func (r *Registry) AttachedDocuments(target string) []*policy.Document {
	return documents(r.AttachedPolicies(target))
}

// PrincipalDocuments returns the default versions of the policies that apply to
// a principal, the ARN of a certificate or the id of a Cognito identity, while
// it is a thing: those of the thing's groups and their parents as well. "" is no
// thing. They are sorted by name [A-232, B-134].
func (r *Registry) PrincipalDocuments(principal, thingName string) []*policy.Document {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return documents(r.policiesOf(append([]string{principal}, r.groupsOfThing(thingName)...)))
}

func documents(policies []Policy) []*policy.Document {
	var docs []*policy.Document
	for _, p := range policies {
		docs = append(docs, p.Default().Parsed)
	}
	return docs
}
