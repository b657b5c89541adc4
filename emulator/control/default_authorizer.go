package control

import (
	"context"

	"github.com/suback/suback/emulator/registry"
)

// The account's default authorizer

func (s *service) defaultAuthorizerOperations() operations {
	return operations{
		"SetDefaultAuthorizer":      register(s.setDefaultAuthorizer),
		"DescribeDefaultAuthorizer": register(s.describeDefaultAuthorizer),
		"ClearDefaultAuthorizer":    register(s.clearDefaultAuthorizer),
	}
}

func (s *service) setDefaultAuthorizer(_ context.Context, in authorizerName) (authorizerSummary, error) {
	a, err := s.authorizer(in.AuthorizerName)
	if err != nil {
		return authorizerSummary{}, err
	}
	return summary(a), s.registry.SetDefaultAuthorizer(in.AuthorizerName)
}

func (s *service) describeDefaultAuthorizer(context.Context, none) (describeAuthorizerOutput, error) {
	a, ok := s.registry.Authorizer(s.registry.DefaultAuthorizer())
	if !ok {
		return describeAuthorizerOutput{}, noDefaultAuthorizer()
	}
	return describe(a), nil
}

func (s *service) clearDefaultAuthorizer(context.Context, none) (none, error) {
	return none{}, s.registry.ClearDefaultAuthorizer()
}

func noDefaultAuthorizer() error {
	return &registry.Error{Code: registry.NotFound, Kind: "account"}
}
