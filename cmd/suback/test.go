package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/scenario"
)

// testFlags say what of scenario files is played, where, and what is written of it.
type testFlags struct {
	target, run, transports, junit string
	mqtts, ca                      string // of a target that stands for AWS
	asJSON, tap, quiet, schema     bool
	compare, cleanup               bool
}

const onlyTCP = "tcp" // the default of --transport

func (f *testFlags) register(fs *flag.FlagSet) {
	fs.StringVar(&f.target, "target", "emulator",
		"`where` they are played: emulator; a broker as host:port, mqtts://host:port, wss://host:port/mqtt; a suback "+
			"as http://localhost:4566; or aws, with the credentials that SDKs find")
	fs.BoolVar(&f.compare, "compare", false,
		"play the files at the two targets that stand before them, and print rule by rule where they differ")
	fs.BoolVar(&f.cleanup, "cleanup", false,
		"with --target aws: remove what killed runs left there; of the runs that are named, as suback-test-k3j9x2ab, or of all")
	fs.StringVar(&f.mqtts, "mqtts-url", "",
		"where devices connect, as mqtts://host:port, if AWS_ENDPOINT_URL names what is no suback")
	fs.StringVar(&f.ca, "ca-file", "", "`file` with the authority that --mqtts-url has its certificate from, as PEM")
	fs.StringVar(&f.run, "run", "", "only scenarios whose name or a tag matches a `regexp`, or that have the rule")
	fs.StringVar(&f.transports, "transport", onlyTCP, "`list` of tcp, tls, alpn, ws and wss, or all: each scenario is played over each")
	fs.StringVar(&f.junit, "junit", "", "write the results into a `file`, as JUnit does")
	fs.BoolVar(&f.asJSON, "json", false, "print a JSON object for each result")
	fs.BoolVar(&f.tap, "tap", false, "print the results as the Test Anything Protocol has them")
	fs.BoolVar(&f.quiet, "quiet", false, "print failures and the number of results only")
	fs.BoolVar(&f.schema, "schema", false, "print the JSON Schema of scenario files, for editors")
}

// test plays scenario files.
func (p *program) test(ctx context.Context) error {
	var f testFlags
	fs := p.flags("test")
	f.register(fs)
	paths, err := p.parseWith(fs)
	switch {
	case err != nil:
		return err
	case f.schema:
		_, err := p.stdout.Write(scenario.Schema())
		return err
	case f.asJSON && f.tap:
		return usagef("test: there are --json and --tap, want one of them")
	case f.cleanup:
		return p.cleanUp(ctx, &f, paths)
	case f.compare:
		return p.compare(ctx, &f, paths)
	case f.transports != onlyTCP && f.target != "emulator":
		return usagef("test: --transport is for --target emulator; %s is reached by the way that it names", f.target)
	case len(paths) == 0:
		return usagef("test: want scenario files or folders with them, as docs/scenarios.md has one")
	}
	scenarios, err := f.scenarios(paths)
	if err != nil {
		return usageError{err}
	}
	report, err := openReport(f.junit)
	if err != nil {
		return err
	}
	defer report.close()
	ctx, cancel := p.whileRead(ctx)
	defer cancel()
	at, err := p.targetAt(ctx, &f, f.target)
	if err != nil {
		return err
	}
	defer at.close()
	cases := scenario.Cases(scenarios, at.transports...)
	err = p.play(ctx, &f, report, scenario.Runner{Target: at.Target}, cases)
	if !at.close() && err == nil {
		err = errNo
	}
	return err
}

// scenarios reads files, and picks what is asked for.
func (f *testFlags) scenarios(paths []string) ([]*scenario.Scenario, error) {
	scenarios, err := readScenarios(paths)
	if err != nil || f.run == "" {
		return scenarios, err
	}
	wanted, err := regexp.Compile(f.run)
	if err != nil {
		return nil, fmt.Errorf("--run is %q: %w", f.run, err)
	}
	scenarios = slices.DeleteFunc(scenarios, func(s *scenario.Scenario) bool {
		return !wanted.MatchString(s.Name) && !slices.ContainsFunc(s.Tags, wanted.MatchString) &&
			!slices.Contains(s.Rules, f.run)
	})
	if len(scenarios) == 0 {
		return nil, fmt.Errorf("--run is %q: no scenario has such a name, tag or rule", f.run)
	}
	return scenarios, nil
}

// readScenarios reads files, and of folders all that is YAML or JSON. All mistakes are told.
func readScenarios(paths []string) (all []*scenario.Scenario, err error) {
	var wrong []error
	for _, path := range paths {
		files, err := filesIn(path, ".yaml", ".yml", ".json")
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			scenarios, err := scenario.Load(file)
			wrong = append(wrong, err)
			all = append(all, scenarios...)
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("there are no scenarios in %s, want files that end in .yaml, .yml or .json",
			strings.Join(paths, ", "))
	}
	return all, nil
}

// filesIn are a path itself, or of a folder the files that end so. A pipe or a device among them, on
// which one would wait for ever, is nobody's.
func filesIn(path string, endings ...string) (files []string, err error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return []string{path}, nil
	}
	err = filepath.WalkDir(path, func(file string, _ fs.DirEntry, err error) error {
		if err != nil || !slices.Contains(endings, filepath.Ext(file)) {
			return err
		}
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			files = append(files, file)
		}
		return nil
	})
	return files, err
}

// play plays cases and prints their results.
func (p *program) play(ctx context.Context, f *testFlags, to *report, r scenario.Runner,
	cases []scenario.Case) error {
	progress, failed := p.progress(f, len(cases)), false
	results := r.Play(ctx, cases, func(r *scenario.Result) {
		progress("")
		failed = failed || r.Problem != ""
		switch {
		case f.asJSON:
			_ = scenario.WriteJSON(p.stdout, r)
		case f.tap || f.quiet && r.Problem == "":
		default:
			fmt.Fprintln(p.stdout, r.Text())
		}
		progress(r.Name)
	})
	progress("")
	if f.tap {
		if err := scenario.WriteTAP(p.stdout, results); err != nil {
			return err
		}
	}
	if !f.asJSON && !f.tap {
		fmt.Fprintln(p.stdout, scenario.Summary(results))
	}
	if err := to.fill(func(w io.Writer) error { return scenario.WriteJUnit(w, results) }); err != nil {
		return err
	}
	if failed {
		return errNo
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return unplayed(results)
}

// unplayed is a mistake of the call if its target can play none of the scenarios.
func unplayed(results []*scenario.Result) error {
	if err := scenario.Unplayed(results); err != nil {
		return usageError{fmt.Errorf("%w: see docs/scenarios.md for what each --target plays", err)}
	}
	return nil
}

// progress shows on a terminal how many results there are, in a line that goes again.
func (p *program) progress(f *testFlags, all int) func(name string) {
	terminal, is := p.stderr.(*os.File)
	if !is || !isTerminal(terminal) || f.asJSON || f.tap {
		return func(string) {}
	}
	n := 0
	return func(name string) {
		if name == "" {
			fmt.Fprint(terminal, "\r\x1b[K")
			return
		}
		n++
		fmt.Fprintf(terminal, "%d of %d", n, all)
	}
}
