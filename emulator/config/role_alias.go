package config

import (
	"github.com/suback/suback/emulator/registry"
)

// Role aliases in suback.yaml.

func roleAliasKind() kind {
	k := listed("roleAliases", func(c *Config) *[]registry.RoleAlias { return &c.RoleAliases },
		(*registry.Registry).CreateRoleAlias, (*exporting).RoleAliases)
	k.after = []string{"roles"}
	return k
}
