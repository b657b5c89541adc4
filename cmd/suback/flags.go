package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/near"
)

// flags returns the empty flag set of a verb.
func (p *program) flags(name string) *flag.FlagSet {
	fs := flag.NewFlagSet("suback "+name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {
		v := verbs()[slices.IndexFunc(verbs(), func(v verb) bool { return v.name == name })]
		fmt.Fprintf(fs.Output(), "%s: %s\n\n", strings.TrimSpace(fs.Name()+" "+v.takes), v.about)
		fs.PrintDefaults()
	}
	return fs
}

// parse reads the flags of a verb that takes nothing else: the command line wins
// over SUBACK_<FLAG>.
func (p *program) parse(fs *flag.FlagSet) error {
	rest, err := p.parseWith(fs)
	if err == nil && len(rest) > 0 {
		return usagef("%s: unexpected argument %q", fs.Name(), rest[0])
	}
	return err
}

// variable is the environment variable of a flag.
func variable(name string) string {
	return "SUBACK_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// misspelt are the variables that are nearly a flag's, such as SUBACK_LOGLEVEL. Those that suback run
// sets for its command are none of them.
func misspelt(fs *flag.FlagSet, environment []string) (told []string) {
	var names []string
	fs.VisitAll(func(f *flag.Flag) { names = append(names, strings.TrimPrefix(variable(f.Name), "SUBACK_")) })
	for _, v := range environment {
		variable, _, _ := strings.Cut(v, "=")
		name, ours := strings.CutPrefix(variable, "SUBACK_")
		if !ours || strings.HasSuffix(name, "_URL") || slices.Contains(names, name) {
			continue
		}
		if meant := near.Name(name, names); meant != "" {
			told = append(told, fmt.Sprintf("%s is no variable of a flag, is SUBACK_%s meant?", variable, meant))
		}
	}
	return told
}

// parseWith also returns what is no flag, which may stand between them.
func (p *program) parseWith(fs *flag.FlagSet) (rest []string, err error) {
	fs.VisitAll(func(f *flag.Flag) {
		name := variable(f.Name)
		if value := p.getenv(name); value != "" && err == nil {
			if e := fs.Set(f.Name, value); e != nil { // counts as given
				err = usagef("%s is %q: %w", name, value, wanted(f, e))
			}
		}
	})
	if err != nil {
		return nil, err
	}
	if name := emptyFlag(fs, p.args); name != "" {
		return nil, usagef("--%s is empty, want a value, or leave the flag out", name)
	}
	for args := p.args; ; args = fs.Args()[1:] {
		switch err := fs.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			if failed := p.showFlags(fs); failed != nil {
				return nil, failed
			}
			return nil, err
		case err != nil:
			return nil, explainFlag(fs, err)
		case fs.NArg() == 0:
			return rest, nil
		}
		rest = append(rest, fs.Arg(0))
	}
}

// mayBeEmpty are flags that stand for a text of a client's, which may be empty.
var mayBeEmpty = []string{"username", "password", "query", "client-id", "server-name"}

// emptyFlag is the first flag with an empty value, as of a variable that a shell does not have: without a
// word it would be as if the flag were not there, and a gateway would keep nothing.
func emptyFlag(fs *flag.FlagSet, args []string) string {
	for i, arg := range args {
		name, value, joined := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		f := fs.Lookup(name)
		switch {
		case !strings.HasPrefix(arg, "-"), f == nil, isSwitch(f), slices.Contains(mayBeEmpty, name):
			continue
		case !joined && i+1 == len(args):
			continue // package flag tells of it
		case !joined:
			value = args[i+1]
		}
		if value == "" {
			return name
		}
	}
	return ""
}

// isSwitch reports whether a flag stands alone.
func isSwitch(f *flag.Flag) bool {
	is, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && is.IsBoolFlag()
}

// showFlags prints the help of a verb.
func (p *program) showFlags(fs *flag.FlagSet) (err error) {
	fs.SetOutput(watched{p.stdout, func(failed error) { err = cmp.Or(err, failed) }})
	fs.Usage()
	return err
}

// wanted is an error about the value of a flag: Go's own do not say what they want.
func wanted(f *flag.Flag, err error) error {
	if g, ok := f.Value.(flag.Getter); ok {
		switch g.Get().(type) {
		case bool:
			return errors.New("want true or false")
		case int:
			return errors.New("want a whole number")
		case time.Duration:
			return errors.New("want a duration with its unit, as 30s")
		}
	}
	return err
}

// explainFlag says what a flag wants, and which one may be meant by one that there is not.
func explainFlag(fs *flag.FlagSet, err error) error {
	name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if bad := badValue.FindStringSubmatch(err.Error()); bad != nil {
		value, name, why := bad[1], bad[2], errors.New(bad[3])
		return usagef("invalid value %s for flag -%s: %w", value, name, wanted(fs.Lookup(name), why))
	}
	if !unknown {
		return usageError{err}
	}
	var names []string
	fs.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
	text := fmt.Sprintf("%s has no flag --%s", fs.Name(), name)
	if meant := near.Name(name, names); meant != "" {
		text += fmt.Sprintf(", is --%s meant?", meant)
	}
	return usageError{errors.New(text)}
}

// badValue is what package flag says of a value.
var badValue = regexp.MustCompile(`(?s)^invalid (?:boolean )?value (".*") for (?:flag )?-([a-z-]+): (.*)$`)

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
