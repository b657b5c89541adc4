package emulator

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/suback/suback/emulator/admin"
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
