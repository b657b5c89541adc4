package emulator

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
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
}

func (s *accounts) find(name string) *Account {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.byName[name]
}

func (s *accounts) put(a *Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byName == nil {
		s.byName = map[string]*Account{}
	}
	s.byName[a.name] = a
}

// take returns one that nobody finds any more, or nil.
func (s *accounts) take(name string) *Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.byName[name]
	delete(s.byName, name)
	return a
}

// sorted are all of them, by name.
func (s *accounts) sorted() []*Account {
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]*Account, 0, len(s.byName))
	for _, name := range slices.Sorted(maps.Keys(s.byName)) {
		all = append(all, s.byName[name])
	}
	return all
}

// Accounts returns all of them, that of the file itself first.
func (e *Emulator) Accounts() []*Account {
	return append([]*Account{e.account}, e.accounts.sorted()...)
}

// Account returns the account of that name, nil if there is none; "" is that of the
// file itself.
func (e *Emulator) Account(name string) *Account {
	if name == "" {
		return e.account
	}
	return e.accounts.find(name)
}

// AccountOptions say what [Emulator.AddAccount] makes. The zero value copies the
// account of the file itself.
type AccountOptions struct {
	Name string // letters a to z, digits and -, 1 to 32; default: one that is free
	From string // whose configuration it gets; default: that of the file itself
	ID   string // 12 digits; default: one of its name
}

// AddAccount makes an account in which there is what another's configuration says,
// and nothing of what happened there. ARNs name its own id. It has a listener for
// plain MQTT of its own, where the emulator has one; see [Account.Addr].
func (e *Emulator) AddAccount(o AccountOptions) (*Account, error) {
	e.accounts.changing.Lock()
	defer e.accounts.changing.Unlock()
	from := e.Account(o.From)
	switch {
	case from == nil:
		return nil, fmt.Errorf("account %q to copy: %w, want one of %s", o.From, errNoAccount, e.names())
	case len(e.accounts.sorted()) >= maxAccounts:
		return nil, fmt.Errorf("there are %d accounts, want no more: end those that are not used", maxAccounts)
	}
	if o.Name == "" {
		o.Name = e.freeName()
	}
	if o.ID == "" {
		o.ID = idOf(o.Name)
	}
	c := *from.config()
	c.Accounts, c.EndpointAddress, c.Listeners = nil, "", Listeners{MQTT: "off", MQTTS: "off", HTTPS: "off", HTTP: "off"}
	if e.Addr(MQTT) != "" {
		c.Listeners.MQTT = ":0"
	}
	options := from.options
	was := from.ID()
	c.name, c.AccountID = o.Name, o.ID
	options.Config, options.StateDir, options.Listeners, options.copied = &c, "", Listeners{}, &copied{from: was}
	return e.add(o.Name, options)
}

// freeName is a name that no account has.
func (e *Emulator) freeName() string {
	for n := 1; ; n++ {
		if name := fmt.Sprintf("account-%d", n); e.Account(name) == nil {
			return name
		}
	}
}

// names are for a message.
func (e *Emulator) names() string {
	names := []string{`""`}
	for _, a := range e.accounts.sorted() {
		names = append(names, fmt.Sprintf("%q", a.name))
	}
	return strings.Join(names, ", ")
}

var errNoAccount = errors.New("there is none of that name")

// ErrAccountExists is why an account of a name that is taken is not made.
var ErrAccountExists = errors.New("there is an account of that name already")

