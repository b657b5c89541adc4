package emulator

import (
	"errors"
	"fmt"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/config"
)

// Accounts are made and ended while the emulator runs.

// add makes an account and starts it, if the emulator has started.
func (e *Emulator) add(name string, o Options, copyOf string) (*Account, error) {
	if err := config.CheckAccountName(name); err != nil {
		return nil, err
	}
	if e.Account(name) != nil {
		return nil, fmt.Errorf("account %q: %w", name, ErrAccountExists)
	}
	a, err := e.newAccount(name, o, copyOf)
	if err != nil {
		return nil, err
	}
	e.starting.Lock()
	defer e.starting.Unlock()
	if e.over {
		return nil, errors.Join(errEnded, account.CloseInTurn(a.closings()))
	}
	if e.started {
		if err := e.start(a); err != nil {
			return nil, errors.Join(err, account.CloseInTurn(a.closings()))
		}
	}
	e.accounts.put(a)
	return a, nil
}

// RemoveAccount ends an account: its connections, its functions, and, of one that
// [Emulator.AddAccount] made, all that was in it.
func (e *Emulator) RemoveAccount(name string) error {
	e.accounts.changing.Lock()
	defer e.accounts.changing.Unlock()
	if name == "" {
		return errors.New("the account of the file itself ends with the emulator")
	}
	if a := e.accounts.find(name); a != nil && !a.of.IsCopy() {
		return fmt.Errorf("account %q is one of the configuration's, which says when it ends", name)
	}
	return e.remove(name)
}

func (e *Emulator) remove(name string) error {
	a, err := e.take(name)
	if err != nil {
		return err
	}
	a.of.Stop()
	return account.CloseInTurn(a.closings())
}

// take leaves an account to the caller, who ends it. After the emulator's end it is
// that which does.
func (e *Emulator) take(name string) (*Account, error) {
	e.starting.Lock()
	defer e.starting.Unlock()
	if e.over {
		return nil, errEnded
	}
	a := e.accounts.take(name)
	if a == nil {
		return nil, fmt.Errorf("account %q: %w, want one of %s", name, errNoAccount, e.names())
	}
	return a, nil
}

// closings are what there is to end of the account.
func (a *Account) closings() []account.Closing {
	return a.of.Closings(func(disconnect func()) {
		for _, l := range a.listeners {
			l.Close(func(string) { disconnect() })
			l.serving.Wait()
		}
	})
}
