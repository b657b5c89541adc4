package cloudformation

func (t *template) addRoleAliases() {
	for _, a := range t.RoleAliases() {
		t.add("AWS::IoT::RoleAlias", a.RoleAlias,
			map[string]any{"RoleAlias": a.RoleAlias, "RoleArn": t.role(a.RoleArn),
				"CredentialDurationSeconds": a.CredentialDurationSeconds,
				"Tags":                      t.tagsWithValues("AWS::IoT::RoleAlias", a.RoleAlias, a.RoleAliasArn)})
	}
}
