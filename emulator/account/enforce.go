package account

import (
	"cmp"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/learn"
)

// setEnforce has policies enforced, or asked alone, as the options of all accounts say,
// else the configuration. What was asked before stays while it goes on so.
func (a *Account) setEnforce(c *config.Config) {
	switch log := cmp.Or(a.Shared.Enforce, c.Enforce) == config.EnforceLog; {
	case !log:
		a.hook.SetAsked(nil)
	case a.hook.Asked() == nil:
		a.hook.SetAsked(learn.NewAsked())
		a.log.Warn("nothing is enforced: policies are asked, and what they refuse goes through (enforce: log)")
	}
}

// Enforce says what becomes at present of what a policy does not allow.
func (a *Account) Enforce() string {
	if a.hook.Asked() != nil {
		return config.EnforceLog
	}
	return config.EnforceDeny
}
