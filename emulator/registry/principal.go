package registry

import (
	"fmt"
	"slices"
	"strings"
)

// IAM users and roles: only their IAM policies count. The policies of
// this registry serve as IAM policies too.

const (
	user kind = "user"
	role kind = "role"
)

// A User is an IAM user.
type User struct {
	UserName string   `json:"userName" yaml:"userName"` // 1 to 64 letters, digits or _ + = , . @ -
	UserArn  string   `json:"userArn" yaml:"-"`
	UserID   string   `json:"userId" yaml:"-"`          // AIDA…
	Policies []string `json:"policies" yaml:"policies"` // names of policies of this registry
}

// A Role is an IAM role.
type Role struct {
	RoleName string   `json:"roleName" yaml:"roleName"` // 1 to 64 letters, digits or _ + = , . @ -
	RoleArn  string   `json:"roleArn" yaml:"-"`
	RoleID   string   `json:"roleId" yaml:"-"`          // AROA…
	Policies []string `json:"policies" yaml:"policies"` // names of policies of this registry

	// AssumeRolePolicyDocument says who may have the role. "": everybody who
	// has valid credentials.
	AssumeRolePolicyDocument string `json:"assumeRolePolicyDocument,omitempty" yaml:"assumeRolePolicyDocument"`
}

// userShape is how users are kept.
func userShape() shape[User] {
	return shape[User]{kind: "users", mend: func(r *Registry, u *User) { u.Policies = r.existing(u.Policies) }}
}

// roleShape is how roles are kept.
func roleShape() shape[Role] {
	return shape[Role]{kind: "roles", mend: func(r *Registry, o *Role) { o.Policies = r.existing(o.Policies) }}
}

// PutUser creates or replaces a user, and returns it as stored. The error is an
// *Error.
func (r *Registry) PutUser(u User) (User, error) {
	return change(r, func() (User, error) { return r.putUser(u) })
}

func (r *Registry) putUser(u User) (User, error) {
	if err := firstOf(
		user.invalid(u.UserName, "userName", wantName(u.UserName, "_+=,.@-", 64)),
		user.invalid(u.UserName, "policies", r.wantPolicies(u.Policies)),
	); err != nil {
		return User{}, err
	}
	u.UserArn, u.UserID = r.globalARN("iam", "user/"+u.UserName), "AIDA"+r.iamID(user, u.UserName)
	r.users.put(u.UserName, u)
	return u, nil
}

// PutRole creates or replaces a role, and returns it as stored. The error is an
// *Error.
func (r *Registry) PutRole(o Role) (Role, error) {
	return change(r, func() (Role, error) {
		if err := firstOf(
			role.invalid(o.RoleName, "roleName", wantName(o.RoleName, "_+=,.@-", 64)),
			role.invalid(o.RoleName, "policies", r.wantPolicies(o.Policies)),
		); err != nil {
			return Role{}, err
		}
		o.RoleArn, o.RoleID = r.globalARN("iam", "role/"+o.RoleName), "AROA"+r.iamID(role, o.RoleName)
		r.roles.put(o.RoleName, o)
		return o, nil
	})
}

func (r *Registry) iamID(k kind, name string) string {
	return strings.ToUpper(r.lettersOf(k, name, 17))
}

func (r *Registry) wantPolicies(policyNames []string) string {
	for _, name := range policyNames {
		if _, ok := r.policies.get(name); !ok {
			return fmt.Sprintf("names %q, want policies that exist: %s", name, r.policies.names())
		}
	}
	return ""
}

// holderOf names a user or role that has a policy, "" if there is none.
func (r *Registry) holderOf(policyName string) string {
	for _, u := range r.users.values() {
		if slices.Contains(u.Policies, policyName) {
			return fmt.Sprintf("user %q", u.UserName)
		}
	}
	for _, o := range r.roles.values() {
		if slices.Contains(o.Policies, policyName) {
			return fmt.Sprintf("role %q", o.RoleName)
		}
	}
	return ""
}

// User finds a user by its name.
func (r *Registry) User(name string) (User, bool) { return look(r, &r.users, name) }

// Users returns all users, sorted by name.
func (r *Registry) Users() []User { return all(r, &r.users) }

// Role finds a role by its name or ARN.
func (r *Registry) Role(nameOrARN string) (Role, bool) {
	return look(r, &r.roles, r.roleName(nameOrARN))
}

func (r *Registry) roleName(nameOrARN string) string {
	return strings.TrimPrefix(nameOrARN, r.globalARN("iam", "role/"))
}

// Roles returns all roles, sorted by name.
func (r *Registry) Roles() []Role { return all(r, &r.roles) }
