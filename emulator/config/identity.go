package config

import (
	"errors"

	"github.com/suback/suback/emulator/registry"
)

// Cognito identity pools and identities in suback.yaml.

func identityPoolKind() kind {
	k := listed("identityPools", func(c *Config) *[]registry.IdentityPool { return &c.IdentityPools },
		(*registry.Registry).PutIdentityPool, (*exporting).IdentityPools)
	k.after = []string{"roles"}
	return k
}

func identityKind() kind {
	return kind{key: "identities", after: []string{"identityPools", "policies", "things"},
		put:  (*Config).putIdentities,
		read: func(x *exporting, c *Config) { c.Identities = x.identities() }}
}

// An Identity is a Cognito identity that has been given out.
type Identity struct {
	IdentityID string `yaml:"identityId"`
	// without one nothing is known but what is attached
	IdentityPoolID string `yaml:"identityPoolId"`
	// SHA-256 of who it is, by login provider; none: unauthenticated
	Logins             map[string]string `yaml:"logins"`
	Policies           []string          `yaml:"policies"`           // names, attached to the identity
	Things             []string          `yaml:"things"`             // names, to which it is attached
	ThingPrincipalType string            `yaml:"thingPrincipalType"` // default NON_EXCLUSIVE_THING
}

func (c *Config) putIdentities(r *registry.Registry) error {
	return each(c.Identities, func(i int, id Identity) error {
		at := []any{"identities", i}
		if id.IdentityPoolID != "" {
			if _, err := r.AddIdentity(registry.Identity{IdentityID: id.IdentityID, IdentityPoolID: id.IdentityPoolID,
				Logins: id.Logins}); err != nil {
				return c.refused(at, err)
			}
		}
		return errors.Join(
			c.attachThings(r, at, id.Things, id.IdentityID, id.ThingPrincipalType),
			c.attach(r, at, id.Policies, id.IdentityID),
		)
	})
}

func (x *exporting) identities() (all []Identity) {
	for _, id := range x.IdentityIDs() {
		known, _ := x.Identity(id)
		names, kind := x.thingsOf(id)
		all = append(all, Identity{IdentityID: id, IdentityPoolID: known.IdentityPoolID,
			Logins:   filled(known.Logins),
			Policies: x.attached(id), Things: names, ThingPrincipalType: kind})
	}
	return all
}
