package control

import (
	"context"

	"github.com/suback/suback/emulator/registry"
)

// Role aliases
//
//   - credentials last 3600 seconds unless it is said otherwise
//   - whether the role exists is not asked until a device wants it [guess]
//   - the list is sorted by name, descending [A-339, guess]

func (s *service) roleAliasOperations() operations {
	return operations{
		"CreateRoleAlias":   register(s.createRoleAlias),
		"DescribeRoleAlias": register(s.describeRoleAlias),
		"UpdateRoleAlias":   register(s.updateRoleAlias),
		"DeleteRoleAlias":   register(s.deleteRoleAlias),
		"ListRoleAliases":   register(s.listRoleAliases),
	}
}

type updateRoleAliasInput struct {
	RoleAlias                 string `json:"roleAlias"`
	RoleArn                   string `json:"roleArn"`
	CredentialDurationSeconds int    `json:"credentialDurationSeconds"`
}

type createRoleAliasInput struct {
	updateRoleAliasInput
	Tags []tag `json:"tags"`
}

type roleAliasSummary struct {
	RoleAlias    string `json:"roleAlias"`
	RoleAliasArn string `json:"roleAliasArn"`
}

func (s *service) createRoleAlias(_ context.Context, in createRoleAliasInput) (roleAliasSummary, error) {
	a, err := s.registry.CreateRoleAlias(registry.RoleAlias{
		RoleAlias: in.RoleAlias, RoleArn: in.RoleArn, CredentialDurationSeconds: in.CredentialDurationSeconds,
	})
	if err != nil {
		return roleAliasSummary{}, err
	}
	return roleAliasSummary{a.RoleAlias, a.RoleAliasArn},
		s.tagNew(a.RoleAliasArn, in.Tags, func() error { return s.registry.DeleteRoleAlias(a.RoleAlias) })
}

type roleAliasName struct {
	RoleAlias string `json:"roleAlias"`
}

type roleAliasDescription struct {
	RoleAlias                 string `json:"roleAlias"`
	RoleAliasArn              string `json:"roleAliasArn"`
	RoleArn                   string `json:"roleArn"`
	Owner                     string `json:"owner"`
	CredentialDurationSeconds int    `json:"credentialDurationSeconds"`
	CreationDate              date   `json:"creationDate"`
	LastModifiedDate          date   `json:"lastModifiedDate"`
}

type describeRoleAliasOutput struct {
	RoleAliasDescription roleAliasDescription `json:"roleAliasDescription"`
}

func (s *service) describeRoleAlias(_ context.Context, in roleAliasName) (describeRoleAliasOutput, error) {
	a, ok := s.registry.RoleAlias(in.RoleAlias)
	if !ok {
		return describeRoleAliasOutput{}, missing("role alias", in.RoleAlias)
	}
	return describeRoleAliasOutput{roleAliasDescription{
		a.RoleAlias, a.RoleAliasArn, a.RoleArn, s.registry.Account(), a.CredentialDurationSeconds,
		date{a.CreationDate}, date{a.LastModifiedDate},
	}}, nil
}

func (s *service) updateRoleAlias(_ context.Context, in updateRoleAliasInput) (roleAliasSummary, error) {
	a, err := s.registry.UpdateRoleAlias(in.RoleAlias, in.RoleArn, in.CredentialDurationSeconds)
	return roleAliasSummary{a.RoleAlias, a.RoleAliasArn}, err
}

func (s *service) deleteRoleAlias(_ context.Context, in roleAliasName) (none, error) {
	return none{}, s.registry.DeleteRoleAlias(in.RoleAlias)
}

type listRoleAliasesOutput struct {
	RoleAliases []string `json:"roleAliases"`
	NextMarker  string   `json:"nextMarker,omitempty"`
}

func (s *service) listRoleAliases(_ context.Context, in listing) (listRoleAliasesOutput, error) {
	var names []string
	for _, a := range s.registry.RoleAliases() {
		names = append(names, a.RoleAlias)
	}
	part, next, err := page("ListRoleAliases", in, names, itself, newestFirst)
	return listRoleAliasesOutput{orEmpty(part), next}, err
}
