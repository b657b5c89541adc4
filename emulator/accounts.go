package emulator

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/admin"
	"github.com/suback/suback/emulator/config"
)

// Several accounts in one emulator
//
//   - those of suback.yaml, by name, below accounts; a reload makes, changes and ends
//     them. Each has a folder of its own in the state directory
//   - those that AddAccount makes: copies of what another's configuration says, with
//     an id, a data endpoint and keys of their own. They are for a test: they follow
//     no reload, and a restart forgets them
//   - which of them a connection belongs to: see whose.go

// maxAccounts is how many there may be, so that no loop of a script fills the memory.
const maxAccounts = 1000

// accounts are those beside the first.
type accounts struct {
	changing sync.Mutex // one is made or ended at a time; goes before mu
	mu       sync.RWMutex
	byName   map[string]*Account
	sorted   []*Account // those of the configuration first; never changed, but replaced
}

func (s *accounts) find(name string) *Account {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byName[name]
}

// all are not to be changed by the caller.
func (s *accounts) all() []*Account {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.sorted
}

func (s *accounts) put(a *Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byName == nil {
		s.byName = map[string]*Account{}
	}
	s.byName[a.Name()] = a
	s.sort()
}

// take returns one that nobody finds any more, or nil.
func (s *accounts) take(name string) *Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.byName[name]
	delete(s.byName, name)
	s.sort()
	return a
}

func (s *accounts) sort() {
	s.sorted = slices.SortedFunc(maps.Values(s.byName), func(a, b *Account) int {
		if a.of.IsCopy() != b.of.IsCopy() {
			return map[bool]int{false: -1, true: 1}[a.of.IsCopy()]
		}
		return strings.Compare(a.Name(), b.Name())
	})
}

// Accounts returns all of them, that of the file itself first.
func (e *Emulator) Accounts() []*Account {
	return append([]*Account{e.first}, e.accounts.all()...)
}

// Account returns the account of that name, nil if there is none; "" is that of the
// file itself.
func (e *Emulator) Account(name string) *Account {
	if name == "" {
		return e.first
	}
	return e.accounts.find(name)
}

// names are for a message.
func (e *Emulator) names() string {
	names := []string{`""`}
	for _, a := range e.accounts.all() {
		names = append(names, fmt.Sprintf("%q", a.Name()))
	}
	return strings.Join(names, ", ")
}

var (
	errNoAccount = admin.ErrNone
	errEnded     = errors.New("the emulator has ended")
)

// ErrAccountExists is why an account of a name that is taken is not made.
var ErrAccountExists = admin.ErrExists

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
