package emulator

import "github.com/suback/suback/emulator/registry"

// RegistryOf is what exists in the emulator's account, for tests.
func RegistryOf(e *Emulator) *registry.Registry {
	return e.of.Registry()
}

// RegistryOfAccount is what exists in an account, for tests.
func RegistryOfAccount(a *Account) *registry.Registry { return a.of.Registry() }
