package config

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"

	"github.com/suback/suback/emulator/endorse"
	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/services/shadow"
	"gopkg.in/yaml.v3"
)

// Present is what an account has at present, to be exported.
type Present struct {
	*registry.Registry          // a copy, in which nothing changes
	Running            *Config  // what it runs with
	Go                 InGo     // and beside that
	Disorder           Disorder // which may have been set since
	Code               *functions.Code
	Shadows            *shadow.Shadows // nil: none
}

// Export makes the configuration of what there is. Without secrets it leaves out what has
// or needs one; leftOut says what is not in it, a line each.
func (p Present) Export(secrets bool) (c *Config, leftOut []string) {
	x := &exporting{Present: p, secrets: secrets}
	return x.all(), x.notes
}

// An exporting makes the configuration of what a registry holds.
type exporting struct {
	Present
	secrets bool
	notes   []string // what is left out
}

// all is the whole configuration.
func (x *exporting) all() *Config {
	was := x.Running
	c := &Config{
		Region: x.Region(), AccountID: x.Account(), EndpointAddress: was.EndpointAddress, Listeners: was.Listeners,
		Limits:            was.Limits,
		Disorder:          x.Disorder,
		Enforce:           was.Enforce,
		Actions:           was.Actions,
		LambdaPermissions: was.LambdaPermissions, FunctionsAPI: was.FunctionsAPI,
		dir: was.dir,
	}
	for _, k := range kinds() {
		k.read(x, c)
	}
	c.Shadows = x.shadows()
	c.Soracom = x.soracom()
	x.withoutGo(c)
	return c
}

// soracom is the running configuration's.
func (x *exporting) soracom() *endorse.Config {
	if x.Running.Soracom == nil || x.secrets {
		return x.Running.Soracom
	}
	c := *x.Running.Soracom
	if len(c.AuthKeys)+len(c.Users) > 0 {
		x.notes = append(x.notes, "SORACOM's authKeys and users, which --secrets would write")
	}
	c.AuthKeys, c.Users = nil, nil
	return &c
}

// Write writes a configuration that was exported, with comments that say what is left out.
// The error is that of w.
func (c *Config) Write(w io.Writer, leftOut []string) error {
	text := new(bytes.Buffer)
	fmt.Fprintln(text, "# The state of a gateway, written by suback export. Not in it: dates, versions of")
	fmt.Fprintln(text, "# things and groups, temporary keys, the registration code, the clock.")
	if c.dir != "" {
		fmt.Fprintf(text, "# Relative paths are relative to %s.\n", filepath.ToSlash(c.dir))
	}
	for _, note := range leftOut {
		fmt.Fprintf(text, "# Left out: %s.\n", note)
	}
	fmt.Fprintln(text)
	out := yaml.NewEncoder(text)
	out.SetIndent(2)
	if err := out.Encode(c.node()); err != nil {
		return err
	}
	_, err := w.Write(text.Bytes())
	return err
}
