package emulator

import "github.com/suback/suback/emulator/registry"

// RegistryOf is what exists in the emulator's account, for tests.
func RegistryOf(e *Emulator) *registry.Registry {
	return e.account.registry
}
