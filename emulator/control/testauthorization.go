package control

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
)

// TestAuthorization
//
//   - the policies are those of the principal, without policyNamesToSkip, and
//     policyNamesToAdd; with clientId there are the variables of that connection
//   - several resources of one request must all be allowed [A-335, guess]
//   - allowed, implicitDeny and explicitDeny list the policies that allow, that
//     say nothing, and that deny
//   - with an identity pool its authenticated role must allow as well [B-135]
//   - here alone, the principal may be one that a custom authorizer admitted and
//     that is connected

func (s *service) testAuthorizationOperations() operations {
	return operations{"TestAuthorization": register(s.testAuthorization)}
}

type authInfo struct {
	ActionType string   `json:"actionType,omitempty"`
	Resources  []string `json:"resources"`
}

type testAuthorizationInput struct {
	Principal             string     `json:"principal"`
	CognitoIdentityPoolID string     `json:"cognitoIdentityPoolId"`
	AuthInfos             []authInfo `json:"authInfos"`
	ClientID              string     `json:"clientId"`
	PolicyNamesToAdd      []string   `json:"policyNamesToAdd"`
	PolicyNamesToSkip     []string   `json:"policyNamesToSkip"`
}

type policyList struct {
	Policies []policySummary `json:"policies"`
}

type denied struct {
	ImplicitDeny policyList `json:"implicitDeny"`
	ExplicitDeny policyList `json:"explicitDeny"`
}

type authResult struct {
	AuthInfo             authInfo   `json:"authInfo"`
	Allowed              policyList `json:"allowed"`
	Denied               denied     `json:"denied"`
	AuthDecision         string     `json:"authDecision"`
	MissingContextValues []string   `json:"missingContextValues"`
}

type testAuthorizationOutput struct {
	AuthResults []authResult `json:"authResults"`
}

func (s *service) testAuthorization(_ context.Context, in testAuthorizationInput) (testAuthorizationOutput, error) {
	p, err := s.permissions(in)
	if err != nil {
		return testAuthorizationOutput{}, err
	}
	names := p.names()
	compiled := p.compile(s)
	out := testAuthorizationOutput{}
	for _, info := range in.AuthInfos {
		out.AuthResults = append(out.AuthResults, s.judge(compiled, names, info))
	}
	return out, nil
}

// Permissions are what a principal may do.
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

// judge answers for one action on all its resources.
func (s *service) judge(p *policy.Policy, names []string, info authInfo) authResult {
	out := authResult{AuthInfo: info, AuthDecision: "ALLOWED", MissingContextValues: []string{}}
	said := map[string]string{} // effect of a statement that matched, by policy
	for _, arn := range info.Resources {
		d := p.ExplainARN(actionOf(info.ActionType), arn, nil)
		switch {
		case d.Explicit:
			out.AuthDecision = "EXPLICIT_DENY"
		case !d.Allowed && out.AuthDecision == "ALLOWED":
			out.AuthDecision = "IMPLICIT_DENY"
		}
		for _, c := range d.Considered {
			if c.Outcome == policy.Matched && said[c.Document] != "Deny" {
				said[c.Document] = c.Effect
			}
		}
		for _, name := range d.Missing {
			if !slices.Contains(out.MissingContextValues, name) {
				out.MissingContextValues = append(out.MissingContextValues, name)
			}
		}
	}
	out.Allowed.Policies = s.policiesThatSaid(names, said, "Allow")
	out.Denied.ImplicitDeny.Policies = s.policiesThatSaid(names, said, "")
	out.Denied.ExplicitDeny.Policies = s.policiesThatSaid(names, said, "Deny")
	return out
}

// actionOf is the action of an actionType; without one it is CONNECT [guess].
func actionOf(actionType string) policy.Action {
	switch cmp.Or(actionType, "CONNECT") {
	case "PUBLISH":
		return policy.Publish
	case "SUBSCRIBE":
		return policy.Subscribe
	case "RECEIVE":
		return policy.Receive
	}
	return policy.Connect
}

// policiesThatSaid lists those whose statement had this effect. Those of an
// authorizer's answer have no ARN, and LambdaPolicy[0] is LambdaPolicy-0, as names of
// policies have no brackets.
func (s *service) policiesThatSaid(names []string, said map[string]string, effect string) []policySummary {
	list := []policySummary{}
	for _, name := range names {
		if said[name] == effect {
			p, _ := s.registry.Policy(name)
			list = append(list, policySummary{strings.NewReplacer("[", "-", "]", "").Replace(name), p.PolicyArn})
		}
	}
	return list
}
