package emulator

import (
	"errors"
	"slices"

	"github.com/suback/suback/emulator/account"
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
			a.of.Stop() // what waits for an authorizer gives up
		}
		err = account.CloseInTurn(slices.Insert(closings(all), 1,
			account.Closing{Name: account.Reload, By: account.ReloadBy, Do: e.closeWatching}))
		e.shared.Logs.Close()
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
func closings(accounts []*Account) (parts []account.Closing) {
	for _, a := range accounts {
		for i, c := range a.closings() {
			if len(parts) <= i {
				parts = append(parts, account.Closing{Name: c.Name, By: c.By, Do: func() error { return nil }})
			}
			before := parts[i].Do
			parts[i].Do = func() error {
				other := make(chan error, 1)
				go func() { other <- before() }()
				return errors.Join(c.Do(), <-other)
			}
		}
	}
	return parts
}
