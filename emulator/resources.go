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

// initial unpacks the zipFiles of the configuration, and builds what exists at first.
func (o *Options) initial(code *functionCode) (*registry.Registry, error) {
	c, unpacked := o.Config.withCode(code)
	if unpacked == nil {
		o.Config = c
	}
	r, refused := o.asCopied().registry()
	if unpacked != nil {
		return nil, o.Config.mistakes(nil, errors.Join(unpacked, refused))
	}
	if o.copied == nil || refused != nil {
		return r, refused
	}
	return o.copied.as(r, o.Config.AccountID)
}

// A copied account has what the configuration of another says, under an id and a key
// of its own.
type copied struct {
	from string              // the other's id, which stands in the configuration
	key  registry.Credential // its own
}

// asCopied are the options of the account that was copied.
func (o Options) asCopied() Options {
	if o.copied != nil {
		c := *o.Config
		c.AccountID = o.copied.from
		o.Config = &c
	}
	return o
}

func (c *copied) as(r *registry.Registry, id string) (*registry.Registry, error) {
	own, err := r.Copy(id)
	if err == nil {
		c.key, err = own.AddRootKey()
	}
	return own, err
}

// registry builds what exists from the configuration alone.
func (o Options) registry() (*registry.Registry, error) {
	c := o.Config
	r, err := registry.New(registry.Options{Region: c.Region, Account: c.AccountID, EnforcePermissions: c.LambdaPermissions == "enforce"})
	if err != nil {
		return nil, c.refused(nil, err)
	}
	if err := errors.Join(
		o.putFunctions(r), c.putAuthorizers(r), c.putServerCertificates(r), c.putDomainConfigurations(r),
		c.putPrincipals(r), o.putAuthorizer(r),
	); err != nil {
		return nil, c.mistakes(nil, errors.Join(err, o.runnable(r)))
	}
	return r, nil
}

func (c *Config) putAuthorizers(r *registry.Registry) error {
	err := each(c.Authorizers, func(i int, a registry.Authorizer) (err error) {
		if a.TokenSigningPublicKeys, err = c.keys(a.TokenSigningPublicKeys); err != nil {
			return c.errorf([]any{"authorizers", i, "tokenSigningPublicKeys"}, "authorizer %q: %v", a.AuthorizerName, err)
		}
		_, err = r.CreateAuthorizer(a)
		return c.refused([]any{"authorizers", i}, err)
	})
	if c.DefaultAuthorizerName == "" {
		return err
	}
	return errors.Join(err, c.refused(nil, r.SetDefaultAuthorizer(c.DefaultAuthorizerName)))
}

func (c *Config) putDomainConfigurations(r *registry.Registry) error {
	return each(c.DomainConfigurations, func(i int, d registry.DomainConfiguration) error {
		_, err := r.CreateDomainConfiguration(d)
		return c.refused([]any{"domainConfigurations", i}, err)
	})
}

func (o Options) putFunctions(r *registry.Registry) error {
	for _, name := range slices.Sorted(maps.Keys(o.Functions)) {
		if _, err := r.PutFunction(registry.Function{FunctionName: name, Permissions: o.Config.Functions[name].Permissions}); err != nil {
			return err
		}
	}
	return each(slices.Sorted(maps.Keys(o.Config.Functions)), func(_ int, name string) error {
		f := o.Config.Functions[name]
		_, err := r.PutFunction(registry.Function{
			FunctionName: name, FunctionArn: f.ARN, Permissions: f.Permissions, Configuration: f.configuration(o.Config)})
		if e := new(registry.Error); errors.As(err, &e) && e.Field == "functionArn" && f.ARN != "" {
			e.Field = "arn" // as the file calls it
		}
		return o.Config.refused([]any{"functions", name}, err)
	})
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

// refused gives an error of the registry its place in the file, if there is one.
func (c *Config) refused(at []any, err error) error {
	if err == nil {
		return nil
	}
	var e *registry.Error
	if !errors.As(err, &e) {
		return c.errorf(at, "%v", err)
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
