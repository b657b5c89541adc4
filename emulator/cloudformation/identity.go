package cloudformation

import (
	"maps"
	"slices"
)

func (t *template) addIdentityPools() {
	for _, p := range t.IdentityPools() {
		id := t.add("AWS::Cognito::IdentityPool", p.IdentityPoolID,
			map[string]any{"IdentityPoolName": p.IdentityPoolName,
				"AllowUnauthenticatedIdentities": p.UnauthenticatedRole != "", "AllowClassicFlow": p.AllowClassicFlow})
		roles := map[string]any{}
		for kind, name := range map[string]string{"authenticated": p.AuthenticatedRole,
			"unauthenticated": p.UnauthenticatedRole} {
			if name != "" {
				roles[kind] = attribute(t.id(roleType, name), "Arn")
			}
		}
		if len(roles) > 0 {
			t.add("AWS::Cognito::IdentityPoolRoleAttachment", p.IdentityPoolID,
				map[string]any{"IdentityPoolId": map[string]any{"Ref": id}, "Roles": roles})
		}
		t.note("identity pool %s: AWS gives it another id, and wants its login providers", p.IdentityPoolID)
	}
}

// noteIdentities lists what AWS gives out itself.
func (t *template) noteIdentities() {
	for _, id := range t.IdentityIDs() {
		names := slices.Sorted(maps.Keys(t.ThingsOf(id)))
		t.note("identity %s, with policies %v and things %v", id, t.attached(id), names)
	}
}
