package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/suback/suback/emulator"
)

// flags returns the empty flag set of a verb.
func (p *program) flags(verb string) *flag.FlagSet {
	fs := flag.NewFlagSet("suback "+verb, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	return fs
}

// parse reads the flags: the command line wins over SUBACK_<FLAG>.
func (p *program) parse(fs *flag.FlagSet) error {
	var err error
	fs.VisitAll(func(f *flag.Flag) {
		name := "SUBACK_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if value := p.getenv(name); value != "" && err == nil {
			if e := fs.Set(f.Name, value); e != nil { // counts as given
				err = usagef("%s is %q: %v", name, value, e)
			}
		}
	})
	if err != nil {
		return err
	}
	switch err := fs.Parse(p.args); {
	case errors.Is(err, flag.ErrHelp):
		fs.SetOutput(p.stdout)
		fs.Usage()
		return err
	case err != nil:
		return usageError{err}
	}
	if fs.NArg() > 0 {
		return usagef("%s: unexpected argument %q", fs.Name(), fs.Arg(0))
	}
	return nil
}

// options reads the configuration file, or takes the embedded one.
func options(config string) (emulator.Options, error) {
	if config == "" {
		return emulator.Embedded(), nil
	}
	c, err := emulator.LoadConfig(config)
	if errors.Is(err, os.ErrNotExist) {
		return emulator.Options{}, hinted{fmt.Errorf("--config: there is no file %q", config),
			"without --config the gateway starts with an embedded configuration"}
	}
	if err != nil {
		return emulator.Options{}, err
	}
	return emulator.Options{Config: c}, nil
}

// caDir is where the certificate authority is kept, so that it outlives a
// restart: below --state, or else in the user's own configuration folder.
// Empty if there is no place to write to.
func (p *program) caDir(state string) string {
	if state != "" {
		return state
	}
	base := p.getenv("XDG_CONFIG_HOME")
	if home := p.getenv("HOME"); base == "" && home != "" {
		base = filepath.Join(home, ".config")
	}
	if base == "" {
		return ""
	}
	dir := filepath.Join(base, "suback")
	if os.MkdirAll(dir, 0o700) != nil {
		return ""
	}
	return dir
}
