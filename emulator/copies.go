package emulator

import (
	"fmt"

	"github.com/suback/suback/emulator/config"
)

// AccountOptions say what [Emulator.AddAccount] makes. The zero value copies the
// account of the file itself.
type AccountOptions struct {
	Name string // letters a to z, digits and -, 1 to 32; default: one that is free
	From string // whose configuration it gets; default: that of the file itself
	ID   string // 12 digits; default: one of its name
}

// AddAccount makes an account in which there is what another's configuration says,
// and nothing of what happened there. ARNs name its own id. It has a listener for
// plain MQTT of its own, where the emulator has one; see [Account.Addr].
func (e *Emulator) AddAccount(o AccountOptions) (*Account, error) {
	e.accounts.changing.Lock()
	defer e.accounts.changing.Unlock()
	from := e.Account(o.From)
	switch {
	case from == nil:
		return nil, fmt.Errorf("account %q to copy: %w, want one of %s", o.From, errNoAccount, e.names())
	case len(e.accounts.all()) >= maxAccounts:
		return nil, fmt.Errorf("there are %d accounts, want no more: end those that are not used", maxAccounts)
	}
	if o.Name == "" {
		o.Name = e.freeName()
	}
	if o.ID == "" {
		o.ID = config.IDOf(o.Name)
	}
	c := from.of.Config().Copy(o.Name, o.ID)
	if e.options.address(MQTT) != "off" {
		c.Listeners.MQTT = ":0"
	}
	options := from.options
	options.Config, options.StateDir, options.Listeners = c, "", Listeners{}
	return e.add(o.Name, options, from.of.Origin())
}

// freeName is a name that no account has.
func (e *Emulator) freeName() string {
	for n := 1; ; n++ {
		if name := fmt.Sprintf("account-%d", n); e.Account(name) == nil {
			return name
		}
	}
}
