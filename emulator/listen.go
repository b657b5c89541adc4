package emulator

import (
	"fmt"
	"net/netip"
	"sync"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/hooks"
)

// The listeners of an account: opened, and what they ask.

// start has an account take connections, those of its own listeners too.
func (e *Emulator) start(a *Account) error {
	var err error
	for _, name := range listenerNames {
		if err == nil {
			err = e.listen(a, name)
		}
	}
	for _, l := range a.listeners {
		l.serving.Go(func() { l.Serve(nil) })
	}
	if err == nil {
		a.of.Listening(e.httpPort(a))
	}
	return err
}

// httpPort is where plain HTTP for an account comes in: by its own listener, or the first's; 0
// if there is none.
func (e *Emulator) httpPort(a *Account) int {
	for _, of := range []*Account{a, e.first} {
		for _, l := range of.listeners {
			if l.ID() == HTTP {
				at, _ := netip.ParseAddrPort(l.Address())
				return int(at.Port())
			}
		}
	}
	return 0
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
	if err := config.CheckAddress(addr); err != nil {
		return fmt.Errorf("listener %s: the address %w", name, err)
	}
	l, err := transport.New(transport.Options{
		Name: name, Address: addr, CA: e.shared.CA, ServerNames: e.serverNames, Domain: e.domainFor(a),
		Flaw:  func(f *transport.Facts) (pki.Flaw, int) { return e.whose(a, f).of.Flaw(f) },
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

// throughput is what a connection may send, and be sent, in bytes per second; 0 is anything.
func throughput(l Limits) int {
	if l.Rate == "aws" {
		return hooks.Throughput
	}
	return 0
}
