package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/suback/suback/emulator/guest"
	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/printed"
	"github.com/suback/suback/emulator/scenario"
	"github.com/suback/suback/emulator/tree"
)

// A testTarget is where scenarios are played, and by which ways it is reached.
type testTarget struct {
	scenario.Target
	name       string
	transports []scenario.Transport
	// close removes what was made there, once; false if something is left.
	close func() bool
}

// targetAt opens a target by what users call it. Whoever has it closes it.
func (p *program) targetAt(ctx context.Context, f *testFlags, name string) (testTarget, error) {
	at := testTarget{name: name, close: func() bool { return true }}
	switch {
	case name == "emulator":
		transports, err := f.emulatorTransports()
		at.Target, at.transports = scenario.Emulator{}, transports
		return at, err
	case name == "aws":
		o, err := f.guest()
		if err != nil {
			return at, err
		}
		return p.visit(ctx, at, o)
	case strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://"):
		there := scenario.Suback{URL: name}
		if err := there.Check(ctx); err != nil {
			return at, hinted{err, "a target that begins with http is a suback that runs, as http://localhost:4566"}
		}
		p.grace.Store(max(p.grace.Load(), int64(scenario.EndTime)))
		at.Target, at.transports = there, there.Transports()
		return at, nil
	}
	broker, err := scenario.ParseBroker(name)
	if err != nil {
		if meant := near.Name(name, []string{"emulator", "aws"}); meant != "" {
			err = fmt.Errorf("there is no target %q, is %s meant?", name, meant)
		}
		return at, usageError{err}
	}
	if err := broker.Check(ctx); err != nil {
		return at, fmt.Errorf("target %s: %w", printed.URL(name), err)
	}
	at.Target, at.transports = broker, broker.Transports()
	return at, nil
}

// emulatorTransports are those of --transport.
func (f *testFlags) emulatorTransports() (transports []scenario.Transport, err error) {
	if f.transports == "all" {
		return scenario.AllTransports(), nil
	}
	for name := range strings.SplitSeq(f.transports, ",") {
		t := scenario.Transport(strings.TrimSpace(name))
		if !slices.Contains(scenario.AllTransports(), t) {
			return nil, usagef("--transport has %q, want tcp, tls, alpn, ws, wss or all", name)
		}
		if !slices.Contains(transports, t) {
			transports = append(transports, t)
		}
	}
	return transports, nil
}

// guest are the options for an account of AWS's.
func (f *testFlags) guest() (o guest.Options, err error) {
	o.MQTTS = strings.TrimPrefix(f.mqtts, "mqtts://")
	if f.ca != "" {
		o.CA, err = tree.ReadFile(f.ca, tree.MaxFile)
	}
	return o, err
}

// visit opens an account, says which it is before anything is made there, and removes all of
// it at the end, which may take its time after a signal too.
func (p *program) visit(ctx context.Context, at testTarget, o guest.Options) (testTarget, error) {
	a, err := guest.Open(ctx, o)
	if err != nil {
		return at, err
	}
	p.grace.Store(max(p.grace.Load(), int64(guest.RemovalTime)))
	fmt.Fprintf(p.stderr, "suback: %s\n", printed.Line(a.String()))
	at.Target = scenario.NewAWS(a)
	at.transports = at.Transports()
	at.close = sync.OnceValue(func() bool {
		if ctx.Err() != nil {
			fmt.Fprintln(p.stderr, "suback: interrupted; what was made there is being removed, which may take minutes at "+
				"AWS; another signal leaves it there")
		}
		return p.leave(a, at.name)
	})
	return at, nil
}

// leave removes what was made in an account, and prints what it could not with the commands
// that do.
func (p *program) leave(a *guest.Account, target string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), guest.RemovalTime)
	defer cancel()
	left := a.Close(ctx)
	for _, l := range left {
		fmt.Fprintf(p.stderr, "suback: error: %s is left: %s; what removes it:\n", printed.Line(l.What),
			printed.Line(l.Err.Error()))
		for _, command := range l.Commands {
			fmt.Fprintf(p.stderr, "    %s\n", printed.Line(command))
		}
	}
	if len(left) > 0 {
		fmt.Fprintf(p.stderr, "suback: hint: suback test --target %s --cleanup removes it too\n", target)
	}
	return len(left) == 0
}
