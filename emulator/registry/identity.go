package registry

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"strings"
)

// Cognito identity pools and identities
//
//   - an unauthenticated identity is new at each call; the same logins are the
//     same identity

const (
	identityPool kind = "identity pool"
	identity     kind = "identity"
)

// An IdentityPool hands out identities and the roles they get.
type IdentityPool struct {
	IdentityPoolID   string `json:"identityPoolId" yaml:"identityPoolId"` // <region>:<uuid>
	IdentityPoolName string `json:"identityPoolName,omitempty" yaml:"identityPoolName"`

	// UnauthenticatedRole and AuthenticatedRole are names of roles of this
	// registry; PutIdentityPool takes their ARNs as well. "": such identities
	// get no credentials.
	UnauthenticatedRole string `json:"unauthenticatedRole,omitempty" yaml:"unauthenticatedRole"`
	AuthenticatedRole   string `json:"authenticatedRole,omitempty" yaml:"authenticatedRole"`

	AllowClassicFlow bool `json:"allowClassicFlow" yaml:"allowClassicFlow"`
}

// An Identity is one user of an IdentityPool.
type Identity struct {
	IdentityID     string // <region>:<uuid>
	IdentityPoolID string

	// Logins are hashes of who the user is, by login provider. None: the
	// identity is unauthenticated.
	Logins map[string]string
}

// identityPoolShape is how identity pools are kept.
func identityPoolShape() shape[IdentityPool] {
	return shape[IdentityPool]{kind: "identityPools", mend: func(r *Registry, p *IdentityPool) {
		if r.wantRole(p.UnauthenticatedRole) != "" {
			p.UnauthenticatedRole = ""
		}
		if r.wantRole(p.AuthenticatedRole) != "" {
			p.AuthenticatedRole = ""
		}
	}}
}

// PutIdentityPool creates or replaces a pool, and returns it as stored. The
// error is an *Error.
func (r *Registry) PutIdentityPool(p IdentityPool) (IdentityPool, error) {
	return change(r, func() (IdentityPool, error) {
		p.UnauthenticatedRole = r.roleName(p.UnauthenticatedRole)
		p.AuthenticatedRole = r.roleName(p.AuthenticatedRole)
		if !isIdentityID(p.IdentityPoolID) {
			return IdentityPool{}, identityPool.invalid(p.IdentityPoolID, "identityPoolId",
				"is no id, want <region>:<uuid>")
		}
		if err := firstOf(
			identityPool.invalid(p.IdentityPoolID, "unauthenticatedRole", r.wantRole(p.UnauthenticatedRole)),
			identityPool.invalid(p.IdentityPoolID, "authenticatedRole", r.wantRole(p.AuthenticatedRole)),
		); err != nil {
			return IdentityPool{}, err
		}
		r.identityPools.put(p.IdentityPoolID, p)
		return p, nil
	})
}

func (r *Registry) wantRole(name string) string {
	if _, ok := r.roles.get(name); ok || name == "" {
		return ""
	}
	return fmt.Sprintf("is %q, want a role that exists: %s", name, cmp.Or(r.roles.names(), "there is none"))
}

// IdentityPool finds a pool by its id.
func (r *Registry) IdentityPool(id string) (IdentityPool, bool) { return look(r, &r.identityPools, id) }

// IdentityPools returns all pools, sorted by id.
func (r *Registry) IdentityPools() []IdentityPool { return all(r, &r.identityPools) }

// NewIdentity returns the identity of the logins, a new one if there are none
// or they are new. A login's value says who the user is, which a token
// does not: it changes. Only its hash is kept. The error is an *Error.
func (r *Registry) NewIdentity(poolID string, logins map[string]string) (Identity, error) {
	return quietly(r, func() (Identity, error) {
		if _, ok := r.identityPools.get(poolID); !ok {
			return Identity{}, identityPool.missing(poolID)
		}
		hashed := hashes(logins)
		for _, known := range r.identities.values() {
			if len(hashed) > 0 && known.IdentityPoolID == poolID && maps.Equal(known.Logins, hashed) {
				return known, nil
			}
		}
		region, _, _ := strings.Cut(poolID, ":")
		i := Identity{IdentityID: region + ":" + randomUUID(), IdentityPoolID: poolID, Logins: hashed}
		r.identities.put(i.IdentityID, i)
		return i, nil
	})
}

func hashes(logins map[string]string) map[string]string {
	hashed := map[string]string{}
	for provider, who := range logins {
		sum := sha256.Sum256([]byte(who))
		hashed[provider] = hex.EncodeToString(sum[:])
	}
	return hashed
}

// Identity finds an identity by its id.
func (r *Registry) Identity(id string) (Identity, bool) { return look(r, &r.identities, id) }

// Identities returns all identities, sorted by id.
func (r *Registry) Identities() []Identity { return all(r, &r.identities) }

// isIdentityID says whether s is <region>:<uuid>, as the ids of pools and
// identities are.
func isIdentityID(s string) bool {
	region, id, _ := strings.Cut(s, ":")
	parts := strings.Split(id, "-")
	if wantRegion(region) != "" || len(parts) != 5 {
		return false
	}
	for i, n := range []int{8, 4, 4, 4, 12} {
		if len(parts[i]) != n || strings.Trim(strings.ToLower(parts[i]), "0123456789abcdef") != "" {
			return false
		}
	}
	return true
}
