package emulator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
)

// An Emulator is AWS IoT's device gateway, for one AWS account or several. What
// the Account in it offers is about that of the configuration itself; see
// [Emulator.Account] for others. Methods are safe for concurrent use.
type Emulator struct {
	*first
	*gateway
	accounts accounts // beside that

	reloading sync.Mutex
	watching  sync.WaitGroup
	stop      context.CancelFunc // ends the watching
	closing   sync.Once
}

// The first account, of the file itself, is embedded under a name of its own, since there is
// a method of the other.
type first = Account

// New assembles an emulator. Nothing listens and no process runs before
// [Emulator.Start]. An error about the configuration names its file and line.
func New(o Options) (*Emulator, error) {
	if o.Config == nil {
		o.Config = &Config{}
	}
	if o.Bind != "" && o.Bind != BindLoopback && o.Bind != BindAll {
		return nil, fmt.Errorf("bind is %q, want %s or %s", o.Bind, BindLoopback, BindAll)
	}
	if d := o.Durability; d != "" && d != DurableProcess && d != DurableDisk {
		return nil, fmt.Errorf("durability is %q, want %s or %s", d, DurableProcess, DurableDisk)
	}
	if o.Durability == DurableDisk && o.StateDir == "" {
		return nil, fmt.Errorf("durability is %q, but nothing is kept: want a state directory, too", o.Durability)
	}
	if m := o.Enforce; m != "" && m != EnforceDeny && m != EnforceLog {
		return nil, fmt.Errorf("enforce is %q, want %s or %s", m, EnforceDeny, EnforceLog)
	}
	g, err := newGateway(o)
	if err != nil {
		return nil, err
	}
	defer g.shared.Logs.Flush() // what New has to say is said when it returns
	e := &Emulator{gateway: g, stop: func() {}}
	g.shared.FunctionsOff = func() bool { return e.of.Config().FunctionsAPI == "off" }
	if e.first, err = e.newAccount("", o, ""); err != nil {
		return nil, err
	}
	for _, name := range o.Config.AccountNames() {
		if _, err := e.add(name, o.named(o.Config, name), ""); err != nil {
			return nil, errors.Join(err, e.Close())
		}
	}
	return e, nil
}

// errOnce is that of a second Start, and of one after Close.
var errOnce = errors.New("an emulator starts once, want another one of New")

// Start listens. It returns when every listener is ready; ctx ends the start,
// not the emulator. After an error nothing is left running, but for one that has started before.
func (e *Emulator) Start(ctx context.Context) error {
	err := e.startAll()
	if errors.Is(err, errOnce) {
		return err
	}
	if err := cmp.Or(err, ctx.Err()); err != nil {
		return errors.Join(err, e.Close())
	}
	if file, seen := e.options.Config.File(); seen != "" && e.options.Watch {
		var watching context.Context
		watching, e.stop = context.WithCancel(context.Background())
		e.watching.Go(func() { e.watch(watching, file, seen) })
	}
	return nil
}

// startAll starts all accounts that there are; those to come are started when they are
// made.
func (e *Emulator) startAll() error {
	e.starting.Lock()
	defer e.starting.Unlock()
	if e.started || e.over {
		return errOnce
	}
	e.started = true
	for _, a := range e.Accounts() {
		if err := e.start(a); err != nil {
			return err
		}
	}
	return nil
}

// CA returns the certificate that clients must trust, in PEM.
func (e *Emulator) CA() []byte { return e.shared.CA.PEM() }
