package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/suback/suback/emulator/registry"
)

// IAM, Lambda and Cognito in a CloudFormation template.

const roleType = "AWS::IAM::Role"

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
		list = append(list, map[string]any{"PolicyName": name, "PolicyDocument": t.policyDocument(p.Default().Document)})
	}
	if list == nil {
		return nil
	}
	return list
}

func (t *template) addRoles() {
	for _, r := range t.Roles() {
		trust := t.policyDocument(r.AssumeRolePolicyDocument)
		if r.AssumeRolePolicyDocument == "" {
			trust = t.trust(r)
		}
		t.add(roleType, r.RoleName, map[string]any{"RoleName": r.RoleName, "AssumeRolePolicyDocument": trust, "Policies": t.inline(r.Policies)})
	}
}

// trust lets those have a role who have it here, where everybody may: the
// account, devices by a role alias, Cognito.
func (t *template) trust(r registry.Role) any {
	allow := func(principal, action string, who any) any {
		return map[string]any{"Effect": "Allow", "Principal": map[string]any{principal: who}, "Action": action}
	}
	statements := []any{allow("AWS", "sts:AssumeRole", map[string]any{"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"})}
	if slices.ContainsFunc(t.RoleAliases(), func(a registry.RoleAlias) bool { return a.RoleArn == r.RoleArn }) {
		statements = append(statements, allow("Service", "sts:AssumeRole", "credentials.iot.amazonaws.com"))
	}
	if slices.ContainsFunc(t.IdentityPools(), func(p registry.IdentityPool) bool {
		return p.AuthenticatedRole == r.RoleName || p.UnauthenticatedRole == r.RoleName
	}) {
		statements = append(statements, allow("Federated", "sts:AssumeRoleWithWebIdentity", "cognito-identity.amazonaws.com"))
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

func (t *template) addUsers() {
	for _, u := range t.Users() {
		t.add("AWS::IAM::User", u.UserName, map[string]any{"UserName": u.UserName, "Policies": t.inline(u.Policies)})
	}
	for _, k := range t.Credentials() {
		t.note("access key %s of user %s: AWS gives another one", k.AccessKeyID, k.UserName)
	}
}

func (t *template) addRoleAliases() {
	for _, a := range t.RoleAliases() {
		t.add("AWS::IoT::RoleAlias", a.RoleAlias, map[string]any{"RoleAlias": a.RoleAlias, "RoleArn": t.role(a.RoleArn),
			"CredentialDurationSeconds": a.CredentialDurationSeconds, "Tags": t.tags(a.RoleAliasArn)})
	}
}

// addPermissions lets AWS IoT invoke functions that it may invoke here, also
// those that need no permission here.
func (t *template) addPermissions() {
	needs := &t.text.Metadata.Suback.NeedsFunctions
	for _, f := range t.Functions() {
		*needs = append(*needs, f.FunctionName)
		for i, p := range f.Permissions {
			properties := map[string]any{"FunctionName": t.here(f.FunctionArn), "Action": p.Action, "Principal": p.Principal, "SourceArn": t.here(p.SourceArn),
				"EventSourceToken": p.EventSourceToken, "PrincipalOrgID": p.PrincipalOrgID, "FunctionUrlAuthType": p.FunctionURLAuthType}
			if p.SourceAccount != "" {
				properties["SourceAccount"] = t.account(p.SourceAccount)
			}
			t.add("AWS::Lambda::Permission", fmt.Sprintf("%s %d", f.FunctionName, i+1), properties)
		}
	}
	for _, a := range t.Authorizers() {
		t.permit(a.AuthorizerFunctionArn, a.AuthorizerName, attribute(t.id(authorizerType, a.AuthorizerName), "Arn"))
	}
	for _, d := range t.DomainConfigurations() {
		if c := d.ClientCertificateConfig; c != nil && c.ClientCertificateCallbackArn != "" {
			t.permit(c.ClientCertificateCallbackArn, d.DomainConfigurationName, attribute(t.id(domainType, d.DomainConfigurationName), "Arn"))
		}
	}
}

// permit lets AWS IoT invoke a function that has no permissions here.
func (t *template) permit(functionARN, source string, sourceARN any) {
	if f, ok := t.Function(functionARN); ok && f.Permissions == nil {
		t.add("AWS::Lambda::Permission", f.FunctionName+" "+source, map[string]any{"FunctionName": t.here(f.FunctionArn),
			"Action": "lambda:InvokeFunction", "Principal": "iot.amazonaws.com", "SourceArn": sourceARN})
	}
}

// account is an account id, which may be this one.
func (t *template) account(id string) any {
	if id == t.Account() {
		return map[string]any{"Ref": "AWS::AccountId"}
	}
	return id
}

func (t *template) addIdentityPools() {
	for _, p := range t.IdentityPools() {
		id := t.add("AWS::Cognito::IdentityPool", p.IdentityPoolID, map[string]any{"IdentityPoolName": p.IdentityPoolName,
			"AllowUnauthenticatedIdentities": p.UnauthenticatedRole != "", "AllowClassicFlow": p.AllowClassicFlow})
		roles := map[string]any{}
		for kind, name := range map[string]string{"authenticated": p.AuthenticatedRole, "unauthenticated": p.UnauthenticatedRole} {
			if name != "" {
				roles[kind] = attribute(t.id(roleType, name), "Arn")
			}
		}
		if len(roles) > 0 {
			t.add("AWS::Cognito::IdentityPoolRoleAttachment", p.IdentityPoolID, map[string]any{"IdentityPoolId": map[string]any{"Ref": id}, "Roles": roles})
		}
		t.note("identity pool %s: AWS gives it another id, and wants its login providers", p.IdentityPoolID)
	}
	for _, id := range t.IdentityIDs() {
		names := slices.Sorted(maps.Keys(t.ThingsOf(id)))
		t.note("identity %s, with policies %v and things %v", id, attachedNames(t.Registry, id), names)
	}
}

func attachedNames(r *registry.Registry, target string) []string {
	names := []string{}
	for _, p := range r.AttachedPolicies(target, false) {
		names = append(names, p.PolicyName)
	}
	return names
}
