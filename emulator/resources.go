package emulator

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// registry builds what exists from the configuration alone.
func (o Options) registry() (*registry.Registry, error) {
	c := o.Config
	r, err := registry.New(registry.Options{Region: c.Region, Account: c.AccountID, EnforcePermissions: c.LambdaPermissions == "enforce"})
	if err != nil {
		return nil, c.refused(nil, err)
	}
	if err := o.putFunctions(r); err != nil {
		return nil, err
	}
	for i, a := range c.Authorizers {
		if a.TokenSigningPublicKeys, err = c.keys(a.TokenSigningPublicKeys); err != nil {
			return nil, c.errorf([]any{"authorizers", i, "tokenSigningPublicKeys"}, "authorizer %q: %v", a.AuthorizerName, err)
		}
		if _, err := r.CreateAuthorizer(a); err != nil {
			return nil, c.refused([]any{"authorizers", i}, err)
		}
	}
	if c.DefaultAuthorizerName != "" {
		if err := r.SetDefaultAuthorizer(c.DefaultAuthorizerName); err != nil {
			return nil, c.refused(nil, err)
		}
	}
	if err := c.putServerCertificates(r); err != nil {
		return nil, err
	}
	for i, d := range c.DomainConfigurations {
		if _, err := r.CreateDomainConfiguration(d); err != nil {
			return nil, c.refused([]any{"domainConfigurations", i}, err)
		}
	}
	if err := c.putPrincipals(r); err != nil {
		return nil, err
	}
	return r, o.putAuthorizer(r)
}

func (o Options) putFunctions(r *registry.Registry) error {
	for _, name := range slices.Sorted(maps.Keys(o.Functions)) {
		if _, err := r.PutFunction(registry.Function{FunctionName: name, Permissions: o.Config.Functions[name].Permissions}); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o.Config.Functions)) {
		f := o.Config.Functions[name]
		_, err := r.PutFunction(registry.Function{
			FunctionName: name, FunctionArn: f.ARN, Permissions: f.Permissions, Configuration: f.configuration(o.Config)})
		if e := new(registry.Error); errors.As(err, &e) && e.Field == "functionArn" && f.ARN != "" {
			e.Field = "arn" // as the file calls it
		}
		if err != nil {
			return o.Config.refused([]any{"functions", name}, err)
		}
	}
	return nil
}

// authorizerName is the name of Options.Authorizer and of its function.
const authorizerName = "authorizer"

// putAuthorizer adds the authorizer that Options bring along.
func (o Options) putAuthorizer(r *registry.Registry) error {
	if o.Authorizer == nil {
		return nil
	}
	if _, err := r.PutFunction(registry.Function{FunctionName: authorizerName}); err != nil {
		return err
	}
	_, err := r.CreateAuthorizer(registry.Authorizer{
		AuthorizerName: authorizerName, AuthorizerFunctionArn: authorizerName, Status: registry.Active, SigningDisabled: true})
	if err != nil {
		return err
	}
	return r.SetDefaultAuthorizer(authorizerName)
}

// refused gives an error of the registry its place in the file.
func (c *Config) refused(at []any, err error) error {
	var e *registry.Error
	if !errors.As(err, &e) {
		return err
	}
	for step := range strings.SplitSeq(e.Field, ".") {
		key, _, _ := strings.Cut(step, "[")
		at = append(at, key)
	}
	return c.errorf(at, "%v", err)
}

// keys returns public keys with files read.
func (c *Config) keys(byID map[string]string) (map[string]string, error) {
	out := maps.Clone(byID)
	for id, text := range byID {
		if strings.Contains(text, "-----BEGIN") {
			continue
		}
		pem, err := os.ReadFile(c.path(text))
		if err != nil {
			return nil, fmt.Errorf("key %q: %w, want a PEM text or the path of one", id, err)
		}
		out[id] = string(pem)
	}
	return out, nil
}
