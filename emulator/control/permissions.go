package control

import (
	"slices"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
)

// Permissions are what TestAuthorization judges
//
//   - the policies are those of the principal, without policyNamesToSkip, and
//     policyNamesToAdd; with clientId there are the variables of that connection
//
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
	c := policy.Context{Partition: s.registry.Partition(), Region: s.registry.Region(), Account: s.registry.Account(),
		Values: p.values, Now: s.registry.Now}
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
	for _, attached := range s.registry.AttachedPolicies(in.Principal, true) {
		p.documents = append(p.documents, attached.Default().Parsed)
	}
	s.addThing(p.values, in)
	return p, s.addRole(&p, in)
}

// addThing adds the variables of the certificate, and of the thing that the
// client would be [A-233, A-234, B-324].
func (s *service) addThing(values policy.Values, in testAuthorizationInput) {
	c, _, exists := s.certificateOf(in.Principal)
	if !exists {
		return
	}
	values["iot:CertificateId"] = []string{c.CertificateID}
	if _, attached := s.registry.ThingsOf(in.Principal)[in.ClientID]; !attached {
		return
	}
	thing, ok := s.registry.Thing(in.ClientID)
	if !ok {
		return
	}
	values["iot:Connection.Thing.ThingName"] = []string{thing.ThingName}
	values["iot:Connection.Thing.IsAttached"] = []string{"true"}
	if thing.ThingTypeName != "" {
		values["iot:Connection.Thing.ThingTypeName"] = []string{thing.ThingTypeName}
	}
	for name, value := range thing.Attributes {
		values["iot:Connection.Thing.Attributes["+name+"]"] = []string{value}
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
		RoleName: pool.AuthenticatedRole, IdentityID: in.Principal, IdentityPoolID: pool.IdentityPoolID, Authenticated: true,
	}))
	return nil
}
