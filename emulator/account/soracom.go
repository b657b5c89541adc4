package account

import (
	"errors"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/endorse"
	"github.com/suback/suback/emulator/registry"
)

// soracom makes the stand-in for SORACOM's services, nil if it is not
// configured. Tokens that old issued stay good.
func (a *Account) soracom(
	old *setup, initial *registry.Registry, said *config.Config,
) (*endorse.Service, error) {
	c := said.Soracom
	if c == nil {
		return nil, nil
	}
	for i, api := range c.APIs {
		if _, ok := initial.Function(api.Function); !ok {
			return nil, said.Errorf([]any{"soracom", "apis", i, "function"},
				"soracom: function is %q, want one of functions", api.Function)
		}
	}
	var s *endorse.Service
	var err error
	if old != nil && old.soracom != nil {
		s, err = old.soracom.Reconfigured(*c)
	} else {
		s, err = endorse.New(endorse.Options{Config: *c, StateDir: a.options.StateDir, Invoke: a.invokeByName,
			Trace: a.trace})
	}
	if e := new(endorse.Error); errors.As(err, &e) {
		return nil, said.Errorf(append([]any{"soracom"}, e.At...), "soracom: %v", e)
	}
	return s, err
}
