package main

import (
	"context"
	"fmt"
	"os/signal"
	"regexp"
	"syscall"

	"github.com/suback/suback/emulator/guest"
	"github.com/suback/suback/emulator/scenario"
)

// compare plays scenarios at two targets, and prints where they differ.
func (p *program) compare(ctx context.Context, f *testFlags, args []string) error {
	if len(args) < 3 || f.tap || f.junit != "" {
		return usagef("test: --compare wants two targets and files, as in --compare emulator aws tests/; and prints JSON or text")
	}
	scenarios, err := f.scenarios(args[2:])
	if err != nil {
		return usageError{err}
	}
	ctx, cancel := p.whileRead(ctx)
	defer cancel()
	var at [2]testTarget
	for i, name := range args[:2] {
		if at[i], err = p.targetAt(ctx, f, name); err != nil {
			return err
		}
		defer at[i].close()
	}
	var results [2][]*scenario.Result
	settles := false
	for i := range at {
		own, other := at[i], at[1-i]
		transports := own.transports[:1]
		if own.name == "emulator" && other.name != "emulator" {
			transports = other.transports // so that both do the same
		}
		if aws, is := own.Target.(scenario.AWS); is && aws.Account.Own {
			settles = true
		}
		if broker, is := own.Target.(scenario.Broker); is {
			broker.Everything = true
			own.Target = broker
		}
		progress := p.progress(f, len(scenarios))
		results[i] = scenario.Runner{Target: own.Target}.Play(ctx, scenario.Cases(scenarios, transports...),
			func(r *scenario.Result) { progress(""); progress(r.Name) })
		progress("")
	}
	good := at[0].close()
	good = at[1].close() && good
	if err := ctx.Err(); err != nil {
		return err
	}
	names := [2]string{at[0].name, at[1].name}
	if err := p.compared(f, scenario.NewComparison(names, settles, results[0], results[1]), good); err != nil {
		return err
	}
	for _, one := range results {
		if err := unplayed(one); err != nil {
			return err
		}
	}
	return nil
}

// compared prints a comparison.
func (p *program) compared(f *testFlags, c scenario.Comparison, good bool) error {
	if f.asJSON {
		if err := c.WriteJSON(p.stdout); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(p.stdout, c.Text())
	}
	if !c.Same() || !good {
		return errNo
	}
	return nil
}

var runName = regexp.MustCompile(`^` + guest.Prefix + `-[a-z2-7]{8}-?$`)

// cleanUp removes what killed runs left on AWS.
func (p *program) cleanUp(ctx context.Context, f *testFlags, runs []string) error {
	if f.target != "aws" {
		return usagef("test: --cleanup wants --target aws: what is made elsewhere ends by itself")
	}
	for _, run := range runs {
		if !runName.MatchString(run) {
			return usagef("test: --cleanup has %q, want the name of a run as %s-k3j9x2ab, or none for all", run, guest.Prefix)
		}
	}
	o, err := f.guest()
	if err != nil {
		return err
	}
	a, err := guest.Open(ctx, o)
	if err != nil {
		return err
	}
	signal.Ignore(syscall.SIGPIPE) // it goes on without a reader
	p.grace.Store(int64(guest.RemovalTime))
	fmt.Fprintf(p.stderr, "suback: account %s, region %s, as %s\n", a.ID, a.Region, a.Identity)
	n, err := a.Find(ctx, runs)
	if err != nil {
		return err
	}
	if !p.leave(a, f.target) {
		return errNo
	}
	fmt.Fprintf(p.stdout, "%d removed\n", n)
	return nil
}
