package control

import (
	"context"

	"github.com/suback/suback/emulator/registry"
)

// Authorizers
//
//   - an update adds keys to those that exist, and cannot change whether tokens
//     are signed
//   - the list is sorted by creation, newest first

func (s *service) authorizerOperations() operations {
	return operations{
		"CreateAuthorizer":     register(s.createAuthorizer),
		"DescribeAuthorizer":   register(s.describeAuthorizer),
		"UpdateAuthorizer":     register(s.updateAuthorizer),
		"DeleteAuthorizer":     register(s.deleteAuthorizer),
		"ListAuthorizers":      register(s.listAuthorizers),
		"TestInvokeAuthorizer": register(s.testInvokeAuthorizer),
	}
}

type createAuthorizerInput struct {
	AuthorizerName         string            `json:"authorizerName"`
	AuthorizerFunctionArn  string            `json:"authorizerFunctionArn"`
	TokenKeyName           *string           `json:"tokenKeyName"`
	TokenSigningPublicKeys map[string]string `json:"tokenSigningPublicKeys"`
	Status                 string            `json:"status"`
	Tags                   []tag             `json:"tags"`
	SigningDisabled        bool              `json:"signingDisabled"`
	EnableCachingForHTTP   bool              `json:"enableCachingForHttp"`
}

// An authorizerSummary is also what most operations answer.
type authorizerSummary struct {
	AuthorizerName string `json:"authorizerName"`
	AuthorizerArn  string `json:"authorizerArn"`
}

func summary(a registry.Authorizer) authorizerSummary {
	return authorizerSummary{a.AuthorizerName, a.AuthorizerArn}
}

func (s *service) createAuthorizer(_ context.Context, in createAuthorizerInput) (authorizerSummary, error) {
	if err := checkFunction(in.AuthorizerName, in.AuthorizerFunctionArn); err != nil {
		return authorizerSummary{}, err
	}
	if err := checkSigning(in); err != nil {
		return authorizerSummary{}, err
	}
	a := registry.Authorizer{
		AuthorizerName: in.AuthorizerName, AuthorizerFunctionArn: in.AuthorizerFunctionArn,
		TokenSigningPublicKeys: in.TokenSigningPublicKeys, Status: in.Status,
		SigningDisabled: in.SigningDisabled, EnableCachingForHttp: in.EnableCachingForHTTP,
	}
	if in.TokenKeyName != nil {
		a.TokenKeyName = *in.TokenKeyName
	}
	a, err := s.registry.CreateAuthorizer(a)
	if err != nil {
		return authorizerSummary{}, err
	}
	return summary(a), s.tagNew(a.AuthorizerArn, in.Tags, func() error { return s.withdraw(a) })
}

// withdraw removes an authorizer that was just made.
func (s *service) withdraw(a registry.Authorizer) error {
	inactive := registry.Inactive
	if _, err := s.registry.UpdateAuthorizer(a.AuthorizerName,
		registry.AuthorizerUpdate{Status: &inactive}); err != nil {
		return err
	}
	return s.registry.DeleteAuthorizer(a.AuthorizerName)
}

type authorizerName struct {
	AuthorizerName string `json:"authorizerName"`
}

// A description is AWS's AuthorizerDescription.
type authorizerDescription struct {
	AuthorizerName         string            `json:"authorizerName"`
	AuthorizerArn          string            `json:"authorizerArn"`
	AuthorizerFunctionArn  string            `json:"authorizerFunctionArn"`
	TokenKeyName           string            `json:"tokenKeyName,omitempty"`
	TokenSigningPublicKeys map[string]string `json:"tokenSigningPublicKeys,omitempty"`
	Status                 string            `json:"status"`
	CreationDate           date              `json:"creationDate"`
	LastModifiedDate       date              `json:"lastModifiedDate"`
	SigningDisabled        bool              `json:"signingDisabled"`
	EnableCachingForHTTP   bool              `json:"enableCachingForHttp"`
}

type describeAuthorizerOutput struct {
	AuthorizerDescription authorizerDescription `json:"authorizerDescription"`
}

func describe(a registry.Authorizer) describeAuthorizerOutput {
	return describeAuthorizerOutput{authorizerDescription{
		a.AuthorizerName, a.AuthorizerArn, a.AuthorizerFunctionArn, a.TokenKeyName, a.TokenSigningPublicKeys,
		a.Status,
		date{a.CreationDate}, date{a.LastModifiedDate}, a.SigningDisabled, a.EnableCachingForHttp,
	}}
}

func (s *service) describeAuthorizer(_ context.Context, in authorizerName) (describeAuthorizerOutput, error) {
	a, err := s.authorizer(in.AuthorizerName)
	return describe(a), err
}

// authorizer finds an authorizer, or says that there is none.
func (s *service) authorizer(name string) (registry.Authorizer, error) {
	a, ok := s.registry.Authorizer(name)
	if !ok {
		return a, missing("authorizer", name)
	}
	return a, nil
}

type updateAuthorizerInput struct {
	AuthorizerName         string            `json:"authorizerName"`
	AuthorizerFunctionArn  *string           `json:"authorizerFunctionArn"`
	TokenKeyName           *string           `json:"tokenKeyName"`
	TokenSigningPublicKeys map[string]string `json:"tokenSigningPublicKeys"`
	Status                 *string           `json:"status"`
	EnableCachingForHTTP   *bool             `json:"enableCachingForHttp"`
}

func (s *service) updateAuthorizer(_ context.Context, in updateAuthorizerInput) (authorizerSummary, error) {
	a, err := s.authorizer(in.AuthorizerName)
	if err != nil {
		return authorizerSummary{}, err
	}
	if in.AuthorizerFunctionArn != nil {
		if err := checkFunction(in.AuthorizerName, *in.AuthorizerFunctionArn); err != nil {
			return authorizerSummary{}, err
		}
	}
	if err := checkMoreKeys(a, in.TokenSigningPublicKeys); err != nil {
		return authorizerSummary{}, err
	}
	a, err = s.registry.UpdateAuthorizer(in.AuthorizerName, registry.AuthorizerUpdate{
		AuthorizerFunctionArn: in.AuthorizerFunctionArn, Status: in.Status, TokenKeyName: in.TokenKeyName,
		EnableCachingForHttp: in.EnableCachingForHTTP, TokenSigningPublicKeys: in.TokenSigningPublicKeys,
	})
	return summary(a), err
}

func (s *service) deleteAuthorizer(_ context.Context, in authorizerName) (none, error) {
	return none{}, s.registry.DeleteAuthorizer(in.AuthorizerName)
}

type listAuthorizersInput struct {
	listing
	Status string `json:"status"`
}

type listAuthorizersOutput struct {
	Authorizers []authorizerSummary `json:"authorizers"`
	NextMarker  string              `json:"nextMarker,omitempty"`
}

func (s *service) listAuthorizers(_ context.Context, in listAuthorizersInput) (listAuthorizersOutput, error) {
	var all []registry.Authorizer
	for _, a := range s.registry.Authorizers() {
		if in.Status == "" || in.Status == a.Status {
			all = append(all, a)
		}
	}
	key := func(a registry.Authorizer) string { return byCreation(a.CreationDate, a.AuthorizerName) }
	part, next, err := page("ListAuthorizers", in.listing, all, key, newestFirst)
	out := listAuthorizersOutput{[]authorizerSummary{}, next}
	for _, a := range part {
		out.Authorizers = append(out.Authorizers, summary(a))
	}
	return out, err
}
