package scenario

import (
	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/faults"
)

// asked is a step's failure, of a client by its id.
func (f *Fault) asked(id func(client string) string) emulator.Fault {
	asked := emulator.Fault{On: faults.On(f.On), Do: faults.Do(f.Do), Topic: f.Topic, Function: f.Function,
		Rule: f.Rule, Path: f.Path, ServerName: f.ServerName, Reason: f.Reason,
		Delay: faults.Duration(f.Delay), For: faults.Duration(f.For),
		Times: f.Times}
	if f.Client != "" {
		asked.Client = id(f.Client)
	}
	return asked
}

// problem is what no fault is like.
func (f *Fault) problem() string {
	asked := f.asked(func(client string) string { return client })
	if err := asked.Check(); err != nil {
		return err.Error()
	}
	return ""
}
