package emulator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/hooks"
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

// Start listens. It returns when every listener is ready; ctx ends the start,
// not the emulator. After an error nothing is left running.
func (e *Emulator) Start(ctx context.Context) error {
	if err := cmp.Or(e.startAll(), ctx.Err()); err != nil {
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
	e.started = true
	for _, a := range e.Accounts() {
		if err := e.start(a); err != nil {
			return err
		}
	}
	return nil
}

// start has an account take connections, those of its own listeners too.
func (e *Emulator) start(a *Account) error {
	err := a.of.Serve()
	for _, name := range listenerNames {
		if err == nil {
			err = e.listen(a, name)
		}
	}
	for _, l := range a.listeners {
		l.serving.Go(func() { l.Serve(nil) })
	}
	return err
}

// A listener is one of an account's.
type listener struct {
	*transport.Listener
	serving sync.WaitGroup
}

// listen opens one listener of an account, unless it is off.
func (e *Emulator) listen(a *Account, name string) error {
	addr := a.options.address(name)
	if addr == "off" {
		return nil
	}
	l, err := transport.New(transport.Options{
		Name: name, Address: addr, CA: e.shared.CA, ServerNames: e.serverNames, Domain: e.domainFor(a),
		Admit: e.admit, Handler: e.handler(a, name), Path: e.pathOf,
		Upgrade:        func(f *transport.Facts) *transport.Answer { return e.whose(a, f).of.Upgrade(f) },
		Broker:         func(f *transport.Facts) transport.Broker { return e.broker(a, f) },
		Problem:        func(p transport.Problem) { e.whose(a, p.Facts).of.Problem(p) },
		BytesPerSecond: throughput(a.options.Config.Limits), Log: a.of.Logger(),
		Room: e.shared.Room, ConnectTimeout: e.bounds.RequestTime, HeaderBytes: e.bounds.HeaderBytes,
	})
	if err == nil {
		err = l.Init(a.of.Logger())
	}
	if err != nil {
		return fmt.Errorf("listener %s: %w", name, err)
	}
	a.listeners = append(a.listeners, &listener{Listener: l})
	return nil
}

// address is where a listener listens, or "off". A port alone is one of the
// loopback addresses, unless Bind opens it.
func (o Options) address(name string) string {
	addr := cmp.Or(listenerOf(o.Listeners, name), listenerOf(o.Config.Listeners, name), "127.0.0.1:0")
	if port, alone := strings.CutPrefix(addr, ":"); alone && o.Bind != BindAll {
		return "localhost:" + port
	}
	return addr
}

func listenerOf(l Listeners, name string) string {
	return map[string]string{MQTT: l.MQTT, MQTTS: l.MQTTS, HTTPS: l.HTTPS, HTTP: l.HTTP}[name]
}

// throughput is what a connection may send, and be sent, in bytes per second; 0 is anything.
func throughput(l Limits) int {
	if l.Rate == "aws" {
		return hooks.Throughput
	}
	return 0
}

// CA returns the certificate that clients must trust, in PEM.
func (e *Emulator) CA() []byte { return e.shared.CA.PEM() }
