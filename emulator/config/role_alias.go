package config

import (
	"github.com/suback/suback/emulator/registry"
)

// Role aliases in suback.yaml and in a CloudFormation template.

func roleAliasKind() kind {
	k := listed("roleAliases", func(c *Config) *[]registry.RoleAlias { return &c.RoleAliases },
		(*registry.Registry).CreateRoleAlias, (*exporting).RoleAliases)
	k.after, k.add = []string{"roles"}, (*template).addRoleAliases
	return k
}

func (t *template) addRoleAliases() {
	for _, a := range t.RoleAliases() {
		t.add("AWS::IoT::RoleAlias", a.RoleAlias,
			map[string]any{"RoleAlias": a.RoleAlias, "RoleArn": t.role(a.RoleArn),
				"CredentialDurationSeconds": a.CredentialDurationSeconds,
				"Tags":                      t.tagsWithValues("AWS::IoT::RoleAlias", a.RoleAlias, a.RoleAliasArn)})
	}
}
