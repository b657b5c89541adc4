package registry

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
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

const (
	maxSigningKeys = 2
	maxPEM         = 5120 // characters
	minRSA         = 2048 // bits
)

// An Authorizer is AWS IoT's custom authorizer.
type Authorizer struct {
	AuthorizerName string `json:"authorizerName" yaml:"authorizerName"`
	AuthorizerArn  string `json:"authorizerArn" yaml:"-"` // given by PutAuthorizer

	// AuthorizerFunctionArn is an ARN; PutAuthorizer takes a name as well.
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

// PutAuthorizer creates or replaces an authorizer, and returns it as stored.
// The error is an *Error.
func (r *Registry) PutAuthorizer(a Authorizer) (Authorizer, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a.AuthorizerArn = r.arn("iot", "authorizer/"+a.AuthorizerName)
	a.AuthorizerFunctionArn = r.functionARN(a.AuthorizerFunctionArn)
	if a.Status == "" {
		a.Status = Inactive
	}
	if field, problem := a.problem(); problem != "" {
		return a, &Error{"authorizer", a.AuthorizerName, field, problem}
	}
	a.TokenSigningPublicKeys = maps.Clone(a.TokenSigningPublicKeys)
	a.publicKeys = nil
	for _, id := range slices.Sorted(maps.Keys(a.TokenSigningPublicKeys)) {
		key, problem := parsePublicKey(a.TokenSigningPublicKeys[id])
		if problem != "" {
			return a, &Error{"authorizer", a.AuthorizerName, fmt.Sprintf("tokenSigningPublicKeys[%s]", id), problem}
		}
		a.publicKeys = append(a.publicKeys, key)
	}
	a.LastModifiedDate = time.Now()
	a.CreationDate = a.LastModifiedDate
	if old, ok := r.authorizers[a.AuthorizerName]; ok {
		a.CreationDate = old.CreationDate
	}
	r.authorizers[a.AuthorizerName] = a
	return a, nil
}

// functionARN turns a function's name into its ARN. It does not ask whether
// the function exists.
func (r *Registry) functionARN(nameOrARN string) string {
	if f, ok := r.functions[nameOrARN]; ok {
		return f.FunctionArn
	}
	if nameOrARN == "" || strings.Contains(nameOrARN, ":") {
		return nameOrARN
	}
	return r.arn("lambda", "function:"+nameOrARN)
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

// parsePublicKey returns the key, or what is wrong with the text; the text
// itself is not repeated.
func parsePublicKey(text string) (key *rsa.PublicKey, problem string) {
	if p := wantAtMost(text, maxPEM); p != "" {
		return nil, p
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, "is no PEM, want -----BEGIN PUBLIC KEY-----"
	}
	if block.Type != "PUBLIC KEY" {
		return nil, fmt.Sprintf("is a %s, want a PUBLIC KEY", block.Type)
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, "cannot be read, want a public key as openssl rsa -pubout writes it"
	}
	key, ok := parsed.(*rsa.PublicKey)
	if !ok {
		return nil, "is no RSA key, want one" // [A-62, guess]
	}
	if n := key.N.BitLen(); n < minRSA {
		return nil, fmt.Sprintf("has %d bits, want %d or more", n, minRSA)
	}
	return key, ""
}

// Authorizer finds an authorizer by its name, whatever its status.
func (r *Registry) Authorizer(name string) (Authorizer, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	a, ok := r.authorizers[name]
	return a, ok
}

// Authorizers returns all authorizers, sorted by name.
func (r *Registry) Authorizers() []Authorizer {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return sorted(r.authorizers)
}

// SetDefaultAuthorizer makes an authorizer the account's default; ""
// means none. The error is an *Error.
func (r *Registry) SetDefaultAuthorizer(name string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, ok := r.authorizers[name]; !ok && name != "" {
		return &Error{"account", r.Account(), "defaultAuthorizerName", r.noAuthorizer(name)}
	}
	r.defaultAuthorizer = name
	return nil
}

// DefaultAuthorizer is the name of the account's default authorizer, "" if
// there is none.
func (r *Registry) DefaultAuthorizer() string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.defaultAuthorizer
}

func (r *Registry) noAuthorizer(name string) string {
	return fmt.Sprintf("is %q, want an authorizer that exists: %s", name,
		strings.Join(slices.Sorted(maps.Keys(r.authorizers)), ", "))
}
