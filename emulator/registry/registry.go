package registry

import (
	"cmp"
	"strings"
	"sync"
)

// DefaultAccount is the account of local AWS stand-ins.
const DefaultAccount = "000000000000"

// Options say which account a Registry stands for. The zero value works.
type Options struct {
	Region  string // default "us-east-1"
	Account string // 12 digits, default DefaultAccount

	// EnforcePermissions refuses to invoke a function that has no Permissions
	// at all, as AWS does. Default: such a function may be invoked. One that
	// has Permissions, be the list empty, is always held to them.
	EnforcePermissions bool

	// Note hears of the keys of a State that each change touched, in the order of the
	// changes: it is called with the lock held, and must not call back. Nil: nothing is
	// kept.
	Note func([]Change)

	// Save is called after each change, in the goroutine that made it and outside the
	// lock, before the method that makes it returns: it waits until what was noted is
	// kept. Its error becomes an *Error of InternalFailure. Nil: nobody waits.
	Save func() error

	// Changed is called after each change that may matter to those who are
	// connected, in the goroutine that made it and outside the lock. New
	// credentials and identities matter to nobody yet. Nil: nobody is told.
	Changed func()

	// Announce is called for each event, likewise. Nil: there are none.
	Announce func(Event)
}

// A Registry is the content of one account in one region.
type Registry struct {
	options Options

	mu       sync.RWMutex
	replaced uint64  // how often all of holdings was
	told     []Event // of the change that is being made
	holdings
}

// holdings are all that a State has.
type holdings struct {
	content
	parts   []part // of content
	journal *journal
}

// New returns an empty Registry, or an *Error if an option is not of AWS's
// form.
func New(o Options) (*Registry, error) {
	const account kind = "account"
	o.Region = cmp.Or(o.Region, "us-east-1")
	o.Account = cmp.Or(o.Account, DefaultAccount)
	if err := firstOf(
		account.invalid(o.Account, "region", wantRegion(o.Region)),
		account.invalid(o.Account, "accountId", wantAccount(o.Account)),
	); err != nil {
		return nil, err
	}
	r := &Registry{options: o, holdings: holdings{journal: new(journal)}}
	r.journal.closed = o.Note == nil
	r.content = r.newContent()
	return r, nil
}

// Region is the region all ARNs name.
func (r *Registry) Region() string { return r.options.Region }

// Account is the account all ARNs name, 12 digits.
func (r *Registry) Account() string { return r.options.Account }

// Partition is the first part of all ARNs after "arn", as the region has it:
// "aws", "aws-cn" or "aws-us-gov".
func (r *Registry) Partition() string {
	switch {
	case strings.HasPrefix(r.options.Region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(r.options.Region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// dnsSuffix is what the names of AWS's hosts end with in the region's
// partition, without a dot in front.
func (r *Registry) dnsSuffix() string {
	if r.Partition() == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

func (r *Registry) arn(service, resource string) string {
	return strings.Join([]string{"arn", r.Partition(), service, r.Region(), r.Account(), resource}, ":")
}

// globalARN is of a service that has no regions.
func (r *Registry) globalARN(service, resource string) string {
	return strings.Join([]string{"arn", r.Partition(), service, "", r.Account(), resource}, ":")
}

// change runs f under the lock and, if it succeeds, has it kept and tells
// Options.Changed.
func change[T any](r *Registry, f func() (T, error)) (T, error) {
	v, events, err := locked(r, f)
	if err != nil {
		return v, err
	}
	err = r.save()
	if r.options.Changed != nil {
		r.options.Changed()
	}
	for _, e := range events {
		r.options.Announce(e)
	}
	return v, err
}

// quietly is change for what matters to nobody who is connected.
func quietly[T any](r *Registry, f func() (T, error)) (T, error) {
	v, _, err := locked(r, f)
	if err == nil {
		err = r.save()
	}
	return v, err
}

// locked runs f under the lock, notes what it has changed, and returns what there is to tell of it.
func locked[T any](r *Registry, f func() (T, error)) (T, []Event, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = nil
	v, err := f()
	if changes := r.journal.take(); len(changes) > 0 {
		r.options.Note(changes)
	}
	return v, r.told, err
}

// save has a change kept.
func (r *Registry) save() error {
	if r.options.Save == nil {
		return nil
	}
	if err := r.options.Save(); err != nil {
		return &Error{Code: InternalFailure, Kind: "account", Name: r.Account(),
			Problem: "was changed, but that could not be saved: " + err.Error()}
	}
	return nil
}

// alter is change without a value.
func (r *Registry) alter(f func() error) error {
	_, err := change(r, func() (struct{}, error) { return struct{}{}, f() })
	return err
}

// look reads under the lock.
func look[V any](r *Registry, t **table[V], key string) (V, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return (*t).get(key)
}

// all returns the rows of t in the order of their keys.
func all[V any](r *Registry, t **table[V]) []V {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return (*t).values()
}
