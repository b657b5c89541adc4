package emulator

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// closeTime is how long Close takes at most before the log, whatever hangs.
const closeTime = 4 * time.Second

// What a reload that hangs is called, and how long it has.
const (
	reload   = "the reload of the configuration"
	reloadBy = 2250 * time.Millisecond
)

// Close ends every connection, process and goroutine of the emulator and waits
// for them, but not for longer than 5 seconds: its error then says what hangs,
// such as a disk or a Go function that ignores the end of its context. It may be
// called more than once.
func (e *Emulator) Close() (err error) {
	e.closing.Do(func() {
		e.stop()
		all := e.last()
		for _, a := range all {
			_ = a.hook.Stop() // what waits for an authorizer gives up
		}
		err = closeInTurn(slices.Insert(closings(all), 1, closing{reload, reloadBy, e.closeWatching}))
		e.logs.Close()
	})
	return err
}

// last are the accounts to end; no other is made.
func (e *Emulator) last() []*Account {
	e.starting.Lock()
	defer e.starting.Unlock()
	e.over = true
	return e.Accounts()
}

// closeWatching waits for accounts too that are just made or ended.
func (e *Emulator) closeWatching() error {
	e.watching.Wait()
	e.accounts.changing.Lock()
	defer e.accounts.changing.Unlock()
	return nil
}

// closings are what there is to end of all accounts, the same part of each at once.
func closings(accounts []*Account) (parts []closing) {
	for _, a := range accounts {
		for i, c := range a.closings() {
			if len(parts) <= i {
				parts = append(parts, closing{c.name, c.by, func() error { return nil }})
			}
			before := parts[i].do
			parts[i].do = func() error {
				other := make(chan error, 1)
				go func() { other <- before() }()
				return errors.Join(c.do(), <-other)
			}
		}
	}
	return parts
}

// closings are what there is to end, in this order: connections need functions
// and sessions, services have what connections asked for, a reload waits for
// requests, code is removed once the file no longer names it.
func (a *Account) closings() []closing {
	return []closing{
		{"connections", 2 * time.Second, a.closeConnections},
		{"services", 2125 * time.Millisecond, a.hook.EndServices},
		{reload, reloadBy, a.closeRetiring},
		{"the account's file", 2750 * time.Millisecond, a.keeper.close},
		{"functions", 3500 * time.Millisecond, a.closeFunctions},
		{"the state's file", closeTime, a.closeStore},
	}
}

func (a *Account) closeConnections() error {
	a.hook.DisconnectAll()
	for _, l := range a.listeners {
		l.Close(func(string) { a.hook.DisconnectAll() })
		l.serving.Wait()
	}
	a.hook.DisconnectAll() // whom listeners of all have brought
	a.visits.end()         // not before, so that who has come by its own is answered
	return a.server.Close()
}

func (a *Account) closeRetiring() error {
	a.retiring.Wait()
	return nil
}

func (a *Account) closeFunctions() error {
	return errors.Join(a.present().close(nil), a.made.Close()) // a reload that hangs may be about to replace it
}

// closeStore closes the file too if the sessions' last change cannot be written: that
// is tried once more then.
func (a *Account) closeStore() error {
	if a.sessions != nil {
		_ = a.sessions.Close()
	}
	return a.store.Close()
}

// A closing is one part of an end.
type closing struct {
	name string
	by   time.Duration // since the start; the next begins then at the latest
	do   func() error
}

// closeInTurn does one after the other, and does not let one that hangs keep the
// others from it. It returns at the last one's time at the latest.
func closeInTurn(all []closing) (err error) {
	ended := make(chan int, len(all))
	failed, hanging := make([]error, len(all)), make(map[int]bool)
	start := time.Now()
	for i, c := range all {
		hanging[i] = true
		go func() {
			failed[i] = c.do()
			ended <- i
		}()
		for timeout := time.After(time.Until(start.Add(c.by))); timeout != nil && len(hanging) > 0; {
			select {
			case n := <-ended:
				delete(hanging, n)
				err = errors.Join(err, failed[n])
			case <-timeout:
				timeout = nil
			}
		}
	}
	for i, c := range all {
		if hanging[i] {
			within := time.Since(start).Round(time.Second)
			err = errors.Join(err, fmt.Errorf("close: %s: not ended within %v", c.name, within))
		}
	}
	return err
}
