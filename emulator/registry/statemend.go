package registry

import (
	"fmt"
	"maps"
	"slices"
)

// mend takes out what names something that does not exist. A merge can leave
// that: the file deletes a policy that was attached by the API.
func (r *Registry) mend() {
	if _, ok := r.authorizers[r.defaultAuthorizer]; !ok {
		r.defaultAuthorizer = ""
	}
	r.mendThings()
	r.mendThingGroups()
	for target, names := range r.attached {
		for name := range names {
			if _, ok := r.policies[name]; !ok || r.wantTarget(target) != nil {
				remove(r.attached, target, name)
			}
		}
	}
	for name, u := range r.users {
		u.Policies = r.existing(u.Policies)
		r.users[name] = u
	}
	for name, o := range r.roles {
		o.Policies = r.existing(o.Policies)
		r.roles[name] = o
	}
	for id, p := range r.identityPools {
		if r.wantRole(p.UnauthenticatedRole) != "" {
			p.UnauthenticatedRole = ""
		}
		if r.wantRole(p.AuthenticatedRole) != "" {
			p.AuthenticatedRole = ""
		}
		r.identityPools[id] = p
	}
	for arn := range r.tags {
		if !r.known(arn) {
			delete(r.tags, arn)
		}
	}
	enabled := newEventConfigurations(r.events.CreationDate).Enabled // types that are new, too
	maps.Copy(enabled, r.events.Enabled)
	r.events.Enabled = enabled
}

func (r *Registry) mendThings() {
	for name, t := range r.things {
		if _, ok := r.thingTypes[t.ThingTypeName]; !ok {
			t.ThingTypeName = ""
		}
		if _, ok := r.billingGroups[t.BillingGroupName]; !ok {
			t.BillingGroupName = ""
		}
		r.things[name] = t
	}
	for name, groups := range r.groupsOf {
		for group := range groups {
			if r.wantThingAndGroup(name, group) != nil {
				remove(r.groupsOf, name, group)
			}
		}
	}
	for name, principals := range r.principals {
		for principal := range principals {
			if r.wantThingAndPrincipal(name, principal) != nil {
				delete(principals, principal)
			}
		}
		if len(principals) == 0 {
			delete(r.principals, name)
		}
	}
}

// mendThingGroups also breaks circles: a group that is its own ancestor has no
// parent.
func (r *Registry) mendThingGroups() {
	for _, name := range slices.Sorted(maps.Keys(r.thingGroups)) {
		seen := []string{name}
		for parent := r.thingGroups[name].ParentGroupName; parent != ""; parent = r.thingGroups[parent].ParentGroupName {
			if _, ok := r.thingGroups[parent]; !ok || slices.Contains(seen, parent) {
				last := r.thingGroups[seen[len(seen)-1]]
				last.ParentGroupName = ""
				r.thingGroups[last.ThingGroupName] = last
				break
			}
			seen = append(seen, parent)
		}
	}
}

// existing are the policies that there are.
func (r *Registry) existing(policyNames []string) []string {
	if r.wantPolicies(policyNames) == "" {
		return policyNames
	}
	return slices.DeleteFunc(slices.Clone(policyNames), func(name string) bool { return r.wantPolicies([]string{name}) != "" })
}

// wantDistinctNames wants every host name and function ARN once. Two may have
// the same if one is in the file and one was made by the API.
func (r *Registry) wantDistinctNames() error {
	for _, d := range sorted(r.domains) {
		if err := domain.invalid(d.DomainConfigurationName, "domainName", r.nameTaken(d)); err != nil {
			return err
		}
	}
	functions := map[string]string{}
	for _, f := range sorted(r.functions) {
		if other := functions[f.FunctionArn]; other != "" {
			return function.invalid(f.FunctionName, "functionArn", fmt.Sprintf("is the ARN of function %q, want another", other))
		}
		functions[f.FunctionArn] = f.FunctionName
	}
	return nil
}
