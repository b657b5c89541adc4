package emulator

import (
	"context"
	"errors"

	"github.com/suback/suback/emulator/endorse"
	"github.com/suback/suback/emulator/registry"
)

// soracom makes the stand-in for SORACOM's services, nil if it is not
// configured. Tokens that old issued stay good.
func (o Options) soracom(old *account, initial *registry.Registry) (*endorse.Service, error) {
	c := o.Config.Soracom
	if c == nil {
		return nil, nil
	}
	for i, api := range c.APIs {
		if _, ok := initial.Function(api.Function); !ok {
			return nil, o.Config.errorf([]any{"soracom", "apis", i, "function"}, "soracom: function is %q, want one of functions", api.Function)
		}
	}
	var s *endorse.Service
	var err error
	if old != nil && old.soracom != nil {
		s, err = old.soracom.Reconfigured(*c)
	} else {
		s, err = endorse.New(endorse.Options{Config: *c, StateDir: o.StateDir, Invoke: o.invokeByName, Trace: o.trace})
	}
	if e := new(endorse.Error); errors.As(err, &e) {
		return nil, o.Config.errorf(append([]any{"soracom"}, e.At...), "soracom: %v", e)
	}
	return s, err
}

// invokeByName calls a function of the present account.
func (e *Emulator) invokeByName(ctx context.Context, name string, event []byte) ([]byte, error) {
	a := e.use()
	defer a.users.Done()
	f, _ := a.registry.Function(name)
	return a.invoke(ctx, f.FunctionArn, event)
}
