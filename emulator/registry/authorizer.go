package registry

import (
	"crypto/rsa"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Authorizers
//
//   - names and sizes as in AWS's API
//   - a new one is INACTIVE unless said otherwise [A-59, guess]
//   - with signing, a token key name and a key are required
//   - keys are RSA of 2048 bits or more, in PEM blocks PUBLIC KEY; at
//     most two of them
//   - the function is not looked for at creation [A-72, guess]

// The two values of Authorizer.Status. An INACTIVE authorizer is not used.
const (
	Active   = "ACTIVE"
	Inactive = "INACTIVE"
)

const authorizer kind = "authorizer"

// authorizerShape is how authorizers are kept.
func authorizerShape() shape[Authorizer] {
	return shape[Authorizer]{kind: "authorizers", derive: (*Authorizer).derive,
		arn: func(a Authorizer) string { return a.AuthorizerArn }}
}

const (
	maxSigningKeys       = 2
	maxPEM               = 5120 // characters
	maxActiveAuthorizers = 32
	maxAuthorizers       = 100
)

// An Authorizer is AWS IoT's custom authorizer.
type Authorizer struct {
	AuthorizerName string `json:"authorizerName" yaml:"authorizerName"`
	AuthorizerArn  string `json:"authorizerArn" yaml:"-"` // given by CreateAuthorizer

	// AuthorizerFunctionArn is an ARN; a name is taken as well.
	AuthorizerFunctionArn string `json:"authorizerFunctionArn" yaml:"authorizerFunctionArn"`

	Status          string `json:"status" yaml:"status"` // Active or Inactive, which is the default
	SigningDisabled bool   `json:"signingDisabled" yaml:"signingDisabled"`

	// TokenKeyName is the name of the parameter that carries the token. It may
	// be set without signing: the token is then passed on unverified.
	TokenKeyName string `json:"tokenKeyName,omitempty" yaml:"tokenKeyName"`

	// TokenSigningPublicKeys are PEM texts by key id. A token is good if one
	// of them verifies it.
	TokenSigningPublicKeys map[string]string `json:"tokenSigningPublicKeys,omitempty" yaml:"tokenSigningPublicKeys"`

	EnableCachingForHttp bool `json:"enableCachingForHttp" yaml:"enableCachingForHttp"`

	CreationDate     time.Time `json:"-" yaml:"-"`
	LastModifiedDate time.Time `json:"-" yaml:"-"`

	publicKeys []*rsa.PublicKey // in the order of the key ids
}

// PublicKeys are the TokenSigningPublicKeys, parsed.
func (a Authorizer) PublicKeys() []*rsa.PublicKey { return a.publicKeys }

// CreateAuthorizer adds an authorizer and returns it as stored. The error is an
// *Error.
func (r *Registry) CreateAuthorizer(a Authorizer) (Authorizer, error) {
	return change(r, func() (Authorizer, error) {
		a.Status = orElse(a.Status, Inactive)
		a.TokenSigningPublicKeys = maps.Clone(a.TokenSigningPublicKeys)
		a.AuthorizerArn = r.arn("iot", "authorizer/"+a.AuthorizerName)
		a.AuthorizerFunctionArn = r.functionARN(a.AuthorizerFunctionArn)
		if err := a.check(); err != nil {
			return a, err
		}
		if old, ok := r.authorizers.get(a.AuthorizerName); ok {
			return a, authorizer.exists(a.AuthorizerName, a.AuthorizerName, old.AuthorizerArn)
		}
		if n := r.authorizers.len(); n >= maxAuthorizers {
			return a, authorizer.refuse(LimitExceeded, a.AuthorizerName,
				fmt.Sprintf("is one too many: there are %d, want at most %d", n, maxAuthorizers))
		}
		if err := r.wantFewActive(a); err != nil {
			return a, err
		}
		a.CreationDate = r.now()
		a.LastModifiedDate = a.CreationDate
		return r.putAuthorizer(a), nil
	})
}

// putAuthorizer stores an authorizer that was checked.
func (r *Registry) putAuthorizer(a Authorizer) Authorizer {
	_ = a.derive() // the keys were checked too
	r.authorizers.put(a.AuthorizerName, a)
	return a
}

// wantFewActive wants a to be one of the active ones there may be.
func (r *Registry) wantFewActive(a Authorizer) error {
	n := 0
	for _, other := range r.authorizers.all() {
		if other.Status == Active && other.AuthorizerName != a.AuthorizerName {
			n++
		}
	}
	if a.Status == Active && n >= maxActiveAuthorizers {
		return authorizer.refuse(LimitExceeded, a.AuthorizerName,
			fmt.Sprintf("is one ACTIVE authorizer too many: there are %d, want at most %d", n, maxActiveAuthorizers))
	}
	return nil
}

// An AuthorizerUpdate says what UpdateAuthorizer changes; nil keeps what is.
// Whether tokens are signed never changes.
type AuthorizerUpdate struct {
	AuthorizerFunctionArn *string
	Status                *string
	TokenKeyName          *string
	EnableCachingForHttp  *bool

	// TokenSigningPublicKeys are added to those that exist.
	TokenSigningPublicKeys map[string]string
}

// UpdateAuthorizer changes an authorizer and returns it as stored. The
// error is an *Error.
func (r *Registry) UpdateAuthorizer(name string, u AuthorizerUpdate) (Authorizer, error) {
	return change(r, func() (Authorizer, error) {
		a, ok := r.authorizers.get(name)
		if !ok {
			return a, authorizer.missing(name)
		}
		assign(&a.AuthorizerFunctionArn, u.AuthorizerFunctionArn)
		assign(&a.Status, u.Status)
		assign(&a.TokenKeyName, u.TokenKeyName)
		assign(&a.EnableCachingForHttp, u.EnableCachingForHttp)
		a.AuthorizerFunctionArn = r.functionARN(a.AuthorizerFunctionArn)
		if len(u.TokenSigningPublicKeys) > 0 {
			keys := map[string]string{}
			maps.Copy(keys, a.TokenSigningPublicKeys)
			maps.Copy(keys, u.TokenSigningPublicKeys)
			a.TokenSigningPublicKeys = keys
		}
		if err := firstOf(a.check(), r.wantFewActive(a)); err != nil {
			return a, err
		}
		a.LastModifiedDate = r.now()
		return r.putAuthorizer(a), nil
	})
}

// assign copies what an update brings.
func assign[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// DeleteAuthorizer removes an authorizer that is INACTIVE and not the account's
// default. The error is an *Error.
func (r *Registry) DeleteAuthorizer(name string) error {
	return r.alter(func() error {
		a, ok := r.authorizers.get(name)
		switch {
		case !ok:
			return authorizer.missing(name)
		case a.Status == Active:
			return authorizer.refuse(InvalidRequest, name, "is ACTIVE, want it INACTIVE before it is deleted")
		case r.defaultAuthorizer.get() == name:
			return authorizer.refuse(DeleteConflict, name,
				"is the default authorizer, want another default before it is deleted")
		}
		r.authorizers.delete(name)
		r.tags.removeAll(a.AuthorizerArn)
		return nil
	})
}

// functionARN turns a function's name into its ARN. It does not ask whether
// the function exists.
func (r *Registry) functionARN(nameOrARN string) string {
	if f, ok := r.functions.get(nameOrARN); ok {
		return f.FunctionArn
	}
	if nameOrARN == "" || strings.Contains(nameOrARN, ":") {
		return nameOrARN
	}
	return r.arn("lambda", "function:"+nameOrARN)
}

func (a Authorizer) check() error {
	if field, problem := a.problem(); problem != "" {
		return authorizer.invalid(a.AuthorizerName, field, problem)
	}
	for _, id := range slices.Sorted(maps.Keys(a.TokenSigningPublicKeys)) {
		if _, p := parsePublicKey(a.TokenSigningPublicKeys[id]); p != "" {
			return authorizer.invalid(a.AuthorizerName, fmt.Sprintf("tokenSigningPublicKeys[%s]", id), p)
		}
	}
	return nil
}

// problem names the first field AWS would refuse, keys aside, and what is wrong
// with it.
func (a Authorizer) problem() (field, problem string) {
	if p := wantName(a.AuthorizerName, "_=,@-", 128); p != "" {
		return "authorizerName", p
	}
	if p := wantFunctionARN(a.AuthorizerFunctionArn); p != "" {
		return "authorizerFunctionArn", p
	}
	if p := wantOneOf(a.Status, Active, Inactive); p != "" {
		return "status", p
	}
	if a.TokenKeyName == "" && !a.SigningDisabled {
		return "tokenKeyName", "is missing, want one, or signingDisabled: true"
	}
	if a.TokenKeyName != "" {
		if p := wantName(a.TokenKeyName, "_-", 128); p != "" {
			return "tokenKeyName", p
		}
	}
	if n := len(a.TokenSigningPublicKeys); n > maxSigningKeys || n == 0 && !a.SigningDisabled {
		return "tokenSigningPublicKeys", fmt.Sprintf("has %d keys, want 1 or %d", n, maxSigningKeys)
	}
	for _, id := range slices.Sorted(maps.Keys(a.TokenSigningPublicKeys)) {
		if p := wantName(id, ":_-", 128); p != "" {
			return fmt.Sprintf("tokenSigningPublicKeys[%s]", id), p
		}
	}
	return "", ""
}

// Authorizer finds an authorizer by its name, whatever its status.
func (r *Registry) Authorizer(name string) (Authorizer, bool) { return look(r, &r.authorizers, name) }

// Authorizers returns all authorizers, sorted by name.
func (r *Registry) Authorizers() []Authorizer { return all(r, &r.authorizers) }
