// Package config is what stands in suback.yaml: read, with every mistake told at once under
// its line; put into a registry; and made of a registry again.
//
//	c, err := config.Load("suback.yaml")
//	r, err := c.Registry(config.InGo{}, log)
//	again, leftOut := config.Present{Registry: r, Running: c, Code: code}.Export(true)
//	err = again.Write(os.Stdout, leftOut)
//
// It does not know who runs it: addresses are opened, bounds kept and accounts made elsewhere.
// Its users write emulator.Config, which is the same.
package config
