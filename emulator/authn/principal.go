package authn

import (
	"maps"
	"slices"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
)

// IAM principals
//
//   - of users and roles the IAM policies count, and nothing else
//   - a session policy must allow as well
//   - a Cognito identity without login has the role alone; with one, the
//     IoT policies attached to the identity must allow too, and there must be one
//
//   - no refresh and no end of the connection but the WebSocket's, also when the
//     keys expire meanwhile
//   - ${aws:userid}, ${aws:username}, ${aws:PrincipalArn} and the like as in IAM, and what
//     IAM puts into every request: aws:SecureTransport, aws:RequestedRegion;
//     ${cognito-identity.amazonaws.com:sub}, :aud and :amr of an identity [B-335]
//   - an identity with login may be attached to a thing, as a certificate may
//     [B-325]

// principal is what the owner of keys is granted.
func (a *Authenticator) principal(c registry.Credential, r Request) *Grant {
	g := &Grant{
		PrincipalID: a.Registry.PrincipalID(c),
		Documents:   a.Registry.CredentialDocuments(c),
		Values:      a.values(c),
	}
	if len(c.SessionPolicies) > 0 {
		g.Bounds = append(g.Bounds, c.SessionPolicies)
	}
	if c.IdentityID != "" && c.Authenticated {
		g.Bounds = append(g.Bounds, withoutValues(a.Registry.AttachedDocuments(c.IdentityID), g.Values))
		g.be(a.thing(r, c.IdentityID))
	}
	return g
}

// withoutValues returns IoT policies, which do not know the variables of IAM
// [B-335].
func withoutValues(docs []*policy.Document, iam policy.Values) []*policy.Document {
	keys := slices.Sorted(maps.Keys(iam))
	var without []*policy.Document
	for _, d := range docs {
		without = append(without, d.Hiding(keys...))
	}
	return without
}

// values are the policy variables of IAM.
func (a *Authenticator) values(c registry.Credential) policy.Values {
	v := policy.Values{
		"aws:userid":           {a.Registry.PrincipalID(c)},
		"aws:PrincipalAccount": {a.Registry.Account()},
		"aws:RequestedRegion":  {a.Registry.Region()},
		"aws:SecureTransport":  {"true"}, // also of a listener without TLS: it stands for one of AWS's
	}
	if role, ok := a.Registry.Role(c.RoleName); ok {
		v["aws:PrincipalType"], v["aws:PrincipalArn"] = []string{"AssumedRole"}, []string{role.RoleArn}
	} else {
		v["aws:PrincipalType"], v["aws:PrincipalArn"] = []string{"User"}, []string{a.Registry.PrincipalARN(c)}
		v["aws:username"] = []string{c.UserName}
	}
	if c.IdentityID != "" {
		maps.Copy(v, a.cognito(c))
	}
	maps.Copy(v, c.Values)
	return v
}

// cognito are the variables of a Cognito identity [B-335].
func (a *Authenticator) cognito(c registry.Credential) policy.Values {
	const prefix = "cognito-identity.amazonaws.com:"
	amr := []string{"unauthenticated"}
	if c.Authenticated {
		identity, _ := a.Registry.Identity(c.IdentityID)
		amr = append([]string{"authenticated"}, slices.Sorted(maps.Keys(identity.Logins))...)
	}
	return policy.Values{
		"aws:FederatedProvider": {"cognito-identity.amazonaws.com"},
		prefix + "sub":          {c.IdentityID},
		prefix + "aud":          {c.IdentityPoolID},
		prefix + "amr":          amr,
	}
}
