package registry

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
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

	// Save is called after each change of what a State has, in the goroutine that
	// made it and outside the lock, before the method that makes it returns. Its
	// error becomes an *Error of InternalFailure. Nil: nothing is kept.
	Save func() error

	// Changed is called after each change that may matter to those who are
	// connected, in the goroutine that made it and outside the lock. New
	// credentials and identities matter to nobody yet. Nil: nobody is told.
	Changed func()
}

// A Registry is the content of one account in one region.
type Registry struct {
	options Options

	mu sync.RWMutex
	content
}

// content is all that a State has; each field is a part of it, see state.go.
type content struct {
	advanced           time.Duration
	enforcePermissions bool

	functions         map[string]Function            // by name
	authorizers       map[string]Authorizer          // by name
	domains           map[string]DomainConfiguration // by name
	defaultAuthorizer string
	serverCerts       map[string]ServerCertificate // by ARN

	things        map[string]Thing             // by name
	thingTypes    map[string]ThingType         // by name
	thingGroups   map[string]ThingGroup        // by name
	billingGroups map[string]BillingGroup      // by name
	groupsOf      map[string]set               // thing groups by thing
	principals    map[string]map[string]string // type by principal, by thing

	certificates map[string]Certificate   // by id
	caCerts      map[string]CACertificate // by id
	policies     map[string]Policy        // by name
	attached     map[string]set           // policies by target

	users         map[string]User         // by name
	roles         map[string]Role         // by name
	credentials   map[string]Credential   // by access key id
	identityPools map[string]IdentityPool // by id
	identities    map[string]Identity     // by id
	roleAliases   map[string]RoleAlias    // by name

	tags map[string]map[string]string // by ARN

	registrationCode registrationCode
	logging          logging
	events           EventConfigurations
	indexing         Indexing
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
	return &Registry{options: o, content: content{
		enforcePermissions: o.EnforcePermissions,
		functions:          map[string]Function{},
		authorizers:        map[string]Authorizer{},
		domains:            map[string]DomainConfiguration{},
		serverCerts:        map[string]ServerCertificate{},
		things:             map[string]Thing{},
		thingTypes:         map[string]ThingType{},
		thingGroups:        map[string]ThingGroup{},
		billingGroups:      map[string]BillingGroup{},
		groupsOf:           map[string]set{},
		principals:         map[string]map[string]string{},
		certificates:       map[string]Certificate{},
		caCerts:            map[string]CACertificate{},
		policies:           map[string]Policy{},
		attached:           map[string]set{},
		users:              map[string]User{},
		roles:              map[string]Role{},
		credentials:        map[string]Credential{},
		identityPools:      map[string]IdentityPool{},
		identities:         map[string]Identity{},
		roleAliases:        map[string]RoleAlias{},
		tags:               map[string]map[string]string{},
		events:             newEventConfigurations(time.Now().UTC().Round(0)),
		indexing:           Indexing{ThingIndexing{}.complete(), ThingGroupIndexing{ThingGroupIndexingMode: IndexingOff}},
	}}, nil
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
	v, err := locked(r, f)
	if err != nil {
		return v, err
	}
	err = r.save()
	if r.options.Changed != nil {
		r.options.Changed()
	}
	return v, err
}

// quietly is change for what matters to nobody who is connected.
func quietly[T any](r *Registry, f func() (T, error)) (T, error) {
	v, err := locked(r, f)
	if err == nil {
		err = r.save()
	}
	return v, err
}

func locked[T any](r *Registry, f func() (T, error)) (T, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return f()
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
func look[V any](r *Registry, m map[string]V, key string) (V, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	v, ok := m[key]
	return v, ok
}

// all returns the values of m in the order of their keys.
func all[V any](r *Registry, m map[string]V) []V {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return sorted(m)
}

// sorted returns the values of m in the order of their keys.
func sorted[V any](m map[string]V) []V {
	values := make([]V, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		values = append(values, m[k])
	}
	return values
}

// A set holds names.
type set map[string]bool

func (s set) sorted() []string { return slices.Sorted(maps.Keys(s)) }

// add puts a name into the set of a key.
func add(sets map[string]set, key, name string) {
	if sets[key] == nil {
		sets[key] = set{}
	}
	sets[key][name] = true
}

// remove takes a name out of the set of a key.
func remove(sets map[string]set, key, name string) {
	if delete(sets[key], name); len(sets[key]) == 0 {
		delete(sets, key)
	}
}
