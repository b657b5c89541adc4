package account

import (
	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/registry"
)

// Present is what the account has at present: a copy, so that nothing changes meanwhile.
func (a *Account) Present() (config.Present, error) {
	r, err := registry.Load(registry.Options{Region: a.registry.Region(), Account: a.registry.Account()},
		a.registry.State())
	return config.Present{Registry: r, Running: a.Config(), Go: a.options.Go, Disorder: a.Disorder(),
		Code: a.code, Shadows: a.shadows}, err
}
