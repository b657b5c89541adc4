package control

import (
	"maps"
	"slices"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
)

// Permissions are what TestAuthorization judges
//
//   - the policies are those of the principal, without policyNamesToSkip, and
//     policyNamesToAdd; with clientId there are the variables of that connection,
//     and of the policies of thing groups those that count for it
//   - with an identity pool its authenticated role must allow as well [B-135]
//   - here alone, the principal may be one that a custom authorizer admitted and
//     that is connected

type permissions struct {
	documents []*policy.Document
	bounds    [][]*policy.Document
	values    policy.Values
}

func (p permissions) names() (names []string) {
	for _, d := range p.documents {
		names = append(names, d.Name)
	}
	return names
}

func (p permissions) compile(s *service) *policy.Policy {
	c := policy.Context{Partition: s.registry.Partition(), Region: s.registry.Region(),
		Account: s.registry.Account(),
		Values:  p.values, Now: s.registry.Now}
	compiled := policy.Compile(p.documents, c)
	for _, bound := range p.bounds {
		compiled = compiled.Within(policy.Compile(bound, c))
	}
	return compiled
}

// permissions are those of the principal that is asked about.
func (s *service) permissions(in testAuthorizationInput) (permissions, error) {
	p, err := s.permissionsOf(in)
	if err != nil {
		return p, err
	}
	p.documents = slices.DeleteFunc(slices.Clone(p.documents), func(d *policy.Document) bool {
		return slices.Contains(in.PolicyNamesToSkip, d.Name)
	})
	for _, name := range in.PolicyNamesToAdd {
		added, err := s.policy(name)
		if err != nil {
			return p, err
		}
		if !slices.Contains(p.names(), name) {
			p.documents = append(p.documents, added.Default().Parsed)
		}
	}
	return p, nil
}

func (s *service) permissionsOf(in testAuthorizationInput) (permissions, error) {
	p := permissions{values: policy.Values{}}
	if in.ClientID != "" {
		p.values["iot:ClientId"] = []string{in.ClientID}
	}
	if in.Principal == "" {
		return p, nil
	}
	if s.Granted != nil {
		if g, ok := s.Granted(in.Principal, in.ClientID); ok && g.Authorizer != "" {
			p.documents, p.bounds = g.Documents, g.Bounds
			for name, values := range g.Values {
				p.values[name] = values
			}
			return p, nil
		}
	}
	if err := s.checkTarget(in.Principal); err != nil {
		return p, err
	}
	s.addAttached(&p, in)
	return p, s.addRole(&p, in)
}

// addAttached adds what the principal would be granted as that client; a client
// that is not named may be any of the principal's things.
func (s *service) addAttached(p *permissions, in testAuthorizationInput) {
	if _, isGroup := s.ours(in.Principal, "thinggroup/"); !isGroup {
		g := s.Authenticator.Preview(in.Principal, in.ClientID)
		maps.Copy(p.values, g.Values)
		if in.ClientID != "" || g.ThingName != "" {
			p.documents = g.Documents
			return
		}
	}
	for _, attached := range s.registry.InheritedPolicies(in.Principal) {
		p.documents = append(p.documents, attached.Default().Parsed)
	}
}

// addRole bounds a Cognito identity by its pool's authenticated role [B-135].
func (s *service) addRole(p *permissions, in testAuthorizationInput) error {
	if in.CognitoIdentityPoolID == "" || !isIdentity(in.Principal) {
		return nil
	}
	pool, ok := s.registry.IdentityPool(in.CognitoIdentityPoolID)
	if !ok {
		return missing("identity pool", in.CognitoIdentityPoolID)
	}
	p.bounds = append(p.bounds, s.registry.CredentialDocuments(registry.Credential{
		RoleName: pool.AuthenticatedRole, IdentityID: in.Principal, IdentityPoolID: pool.IdentityPoolID,
		Authenticated: true,
	}))
	return nil
}
