package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/advise"
	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/printed"
)

// adviseFlags are what suback advise understands.
type adviseFlags struct {
	o                         advise.Options
	addr, run, junit, desired string
	asJSON, list              bool
}

func (f *adviseFlags) register(fs *flag.FlagSet) {
	fs.StringVar(&f.o.Client, "client", "", "the device's client `id`; it connects by itself, as it always does")
	httpFlag(fs, &f.addr)
	fs.StringVar(&f.o.Account, "account", "", "`name` of the account; default: that of the file itself")
	fs.StringVar(&f.run, "run", "", "only the cases with these `names`, or what they begin with, as "+
		"MQTT_Publish,TLS")
	fs.BoolVar(&f.list, "list", false, "print the cases there are")
	fs.Func("timeout", "`duration` that each case may take; default: as AWS recommends, 2m or 4m",
		durationTo(&f.o.Timeout))
	fs.IntVar(&f.o.Attempts, "attempts", 5, "`number` of connections in vain by which back-off is judged, 5 "+
		"to 10")
	fs.Func("topic", "a `topic` that the device hears of; default: of its first subscription", topicTo(&f.o.Topic))
	fs.StringVar(&f.o.Payload, "payload", "", "what the device can be sent there; default: a JSON `object`")
	fs.StringVar(&f.o.Thing, "thing", "", "`name` of the device's thing; default: its certificate's, or the "+
		"client id")
	fs.StringVar(&f.o.Shadow, "shadow", "", "`name` of its shadow; default: the classic one")
	fs.StringVar(&f.desired, "desired", "", "a state that the device can be asked for, as a JSON `object`")
	fs.StringVar(&f.junit, "junit", "", "write the results into a `file`, as JUnit does")
	fs.BoolVar(&f.asJSON, "json", false, "print a JSON object for each result")
}

// advise judges a device that connects to a running gateway.
func (p *program) advise(ctx context.Context) error {
	var f adviseFlags
	fs := p.flags("advise")
	f.register(fs)
	if err := p.parse(fs); err != nil {
		return err
	}
	if f.list {
		for _, c := range advise.Cases() {
			p.line("%-56s %s", c.Name, c.About)
		}
		return nil
	}
	if err := f.check(); err != nil {
		return usageError{fmt.Errorf("advise: %w", err)}
	}
	report, err := openReport(f.junit)
	if err != nil {
		return err
	}
	defer report.close()
	ctx, cancel := p.whileRead(ctx)
	defer cancel()
	return p.judge(ctx, &f, report)
}

// check reads what was given.
func (f *adviseFlags) check() (err error) {
	f.o.URL = baseURL(f.addr)
	switch {
	case f.o.Client == "":
		return fmt.Errorf("want --client, the client id of a device; it connects to the gateway by itself")
	case f.o.Attempts < 5 || f.o.Attempts > 10:
		return fmt.Errorf("--attempts is %d, want 5 to 10", f.o.Attempts)
	}
	if f.desired != "" {
		if err := json.Unmarshal([]byte(f.desired), &f.o.Desired); err != nil || len(f.o.Desired) == 0 {
			return fmt.Errorf(`--desired is %q, want a JSON object with members, as {"on": true}`, f.desired)
		}
	}
	if f.run == "" {
		return nil
	}
	names := strings.FieldsFunc(f.run, func(r rune) bool { return r == ',' || r == ' ' })
	if f.o.Cases, err = advise.Pick(names); err == nil && len(f.o.Cases) == 0 {
		err = fmt.Errorf("--run is %q, want names of cases", f.run)
	}
	return meantCase(names, err)
}

// meantCase adds to an error about a case the one that may be meant.
func meantCase(names []string, err error) error {
	if err == nil {
		return nil
	}
	var all []string
	for _, c := range advise.Cases() {
		all = append(all, c.Name)
	}
	for _, name := range names {
		if meant := near.Name(name, all); meant != "" && !strings.EqualFold(meant, name) {
			return fmt.Errorf("--run: %w, is %s meant?", err, meant)
		}
	}
	return fmt.Errorf("--run: %w, want one of suback advise --list", err)
}

// judge runs the cases and prints their results.
func (p *program) judge(ctx context.Context, f *adviseFlags, to *report) error {
	failed := false
	progress := p.waiting(f.asJSON)
	f.o.Progress = progress
	f.o.Result = func(r *advise.Result) {
		progress("")
		failed = failed || r.Outcome == advise.Failed
		if f.asJSON {
			_ = advise.WriteJSON(p.stdout, r)
			return
		}
		for line := range strings.SplitSeq(r.Text(), "\n") {
			p.line("%s", printed.Line(line))
		}
	}
	begin := time.Now()
	results, err := advise.Run(ctx, f.o)
	progress("")
	if !f.asJSON && len(results) > 0 {
		p.line("%s, in %s", advise.Summary(results), time.Since(begin).Round(time.Second))
	}
	if err := to.fill(func(w io.Writer) error { return advise.WriteJUnit(w, f.o.Client, results) }); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("advise: interrupted; the faults that it asked for have been taken back")
	case errors.As(err, new(*url.Error)):
		return hinted{err, "suback serve starts a gateway; --http says where it listens"}
	case err != nil:
		return err
	case failed:
		return errNo
	case !slices.ContainsFunc(results, func(r *advise.Result) bool { return r.Outcome != advise.NotSeen }):
		return hinted{fmt.Errorf("advise: nothing was judged: no case of %q has been seen", f.o.Client),
			"suback watch shows who connects; the client id must be the device's own"}
	}
	return nil
}

// waiting shows on a terminal what is waited for, in a line that goes again.
func (p *program) waiting(silent bool) func(string) {
	terminal, is := p.stderr.(*os.File)
	if !is || !isTerminal(terminal) || silent {
		return func(string) {}
	}
	return func(what string) { fmt.Fprint(terminal, "\r\x1b[K", printed.Line(what)) }
}
