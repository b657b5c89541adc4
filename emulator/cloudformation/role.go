package cloudformation

import (
	"slices"

	"github.com/suback/suback/emulator/registry"
)

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
