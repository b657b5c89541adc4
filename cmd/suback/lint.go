package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/lint"
	"github.com/suback/suback/emulator/registry"
)

// lintFlags say what the files are for, and how to tell.
type lintFlags struct {
	format, severity, config string
	principal                string
	options                  lint.Options
}

func (f *lintFlags) register(fs *flag.FlagSet) {
	fs.StringVar(&f.format, "format", "text", "`how` to tell: "+strings.Join(lintFormats(), ", "))
	fs.StringVar(&f.severity, "severity", "warning", "the `least` that makes the exit code 1: error, warning, info")
	fs.StringVar(&f.config, "config", "", "a suback.yaml `file` whose region and account are the endpoint's")
	fs.StringVar(&f.options.Region, "region", "", "the endpoint's `region`; default: what most ARNs of a file have")
	fs.StringVar(&f.options.Account, "account", "", "the endpoint's account `id`; default likewise")
	fs.StringVar(&f.options.Partition, "partition", "", "the endpoint's `partition`, "+
		strings.Join(lint.Partitions(), ", ")+"; default: the region's")
	fs.StringVar(&f.principal, "principal", "",
		"`who` has the policies that stand alone: certificate, authorizer, cognito or iam; default: anybody")
}

func lintFormats() []string { return slices.Sorted(maps.Keys(lint.Formats())) }

// lint looks for mistakes in policies, and in the files that have them.
func (p *program) lint(context.Context) error {
	var f lintFlags
	fset := p.flags("lint")
	f.register(fset)
	paths, err := p.parseWith(fset)
	if err == nil {
		err = f.check(paths)
	}
	if err != nil {
		return err
	}
	report, err := lint.Files(paths, os.Stdin, f.options)
	if errors.Is(err, fs.ErrNotExist) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	if report.Files == 0 && len(report.Findings) == 0 { // a check of nothing is no success, as with suback test
		return usageError{fmt.Errorf("there is nothing to lint in %s, want files that end in .json, .yaml, .yml or "+
			".template and have policies, rules or a suback.yaml", strings.Join(paths, " "))}
	}
	if err := lint.Formats()[f.format](p.stdout, report); err != nil {
		return err
	}
	if report.Worst(lint.Severity(f.severity)) {
		return errNo
	}
	return nil
}

// check reads the flags, and the configuration that one of them names.
func (f *lintFlags) check(paths []string) error {
	principals := append(lint.Principals(), lint.Anybody)
	switch {
	case len(paths) == 0:
		return usagef("lint: want files or folders, or - for standard input")
	case lint.Formats()[f.format] == nil:
		return usagef("--format is %q, want one of %s", f.format, strings.Join(lintFormats(), ", "))
	case !slices.Contains(lint.Severities(), lint.Severity(f.severity)):
		return usagef("--severity is %q, want error, warning or info", f.severity)
	case f.options.Partition != "" && !slices.Contains(lint.Partitions(), f.options.Partition):
		return usagef("--partition is %q, want one of %s", f.options.Partition,
			strings.Join(lint.Partitions(), ", "))
	case !slices.Contains(principals, lint.Principal(f.principal)):
		return usagef("--principal is %q, want certificate, authorizer, cognito or iam", f.principal)
	}
	f.options.Principal = lint.Principal(f.principal)
	return f.endpoint()
}

var accountID = regexp.MustCompile(`^[0-9]{12}$`)

// endpoint takes what no flag says from the configuration; --account may be the name of one
// of its accounts, as in suback env.
func (f *lintFlags) endpoint() error {
	e := &f.options
	if f.config != "" {
		o, err := options(f.config)
		if err != nil {
			return err
		}
		c := o.Config
		if _, named := c.Accounts[e.Account]; named {
			c, e.Account = c.Named(e.Account), ""
		}
		e.Account = cmp.Or(e.Account, c.AccountID, registry.DefaultAccount)
		e.Region = cmp.Or(e.Region, c.Region, "us-east-1")
	}
	if e.Account != "" && !accountID.MatchString(e.Account) {
		return usagef("--account is %q, want 12 digits, or the name of an account of --config", e.Account)
	}
	if _, err := (place{region: e.Region}).context(); err != nil {
		return usagef("--region: %w", err)
	}
	return nil
}
