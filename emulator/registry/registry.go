package registry

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Options say which account a Registry stands for. The zero value works.
type Options struct {
	Region  string // default "us-east-1"
	Account string // 12 digits, default "000000000000"

	// EnforcePermissions refuses to invoke a function that has no Permissions
	// at all, as AWS does. Default: such a function may be invoked. One that
	// has Permissions, be the list empty, is always held to them.
	EnforcePermissions bool
}

// A Registry is the content of one account in one region.
type Registry struct {
	options Options

	mu                sync.RWMutex
	functions         map[string]Function            // by name
	authorizers       map[string]Authorizer          // by name
	domains           map[string]DomainConfiguration // by name
	defaultAuthorizer string
}

// New returns an empty Registry, or an *Error if an option is not of AWS's
// form.
func New(o Options) (*Registry, error) {
	o.Region = cmp.Or(o.Region, "us-east-1")
	o.Account = cmp.Or(o.Account, "000000000000")
	if p := wantRegion(o.Region); p != "" {
		return nil, &Error{"account", o.Account, "region", p}
	}
	if p := wantAccount(o.Account); p != "" {
		return nil, &Error{"account", o.Account, "accountId", p}
	}
	return &Registry{
		options:     o,
		functions:   map[string]Function{},
		authorizers: map[string]Authorizer{},
		domains:     map[string]DomainConfiguration{},
	}, nil
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

func (r *Registry) arn(service, resource string) string {
	return strings.Join([]string{"arn", r.Partition(), service, r.Region(), r.Account(), resource}, ":")
}

// sorted returns the values of m in the order of their keys.
func sorted[V any](m map[string]V) []V {
	values := make([]V, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		values = append(values, m[k])
	}
	return values
}
