package config

import (
	"github.com/suback/suback/emulator/registry"
)

// IAM roles in suback.yaml.

func roleKind() kind {
	return kind{key: "roles", after: []string{"policies"}, put: (*Config).putRoles,
		read: func(x *exporting, c *Config) { c.Roles = x.roles() }}
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
