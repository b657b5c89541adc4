package control

import (
	"context"
)

// Versions of policies: at most five, one of them the default [B-129].

func (s *service) policyVersionOperations() operations {
	return operations{
		"CreatePolicyVersion":     register(s.createPolicyVersion),
		"GetPolicyVersion":        register(s.getPolicyVersion),
		"ListPolicyVersions":      register(s.listPolicyVersions),
		"DeletePolicyVersion":     register(s.deletePolicyVersion),
		"SetDefaultPolicyVersion": register(s.setDefaultPolicyVersion),
	}
}

type createPolicyVersionInput struct {
	PolicyName     string `json:"policyName"`
	PolicyDocument string `json:"policyDocument"`
	SetAsDefault   bool   `json:"setAsDefault"`
}

type createPolicyVersionOutput struct {
	PolicyArn        string `json:"policyArn"`
	PolicyDocument   string `json:"policyDocument"`
	PolicyVersionID  string `json:"policyVersionId"`
	IsDefaultVersion bool   `json:"isDefaultVersion"`
}

func (s *service) createPolicyVersion(
	_ context.Context, in createPolicyVersionInput,
) (createPolicyVersionOutput, error) {
	if err := checkVariables(in.PolicyName, in.PolicyDocument); err != nil {
		return createPolicyVersionOutput{}, err
	}
	v, err := s.registry.CreatePolicyVersion(in.PolicyName, in.PolicyDocument, in.SetAsDefault)
	if err != nil {
		return createPolicyVersionOutput{}, err
	}
	s.warn(in.PolicyName, v)
	p, err := s.policy(in.PolicyName)
	return createPolicyVersionOutput{p.PolicyArn, v.Document, v.VersionID, v.IsDefault}, err
}

type policyVersionName struct {
	PolicyName      string `json:"policyName"`
	PolicyVersionID string `json:"policyVersionId"`
}

type getPolicyVersionOutput struct {
	PolicyArn        string `json:"policyArn"`
	PolicyName       string `json:"policyName"`
	PolicyDocument   string `json:"policyDocument"`
	PolicyVersionID  string `json:"policyVersionId"`
	IsDefaultVersion bool   `json:"isDefaultVersion"`
	CreationDate     date   `json:"creationDate"`
	LastModifiedDate date   `json:"lastModifiedDate"`
	GenerationID     string `json:"generationId"`
}

func (s *service) getPolicyVersion(_ context.Context, in policyVersionName) (getPolicyVersionOutput, error) {
	p, err := s.policy(in.PolicyName)
	if err != nil {
		return getPolicyVersionOutput{}, err
	}
	v, ok := p.Version(in.PolicyVersionID)
	if !ok {
		return getPolicyVersionOutput{},
			refuse(notFound, "Policy %s has no version %s", in.PolicyName, in.PolicyVersionID)
	}
	return getPolicyVersionOutput{
		PolicyArn: p.PolicyArn, PolicyName: p.PolicyName, PolicyDocument: v.Document, PolicyVersionID: v.VersionID,
		IsDefaultVersion: v.IsDefault, CreationDate: date{v.CreateDate}, LastModifiedDate: date{v.CreateDate},
		GenerationID: generation(p, v),
	}, nil
}

type policyVersion struct {
	VersionID        string `json:"versionId"`
	IsDefaultVersion bool   `json:"isDefaultVersion"`
	CreateDate       date   `json:"createDate"`
}

type listPolicyVersionsOutput struct {
	PolicyVersions []policyVersion `json:"policyVersions"`
}

// listPolicyVersions answers with the newest first [guess].
func (s *service) listPolicyVersions(_ context.Context, in policyName) (listPolicyVersionsOutput, error) {
	p, err := s.policy(in.PolicyName)
	out := listPolicyVersionsOutput{PolicyVersions: []policyVersion{}}
	for i := len(p.Versions) - 1; i >= 0; i-- {
		v := p.Versions[i]
		out.PolicyVersions = append(out.PolicyVersions, policyVersion{v.VersionID, v.IsDefault, date{v.CreateDate}})
	}
	return out, err
}

func (s *service) deletePolicyVersion(_ context.Context, in policyVersionName) (none, error) {
	return none{}, s.registry.DeletePolicyVersion(in.PolicyName, in.PolicyVersionID)
}

func (s *service) setDefaultPolicyVersion(_ context.Context, in policyVersionName) (none, error) {
	return none{}, s.registry.SetDefaultPolicyVersion(in.PolicyName, in.PolicyVersionID)
}
