package control

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/policy"
)

// TestAuthorization
//
//   - several resources of one request must all be allowed [A-335, guess]
//   - allowed, implicitDeny and explicitDeny list the policies that allow, that
//     say nothing, and that deny

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

func (s *service) testAuthorization(
	_ context.Context, in testAuthorizationInput,
) (testAuthorizationOutput, error) {
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
