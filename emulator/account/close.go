package account

import (
	"errors"
	"fmt"
	"time"
)

// How an account ends: in turn, and each part within its time, whatever hangs.

// closeTime is how long all takes at most.
const closeTime = 4 * time.Second

// What a reload that hangs is called, and how long it has.
const (
	Reload   = "the reload of the configuration"
	ReloadBy = 2250 * time.Millisecond
)

// Stop has what waits for an authorizer give up; it comes before all Closings.
func (a *Account) Stop() { _ = a.hook.Stop() }

// Closings are what there is to end, in this order, after the listeners, which are not the
// account's: listeners closes them, and calls disconnect when one takes nobody any more.
// Connections need functions
// and sessions, services have what connections asked for, a reload waits for
// requests, code is removed once the file no longer names it.
func (a *Account) Closings(listeners func(disconnect func())) []Closing {
	return []Closing{
		{"connections", 2 * time.Second, func() error { return a.closeConnections(listeners) }},
		{"rules", 2100 * time.Millisecond, a.rules.Close},
		{"services", 2125 * time.Millisecond, a.hook.EndServices},
		{Reload, ReloadBy, a.closeRetiring},
		{"the account's file", 2750 * time.Millisecond, a.keeper.close},
		{"functions", 3500 * time.Millisecond, a.closeFunctions},
		{"the state's file", closeTime, a.closeStore},
	}
}

func (a *Account) closeConnections(listeners func(disconnect func())) error {
	a.hook.DisconnectAll()
	listeners(a.hook.DisconnectAll)
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
	a.stories.Close()
	return a.store.Close()
}

// A Closing is one part of an end.
type Closing struct {
	Name string
	By   time.Duration // since the start; the next begins then at the latest
	Do   func() error
}

// CloseInTurn does one after the other, and does not let one that hangs keep the
// others from it. It returns at the last one's time at the latest.
func CloseInTurn(all []Closing) (err error) {
	ended := make(chan int, len(all))
	failed, hanging := make([]error, len(all)), make(map[int]bool)
	start := time.Now()
	for i, c := range all {
		hanging[i] = true
		go func() {
			failed[i] = c.Do()
			ended <- i
		}()
		for timeout := time.After(time.Until(start.Add(c.By))); timeout != nil && len(hanging) > 0; {
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
			err = errors.Join(err, fmt.Errorf("close: %s: not ended within %v", c.Name, within))
		}
	}
	return err
}
