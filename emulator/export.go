package emulator

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/cloudformation"
	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
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
	// server certificates, the environment of functions and SORACOM's keys into a
	// suback.yaml. Without it, what needs one of them is left out; a comment says
	// what.
	Secrets bool
}

// Export writes what there is at present, in the accounts of the configuration too: as
// a suback.yaml, with the functions and listeners of the running configuration. As a
// CloudFormation template it is the account of the file itself alone. The error is that
// of w, or about Format.
func (e *Emulator) Export(w io.Writer, o ExportOptions) error {
	if o.Format == ExportCloudFormation {
		return e.account.Export(w, o)
	}
	present, err := e.exporting(o)
	if err != nil {
		return err
	}
	c, leftOut := present.Export(o.Secrets)
	for _, a := range e.accounts.all() {
		if !a.isConfigured() {
			continue
		}
		present, err := a.exporting(o)
		if err != nil {
			return err
		}
		other, lacks := present.Export(o.Secrets)
		if c.Accounts == nil {
			c.Accounts = map[string]*Config{}
		}
		c.Accounts[a.name] = other
		for _, note := range lacks {
			leftOut = append(leftOut, "of account "+a.name+": "+note)
		}
	}
	return c.Write(w, leftOut)
}

// Export writes what there is at present: as a suback.yaml, with the functions
// and listeners of the running configuration, or as a CloudFormation template
// that creates the same resources on AWS. The error is that of w, or about
// Format.
func (a *Account) Export(w io.Writer, o ExportOptions) error {
	present, err := a.exporting(o)
	switch {
	case err != nil:
		return err
	case o.Format == ExportCloudFormation:
		return cloudformation.Write(w, present.Registry)
	}
	c, leftOut := present.Export(o.Secrets)
	return c.Write(w, leftOut)
}

// exporting is of a copy of the account, so that nothing changes meanwhile.
func (a *Account) exporting(o ExportOptions) (config.Present, error) {
	if o.Format != "" && o.Format != ExportYAML && o.Format != ExportCloudFormation {
		return config.Present{}, fmt.Errorf("format is %q, want %s or %s", o.Format, ExportYAML,
			ExportCloudFormation)
	}
	r, err := registry.Load(registry.Options{Region: a.registry.Region(), Account: a.registry.Account()},
		a.registry.State())
	return config.Present{Registry: r, Running: a.config(), Go: a.options.inGo(), Disorder: a.Disorder(),
		Code: a.code}, err
}

// export serves GET /_suback/export?format=yaml&secrets=true.
func (e *Emulator) export(a *Account, w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if s := q.Get("secrets"); !slices.Contains([]string{"", "true", "false"}, s) {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("secrets is %q, want true or false", s))
		return
	}
	if from := transport.FactsFrom(r.Context()).Remote.Addr(); q.Get("secrets") == "true" &&
		!a.isTrusted(r.Context(), from) {
		refuse(w, http.StatusForbidden,
			fmt.Sprintf("secrets are for this machine alone, not for %s; --functions-from %s lets it in", from, from))
		return
	}
	text := new(bytes.Buffer)
	export := a.Export
	if a == e.account {
		export = e.Export
	}
	if err := export(text, ExportOptions{Format: q.Get("format"),
		Secrets: q.Get("secrets") == "true"}); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	w.Header().Set("Content-Type", "application/yaml")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = io.Copy(w, strings.NewReader(text.String()))
}
