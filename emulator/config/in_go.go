package config

import (
	"context"
	"maps"
	"slices"

	"github.com/suback/suback/emulator/registry"
)

// A Func is a Lambda function in Go: an event in, an answer out, both JSON.
type Func = func(ctx context.Context, event []byte) ([]byte, error)

// InGo is what no file says, since it is Go code, and that an account has beside its
// configuration. The zero value is none.
type InGo struct {
	Functions  map[string]Func // by name; they go before Config.Functions of the same name
	Authorizer Func            // of an authorizer named "authorizer", the account's default; may be nil
}

// authorizerName is the name of InGo.Authorizer and of its function.
const authorizerName = "authorizer"

// has tells a function of Go code.
func (g InGo) has(function string) bool {
	return g.Functions[function] != nil || function == authorizerName && g.Authorizer != nil
}

// putGoFunctions puts the functions, with the permissions that the configuration gives them.
func (c *Config) putGoFunctions(g InGo, r *registry.Registry) error {
	for _, name := range slices.Sorted(maps.Keys(g.Functions)) {
		if _, err := r.PutFunction(registry.Function{FunctionName: name,
			Permissions: c.Functions[name].Permissions}); err != nil {
			return err
		}
	}
	return nil
}

// putAuthorizer adds the authorizer.
func (g InGo) putAuthorizer(r *registry.Registry) error {
	if g.Authorizer == nil {
		return nil
	}
	if _, err := r.PutFunction(registry.Function{FunctionName: authorizerName}); err != nil {
		return err
	}
	_, err := r.CreateAuthorizer(registry.Authorizer{
		AuthorizerName: authorizerName, AuthorizerFunctionArn: authorizerName, Status: registry.Active,
		SigningDisabled: true})
	if err != nil {
		return err
	}
	return r.SetDefaultAuthorizer(authorizerName)
}

// withoutGo leaves out of c the authorizer that is Go code.
func (x *exporting) withoutGo(c *Config) {
	if x.Go.Authorizer == nil {
		return
	}
	c.Authorizers = slices.DeleteFunc(c.Authorizers,
		func(a registry.Authorizer) bool { return a.AuthorizerName == authorizerName })
	if c.DefaultAuthorizerName == authorizerName {
		c.DefaultAuthorizerName = ""
	}
	x.notes = append(x.notes, "authorizer "+authorizerName+", which is in Go")
}