// add makes an account and starts it, if the emulator has started.
func (e *Emulator) add(name string, o Options) (*Account, error) {
	if err := checkAccountName(name); err != nil {
		return nil, err
	}
	if e.Account(name) != nil {
		return nil, fmt.Errorf("account %q: %w", name, ErrAccountExists)
	}
	a, err := newAccount(e.gateway, name, o)
	if err != nil {
		return nil, err
	}
	e.starting.Lock()
	defer e.starting.Unlock()
	if e.started {
		if err := e.start(a); err != nil {
			return nil, errors.Join(err, closeInTurn(a.closings()))
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
	if a := e.accounts.find(name); a != nil && a.isConfigured() {
		return fmt.Errorf("account %q is one of the configuration's, which says when it ends", name)
	}
	return e.remove(name)
}

func (e *Emulator) remove(name string) error {
	a := e.accounts.take(name)
	if a == nil {
		return fmt.Errorf("account %q: %w, want one of %s", name, errNoAccount, e.names())
	}
	_ = a.hook.Stop()
	return closeInTurn(a.closings())
}

// isConfigured tells an account of suback.yaml.
func (a *Account) isConfigured() bool { return a.options.copied == nil }

var accountName = regexp.MustCompile(`\A[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?\z`)

// checkAccountName keeps to what may stand in a host name, a path and a file name.
func checkAccountName(name string) error {
	if accountName.MatchString(name) {
		return nil
	}
	return fmt.Errorf("account name is %q, want 1 to 32 letters a to z, digits or -, no - at either end", name)
}

// idOf is the id of an account that is given none, the same for the same name.
func idOf(name string) string {
	sum := sha256.Sum256([]byte("account " + name))
	return fmt.Sprintf("%012d", 100_000_000_000+binary.BigEndian.Uint64(sum[:])%900_000_000_000)
}

// named returns the configuration of one of Accounts, with its defaults.
func (c *Config) named(name string) *Config {
	sub := Config{}
	if c.Accounts[name] != nil {
		sub = *c.Accounts[name]
	}
	sub.name = name
	sub.Region = cmp.Or(sub.Region, c.Region)
	if sub.AccountID == "" {
		sub.AccountID = idOf(name)
	}
	off := Listeners{MQTT: "off", MQTTS: "off", HTTPS: "off", HTTP: "off"}
	sub.Listeners = Listeners{
		MQTT: cmp.Or(sub.Listeners.MQTT, off.MQTT), MQTTS: cmp.Or(sub.Listeners.MQTTS, off.MQTTS),
		HTTPS: cmp.Or(sub.Listeners.HTTPS, off.HTTPS), HTTP: cmp.Or(sub.Listeners.HTTP, off.HTTP),
	}
	return &sub
}

// accountNames are those of Accounts, sorted.
func (c *Config) accountNames() []string { return slices.Sorted(maps.Keys(c.Accounts)) }

// placeAccounts gives each of Accounts its place in the file.
func (c *Config) placeAccounts() {
	var list *yaml.Node
	if len(c.where.Content) > 0 {
		list, _ = child(c.where.Content[0], "accounts")
	}
	for _, name := range c.accountNames() {
		if c.Accounts[name] == nil {
			c.Accounts[name] = &Config{}
		}
		sub := c.Accounts[name]
		sub.file, sub.dir, sub.where = c.file, c.dir, new(yaml.Node)
		if list == nil {
			continue
		}
		if n, _ := child(list, name); n != nil {
			sub.where.Content = []*yaml.Node{n}
		}
	}
}

// checkAccounts finds what is wrong with Accounts.
func (c *Config) checkAccounts() error {
	return each(c.accountNames(), func(_ int, name string) error {
		at := []any{"accounts", name}
		if err := checkAccountName(name); err != nil {
			return c.errorf(at, "%v", err)
		}
		sub := c.named(name)
		if len(sub.Accounts) > 0 {
			return c.errorf(append(at, "accounts"), "account %q has accounts, want them beside it", name)
		}
		return sub.check()
	})
}

// refusedAccounts finds what the registries of Accounts refuse.
func (c *Config) refusedAccounts() error {
	return each(c.accountNames(), func(_ int, name string) error {
		_, err := (Options{Config: c.named(name)}).registry()
		return err
	})
}

// named returns the options of an account of the configuration.
func (o Options) named(c *Config, name string) Options {
	o.Config, o.Authorizer, o.Listeners = c.named(name), nil, Listeners{} // they are the emulator's
	if o.StateDir != "" {
		o.StateDir = filepath.Join(o.StateDir, "accounts", name)
	}
	return o
}
