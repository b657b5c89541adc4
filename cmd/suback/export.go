package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/printed"
)

// exportPatience is how long a running gateway has to answer.
const exportPatience = 30 * time.Second

// exportFlags are what suback export understands.
type exportFlags struct {
	format, config, state, url string
	secrets                    bool
}

// export writes the present state back as a suback.yaml, or as a CloudFormation
// template.
func (p *program) export(ctx context.Context) error {
	var f exportFlags
	fs := p.flags("export")
	fs.StringVar(&f.format, "format", emulator.ExportYAML, "yaml, a suback.yaml, or cloudformation, a template")
	fs.StringVar(&f.config, "config", "", "configuration `file` of a gateway that does not run")
	fs.StringVar(&f.state, "state", "", "`folder` of the state of a gateway that does not run")
	fs.StringVar(&f.url, "url", "",
		"`address` of a running gateway (default http://localhost:4566, unless --config or --state is given)")
	fs.BoolVar(&f.secrets, "secrets", false,
		"write secret access keys, private keys, functions' environments, what rules' headers and URLs hold too, in a suback.yaml")
	if err := p.parse(fs); err != nil {
		return err
	}
	if f.format != emulator.ExportYAML && f.format != emulator.ExportCloudFormation {
		return usagef("--format is %q, want %s or %s", f.format, emulator.ExportYAML, emulator.ExportCloudFormation)
	}
	if f.url == "" && (f.config != p.getenv("SUBACK_CONFIG") || f.state != p.getenv("SUBACK_STATE")) {
		return p.exportFiles(f)
	}
	err := p.exportRunning(ctx, f)
	failed := new(url.Error)
	switch {
	case !errors.As(err, &failed):
		return err
	case f.url == "" && f.config+f.state != "": // by the environment, as in a container
		return p.exportFiles(f)
	}
	return hinted{err, "--config and --state export what a gateway that does not run has"}
}

// exportFiles reads what a gateway left.
func (p *program) exportFiles(f exportFlags) error {
	if _, err := os.Stat(f.state); f.state != "" && err != nil {
		return fmt.Errorf("--state: %w", err)
	}
	o, err := options(f.config)
	if err != nil {
		return err
	}
	o.StateDir = f.state
	e, err := emulator.New(o)
	if err != nil && strings.Contains(err.Error(), "in use by another process") {
		return hinted{err, "suback export --url http://localhost:4566 asks the gateway that runs"}
	}
	if err != nil {
		return err
	}
	text := new(bytes.Buffer)
	err = errors.Join(e.Export(text, emulator.ExportOptions{Format: f.format, Secrets: f.secrets}), e.Close())
	return errors.Join(err, p.printExport(text))
}

// printExport prints what was exported, and says on standard error what is left out: standard output is
// a file, mostly, which may be long.
func (p *program) printExport(text *bytes.Buffer) error {
	for line := range strings.Lines(text.String()) {
		if !strings.HasPrefix(line, "#") {
			break
		}
		if note, ok := strings.CutPrefix(line, "# Left out: "); ok {
			fmt.Fprintf(p.stderr, "suback: left out: %s\n", printed.Line(strings.TrimSuffix(note, "\n")))
		}
	}
	_, err := text.WriteTo(p.stdout)
	return err
}

// exportRunning asks a gateway. It fails with a *url.Error if there is none.
func (p *program) exportRunning(ctx context.Context, f exportFlags) error {
	ctx, cancel := context.WithTimeout(ctx, exportPatience)
	defer cancel()
	base := strings.TrimSuffix(cmp.Or(f.url, baseURL(cmp.Or(p.getenv("SUBACK_HTTP"), ":4566"))), "/")
	query := url.Values{"format": {f.format}, "secrets": {fmt.Sprint(f.secrets)}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/_suback/export?"+query.Encode(), nil)
	if err != nil || req.URL.Host == "" {
		return usagef("--url is %q, want http://host:port", printed.URL(f.url))
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("no gateway at %s: %w", printed.URL(base), err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", printed.URL(base), resp.Status)
	}
	text := new(bytes.Buffer)
	if _, err := io.Copy(text, resp.Body); err != nil {
		return err
	}
	return p.printExport(text)
}
