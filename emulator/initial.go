package emulator

import (
	"path/filepath"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/registry"
)

// initial builds what exists at first; the configuration is then one whose zipFiles are
// unpacked.
func (o *Options) initial(code *functions.Code) (*registry.Registry, error) {
	c, r, err := o.asCopied().Build(o.inGo(), code, o.Log)
	if err != nil {
		return nil, err
	}
	id := o.Config.AccountID
	o.Config = c
	if o.copied == nil {
		return r, nil
	}
	c.AccountID = id
	return o.copied.as(r, id)
}

// A copied account has what the configuration of another says, under an id and a key
// of its own.
type copied struct {
	from string              // the other's id, which stands in the configuration
	key  registry.Credential // its own
}

// asCopied is the configuration as the account has it that was copied.
func (o Options) asCopied() *Config {
	if o.copied == nil {
		return o.Config
	}
	c := *o.Config
	c.AccountID = o.copied.from
	return &c
}

// inGo is what no configuration says.
func (o Options) inGo() config.InGo {
	return config.InGo{Functions: o.Functions, Authorizer: o.Authorizer}
}

func (c *copied) as(r *registry.Registry, id string) (*registry.Registry, error) {
	own, err := r.Copy(id)
	if err == nil {
		c.key, err = own.AddRootKey()
	}
	return own, err
}

// named returns the options of an account of the configuration.
func (o Options) named(c *Config, name string) Options {
	o.Config, o.Authorizer, o.Listeners = c.Named(name), nil, Listeners{} // they are the emulator's
	if o.StateDir != "" {
		o.StateDir = filepath.Join(o.StateDir, "accounts", name)
	}
	return o
}
