package emulator

import (
	"slices"

	"github.com/suback/suback/emulator/transport"
)

// domainFor finds the domain configuration of a name among all accounts, own's first.
func (e *Emulator) domainFor(own *Account) func(name string) transport.Domain {
	return func(name string) transport.Domain {
		if a := e.named(name); a != nil {
			return a.of.Domain(name)
		}
		return own.of.Domain(name)
	}
}

// serverNames are the host names of the default endpoints of all accounts.
func (e *Emulator) serverNames() []string {
	names := slices.Clone(e.hosts)
	for _, a := range e.Accounts() {
		names = append(names, a.of.ServerNames()...)
	}
	return names
}
