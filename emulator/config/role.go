package config

import (
	"slices"

	"github.com/suback/suback/emulator/registry"
)

// IAM roles in suback.yaml and in a CloudFormation template.

func roleKind() kind {
	return kind{key: "roles", after: []string{"policies"}, put: (*Config).putRoles,
		read: func(x *exporting, c *Config) { c.Roles = x.roles() }, add: (*template).addRoles}
}

// A Role is an IAM role.
type Role struct {
	RoleName string   `yaml:"roleName"`
	Policies []string `yaml:"policies"` // names
	// default: the account's principals may assume it
	AssumeRolePolicyDocument PolicyDocument `yaml:"assumeRolePolicyDocument"`
}

func (c *Config) putRoles(r *registry.Registry) error {
	return each(c.Roles, func(i int, role Role) error {
		at := []any{"roles", i}
		trust, err := role.AssumeRolePolicyDocument.text(c)
		if err != nil {
			return c.Errorf(append(at, "assumeRolePolicyDocument"), "role %q: %v, want a policy or the path of one",
				role.RoleName, err)
		}
		_, err = r.PutRole(registry.Role{RoleName: role.RoleName, Policies: role.Policies,
			AssumeRolePolicyDocument: trust})
		return c.refused(at, err)
	})
}

func (x *exporting) roles() (all []Role) {
	for _, r := range x.Roles() {
		all = append(all, Role{RoleName: r.RoleName, Policies: r.Policies,
			AssumeRolePolicyDocument: PolicyDocument(r.AssumeRolePolicyDocument)})
	}
	return all
}

const roleType = "AWS::IAM::Role"

func (t *template) addRoles() {
	for _, r := range t.Roles() {
		trust := t.policyDocument(r.AssumeRolePolicyDocument)
		if r.AssumeRolePolicyDocument == "" {
			trust = t.trust(r)
		}
		t.add(roleType, r.RoleName, map[string]any{"RoleName": r.RoleName, "AssumeRolePolicyDocument": trust,
			"Policies": t.inline(r.Policies)})
	}
}

// trust lets those have a role who have it here, where everybody may: the
// account, devices by a role alias, Cognito.
func (t *template) trust(r registry.Role) any {
	allow := func(principal, action string, who any) any {
		return map[string]any{"Effect": "Allow", "Principal": map[string]any{principal: who}, "Action": action}
	}
	statements := []any{allow("AWS", "sts:AssumeRole",
		map[string]any{"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"})}
	if slices.ContainsFunc(t.RoleAliases(), func(a registry.RoleAlias) bool { return a.RoleArn == r.RoleArn }) {
		statements = append(statements, allow("Service", "sts:AssumeRole", "credentials.iot.amazonaws.com"))
	}
	if slices.ContainsFunc(t.IdentityPools(), func(p registry.IdentityPool) bool {
		return p.AuthenticatedRole == r.RoleName || p.UnauthenticatedRole == r.RoleName
	}) {
		statements = append(statements,
			allow("Federated", "sts:AssumeRoleWithWebIdentity", "cognito-identity.amazonaws.com"))
	}
	return map[string]any{"Version": "2012-10-17", "Statement": statements}
}

// role is the ARN of a role, which may be of this template.
func (t *template) role(arn string) any {
	if r, ok := t.Role(arn); ok {
		return attribute(t.id(roleType, r.RoleName), "Arn")
	}
	return t.here(arn)
}
