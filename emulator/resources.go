package emulator

import (
	"errors"
	"strings"

	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/registry"
)

// initial unpacks the zipFiles of the configuration, and builds what exists at first.
func (o *Options) initial(code *functions.Code) (*registry.Registry, error) {
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
	r, err := registry.New(registry.Options{Region: c.Region, Account: c.AccountID,
		EnforcePermissions: c.LambdaPermissions == "enforce"})
	if err != nil {
		return nil, c.refused(nil, err)
	}
	if err := errors.Join(
		o.putGoFunctions(r), c.putAll(r), o.putAuthorizer(r),
	); err != nil {
		return nil, c.mistakes(nil, errors.Join(err, o.runnable(r)))
	}
	return r, nil
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
		AuthorizerName: authorizerName, AuthorizerFunctionArn: authorizerName, Status: registry.Active,
		SigningDisabled: true})
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
