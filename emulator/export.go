package emulator

import (
	"fmt"
	"io"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/cloudformation"
	"github.com/suback/suback/emulator/config"
)

// The formats of Export.
const (
	ExportYAML           = "yaml"           // suback.yaml
	ExportCloudFormation = "cloudformation" // a template, in YAML
)

// ExportOptions say how the present state is written. The zero value writes a
// suback.yaml without secrets.
type ExportOptions struct {
	Format string // ExportYAML, the default, or ExportCloudFormation

	// Secrets writes the secret access keys of credentials, the private keys of
	// server certificates, the environment of functions, SORACOM's keys, and headers, URLs and
	// passwords of topic rules into a suback.yaml. Without it, what needs one of them is left
	// out; a comment says what. A rule stays, with a text in its place that no gateway starts with.
	Secrets bool
}

// Export writes what there is at present, in the accounts of the configuration too: as
// a suback.yaml, with the functions and listeners of the running configuration. As a
// CloudFormation template it is the account of the file itself alone. The error is that
// of w, or about Format.
func (e *Emulator) Export(w io.Writer, o ExportOptions) error {
	if o.Format == ExportCloudFormation {
		return e.first.Export(w, o)
	}
	present, err := presentOf(e.of, o)
	if err != nil {
		return err
	}
	c, leftOut := present.Export(o.Secrets)
	for _, a := range e.accounts.all() {
		if a.of.IsCopy() {
			continue
		}
		present, err := presentOf(a.of, o)
		if err != nil {
			return err
		}
		other, lacks := present.Export(o.Secrets)
		if c.Accounts == nil {
			c.Accounts = map[string]*Config{}
		}
		c.Accounts[a.Name()] = other
		for _, note := range lacks {
			leftOut = append(leftOut, "of account "+a.Name()+": "+note)
		}
	}
	return c.Write(w, leftOut)
}

// Export writes what there is at present: as a suback.yaml, with the functions
// and listeners of the running configuration, or as a CloudFormation template
// that creates the same resources on AWS. The error is that of w, or about
// Format.
func (a *Account) Export(w io.Writer, o ExportOptions) error { return export(a.of, w, o) }

func export(a *account.Account, w io.Writer, o ExportOptions) error {
	present, err := presentOf(a, o)
	switch {
	case err != nil:
		return err
	case o.Format == ExportCloudFormation:
		return cloudformation.Write(w, present.Registry)
	}
	c, leftOut := present.Export(o.Secrets)
	return c.Write(w, leftOut)
}

// presentOf is what there is, if it is wanted in a form that there is.
func presentOf(a *account.Account, o ExportOptions) (config.Present, error) {
	if o.Format != "" && o.Format != ExportYAML && o.Format != ExportCloudFormation {
		return config.Present{}, fmt.Errorf("format is %q, want %s or %s", o.Format, ExportYAML,
			ExportCloudFormation)
	}
	return a.Present()
}
