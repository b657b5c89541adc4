package stack

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/tree"
)

// Roles, role aliases and policies
//
//   - a role that only Lambda may have is left out: functions run with no role here
//   - inline policies of roles are policies of the file; of two with one name that are not the
//     same, the second has the role's name before it
//   - policies of AWS's own, by their ARNs, are not known

func mapping() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode} }

func policyKind() kind {
	return kind{attribute: byName("PolicyName", "iot", "policy/", "Arn"), take: func(r *resource) {
		if e := r.entry("policies", "PolicyName", "PolicyDocument:document"); e != nil {
			r.tag("policy/" + e.name)
		}
	}}
}

func roleKind() kind {
	silent := []string{"Description", "MaxSessionDuration", "Path", "PermissionsBoundary", "Tags"}
	return kind{attribute: byName("RoleName", "iam", "role/", "Arn"), silent: silent, take: func(r *resource) {
		if trust := r.property("AssumeRolePolicyDocument"); isForLambda(trust) {
			r.leave("only Lambda may have it, and functions have no role here")
			return
		}
		e := r.entry("roles", "RoleName", "AssumeRolePolicyDocument:document")
		if e == nil {
			return
		}
		if v := r.property("Policies"); v != nil {
			for _, item := range v.List() {
				if r.t.spend(1) {
					return // which is an error
				}
				r.inline(e, item)
			}
		}
		if v := r.property("ManagedPolicyArns"); v != nil {
			for _, item := range v.List() {
				r.managed(e, item)
			}
		}
	}}
}

// isForLambda: a trust policy that names Lambda and nobody else.
func isForLambda(trust *tree.Value) bool {
	if trust == nil || len(trust.Get("Statement").List()) == 0 {
		return false
	}
	for _, s := range trust.Get("Statement").List() {
		principal := s.Get("Principal")
		if principal == nil || len(principal.Members) != 1 || len(principal.Get("Service").List()) == 0 {
			return false
		}
		for _, service := range principal.Get("Service").List() {
			if !slices.Contains([]string{"lambda.amazonaws.com", "edgelambda.amazonaws.com"}, service.String()) {
				return false
			}
		}
	}
	return true
}

// inline takes an inline policy of a role.
func (r *resource) inline(role *entry, v *tree.Value) {
	name, ok := scalar(v.Get("PolicyName"))
	document := v.Get("PolicyDocument")
	switch o := opaqueIn(v); {
	case o != nil:
		r.drop(v.At, "Policies", "%s", o.Text)
		return
	case !ok || document == nil:
		r.drop(v.At, "Policies", "want a PolicyName and a PolicyDocument")
		return
	}
	n := r.node(document, "Policies."+tree.Clip(name), "document")
	if n == nil {
		return
	}
	if old := r.t.out.find("policies", name); old != nil && !same(get(old.node, "policyDocument"), n) {
		name = role.name + "-" + name
	}
	if r.t.out.find("policies", name) == nil {
		e := r.add("policies", name)
		e.set("policyName", textNode(name))
		e.set("policyDocument", n)
	}
	role.append("policies", textNode(name))
}

// same compares values, whatever the order of their keys.
func same(a, b *yaml.Node) bool {
	if a == nil || b == nil || a.Kind != b.Kind || a.Value != b.Value || len(a.Content) != len(b.Content) {
		return false
	}
	for i := range a.Content {
		x, y := a.Content[i], b.Content[i]
		if a.Kind == yaml.MappingNode && i%2 == 1 {
			y = get(b, a.Content[i-1].Value)
		} else if a.Kind == yaml.MappingNode {
			continue
		}
		if !same(x, y) {
			return false
		}
	}
	return true
}

// managed attaches a policy by its ARN.
func (r *resource) managed(role *entry, v *tree.Value) {
	arn, ok := scalar(v)
	name := arn[strings.LastIndex(arn, "/")+1:]
	switch {
	case !ok:
		r.drop(v.At, "ManagedPolicyArns", "%s", orElse(opaqueIn(v), v, "want a text").Text)
	case !strings.HasPrefix(arn, r.t.out.arn("iam", "policy/")):
		r.drop(v.At, "ManagedPolicyArns", "%s is AWS's own; policies of suback.yaml may have what it allows", tree.Clip(arn))
	default:
		role.append("policies", textNode(name))
	}
}

func roleAliasKind() kind {
	return kind{attribute: byName("RoleAlias", "iot", "rolealias/", "RoleAliasArn"), take: func(r *resource) {
		if e := r.entry("roleAliases", "RoleAlias", "RoleArn! CredentialDurationSeconds:int"); e != nil {
			r.tag("rolealias/" + e.name)
		}
	}}
}

// managedPolicyKind is for a policy that stands beside the roles that have it.
func managedPolicyKind(property string) kind {
	silent := []string{"Description", "Path", "Groups", "Users"}
	return kind{phase: attaches, attribute: managedPolicyARN(property), silent: silent, take: func(r *resource) {
		holders := r.holders(r.property("Roles"))
		if len(holders) == 0 && property == "PolicyName" {
			r.used = append(r.used, property, "PolicyDocument")
			r.leave("none of its roles is here")
			return
		}
		e := r.entry("policies", property+">policyName", "PolicyDocument:document")
		if e == nil {
			return
		}
		for _, holder := range holders {
			holder.append("policies", textNode(e.name))
		}
	}}
}

// holders are the roles of a policy; those that are not here are told.
func (r *resource) holders(roles *tree.Value) (all []*entry) {
	for _, item := range roles.List() {
		name, ok := scalar(item)
		switch e := r.t.out.find("roles", name); {
		case !ok:
			r.drop(item.At, "Roles", "%s", why(item, "a text"))
		case e == nil:
			r.drop(item.At, "Roles", "%s is not in the result", tree.Clip(name))
		default:
			all = append(all, e)
		}
	}
	return all
}

func managedPolicyARN(property string) attributes {
	of := byName(property, "iam", "policy/", "PolicyArn")
	return func(r *resource, attribute string, at tree.Spot) *tree.Value {
		if attribute == "" && property == "ManagedPolicyName" {
			attribute = "PolicyArn"
		}
		return of(r, attribute, at)
	}
}
