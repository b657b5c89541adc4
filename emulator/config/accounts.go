package config

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/registry"
)

var accountName = regexp.MustCompile(`\A[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?\z`)

// CheckAccountName keeps a name to what may stand in a host name, a path and a file name.
func CheckAccountName(name string) error {
	if accountName.MatchString(name) {
		return nil
	}
	return fmt.Errorf("account name is %q, want 1 to 32 letters a to z, digits or -, no - at either end", name)
}

// IDOf is the id of an account that is given none, the same for the same name.
func IDOf(name string) string {
	sum := sha256.Sum256([]byte("account " + name))
	return fmt.Sprintf("%012d", 100_000_000_000+binary.BigEndian.Uint64(sum[:])%900_000_000_000)
}

// Named returns the configuration of one of Accounts, with its defaults.
func (c *Config) Named(name string) *Config {
	sub := Config{}
	if c.Accounts[name] != nil {
		sub = *c.Accounts[name]
	}
	sub.name = name
	sub.Region = cmp.Or(sub.Region, c.Region)
	if sub.AccountID == "" {
		sub.AccountID = IDOf(name)
	}
	off := noListeners()
	sub.Listeners = Listeners{
		MQTT: cmp.Or(sub.Listeners.MQTT, off.MQTT), MQTTS: cmp.Or(sub.Listeners.MQTTS, off.MQTTS),
		HTTPS: cmp.Or(sub.Listeners.HTTPS, off.HTTPS), HTTP: cmp.Or(sub.Listeners.HTTP, off.HTTP),
	}
	return &sub
}

// Copy returns the configuration of an account of another name and id in which there is the
// same. It has neither Accounts nor listeners, and an endpoint of its own.
func (c *Config) Copy(name, id string) *Config {
	other := *c
	other.name, other.AccountID = name, id
	other.Accounts, other.EndpointAddress, other.Listeners = nil, "", noListeners()
	return &other
}

func noListeners() Listeners { return Listeners{MQTT: "off", MQTTS: "off", HTTPS: "off", HTTP: "off"} }

// AccountNames are those of Accounts, sorted.
func (c *Config) AccountNames() []string { return slices.Sorted(maps.Keys(c.Accounts)) }

// placeAccounts gives each of Accounts its place in the file.
func (c *Config) placeAccounts() {
	var list *yaml.Node
	if len(c.where.Content) > 0 {
		list, _ = child(c.where.Content[0], "accounts")
	}
	for _, name := range c.AccountNames() {
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
	return each(c.AccountNames(), func(_ int, name string) error {
		at := []any{"accounts", name}
		if err := CheckAccountName(name); err != nil {
			return c.Errorf(at, "%v", err)
		}
		sub := c.Named(name)
		if len(sub.Accounts) > 0 {
			return c.Errorf(append(at, "accounts"), "account %q has accounts, want them beside it", name)
		}
		return sub.check()
	})
}

// checkDomains finds a domain name that several accounts have: what comes for it can be
// only one's.
func (c *Config) checkDomains() error {
	owner := map[string]string{}
	all := []error{c.claimDomains(owner, "")}
	for _, name := range c.AccountNames() {
		all = append(all, c.Named(name).claimDomains(owner, name))
	}
	return errors.Join(all...)
}

// claimDomains notes whose the domain names of an account are.
func (c *Config) claimDomains(owner map[string]string, account string) error {
	return each(c.DomainConfigurations, func(i int, d registry.DomainConfiguration) error {
		domain := strings.ToLower(d.DomainName)
		other, taken := owner[domain]
		if domain == "" || !taken || other == account {
			owner[domain] = account
			return nil
		}
		return c.Errorf([]any{"domainConfigurations", i, "domainName"},
			"account %q: domainName %q is account %q's too, want one account for it", account, d.DomainName, other)
	})
}

// refusedAccounts finds what the registries of Accounts refuse.
func (c *Config) refusedAccounts() error {
	return each(c.AccountNames(), func(_ int, name string) error {
		_, err := c.Named(name).Registry(InGo{}, nil)
		return err
	})
}
