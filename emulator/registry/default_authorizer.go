package registry

import (
	"cmp"
	"fmt"
)

// SetDefaultAuthorizer makes an authorizer the account's default. The
// error is an *Error.
func (r *Registry) SetDefaultAuthorizer(name string) error {
	return r.alter(func() error {
		a, ok := r.authorizers.get(name)
		if !ok {
			return &Error{Code: NotFound, Kind: "account", Name: r.Account(), Field: "defaultAuthorizerName",
				Problem: r.noAuthorizer(name)}
		}
		if r.defaultAuthorizer.get() == name {
			return &Error{Code: AlreadyExists, Kind: "account", Name: r.Account(), Field: "defaultAuthorizerName",
				Problem: fmt.Sprintf("is %q already, want another", name), ResourceID: name, ResourceARN: a.AuthorizerArn}
		}
		r.defaultAuthorizer.set(name)
		return nil
	})
}

// ClearDefaultAuthorizer leaves the account without a default authorizer. The
// error is an *Error.
func (r *Registry) ClearDefaultAuthorizer() error {
	return r.alter(func() error {
		if r.defaultAuthorizer.get() == "" {
			return &Error{Code: NotFound, Kind: "account", Name: r.Account(), Problem: "has no default authorizer"}
		}
		r.defaultAuthorizer.set("")
		return nil
	})
}

// DefaultAuthorizer is the name of the account's default authorizer, "" if
// there is none.
func (r *Registry) DefaultAuthorizer() string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.defaultAuthorizer.get()
}

func (r *Registry) mendDefaultAuthorizer() {
	if _, ok := r.authorizers.get(r.defaultAuthorizer.get()); !ok {
		r.defaultAuthorizer.set("")
	}
}

func (r *Registry) noAuthorizer(name string) string {
	return fmt.Sprintf("is %q, want an authorizer that exists: %s", name,
		cmp.Or(r.authorizers.names(), "there is none"))
}
