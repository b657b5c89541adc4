package account

import (
	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/registry"
)

// initial builds what exists at first; the configuration of o is then one whose zipFiles are
// unpacked.
func (a *Account) initial(o *Options) (*registry.Registry, error) {
	c, r, err := o.asCopied().Build(o.Go, a.code, a.log)
	if err != nil {
		return nil, err
	}
	id := o.Config.AccountID
	o.Config = c
	if o.CopyOf == "" {
		return r, nil
	}
	c.AccountID = id
	own, err := r.Copy(id)
	if err == nil {
		a.key, err = own.AddRootKey()
	}
	return own, err
}

// asCopied is the configuration as the account has it that was copied.
func (o Options) asCopied() *config.Config {
	if o.CopyOf == "" {
		return o.Config
	}
	c := *o.Config
	c.AccountID = o.CopyOf
	return &c
}
