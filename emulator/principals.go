package emulator

import (
	"cmp"
	"errors"

	"github.com/suback/suback/emulator/registry"
)

// What suback.yaml says of devices, of who may sign, and of what they may do.
// Where AWS's API attaches one resource to another by a call of its own, a list
// of names stands here.

// A Policy is an AWS IoT policy, or the IAM policy of who signs.
type Policy struct {
	PolicyName     string          `yaml:"policyName"`
	PolicyDocument PolicyDocument  `yaml:"policyDocument"` // of the only version
	PolicyVersions []PolicyVersion `yaml:"policyVersions"` // instead of it, the oldest first
}

// A PolicyVersion is one of at most five of a Policy.
type PolicyVersion struct {
	VersionID        string         `yaml:"versionId"` // default: one more than the one before
	PolicyDocument   PolicyDocument `yaml:"policyDocument"`
	IsDefaultVersion bool           `yaml:"isDefaultVersion"` // true for exactly one
}

// A ThingType is a description that things share.
type ThingType struct {
	ThingTypeName        string   `yaml:"thingTypeName"`
	ThingTypeDescription string   `yaml:"thingTypeDescription"`
	SearchableAttributes []string `yaml:"searchableAttributes"`
	Deprecated           bool     `yaml:"deprecated"` // things of this file may have it nevertheless

	MQTT5Configuration *MQTT5Configuration `yaml:"mqtt5Configuration"`
}

// An MQTT5Configuration says what a thing's messages get as user properties.
type MQTT5Configuration struct {
	PropagatingAttributes []registry.PropagatingAttribute `yaml:"propagatingAttributes"`
}

// A Thing is a device in the registry.
type Thing struct {
	ThingName        string            `yaml:"thingName"`
	ThingTypeName    string            `yaml:"thingTypeName"` // made if need be
	BillingGroupName string            `yaml:"billingGroupName"`
	Attributes       map[string]string `yaml:"attributes"`
}

// A ThingGroup is a static group of things.
type ThingGroup struct {
	ThingGroupName        string            `yaml:"thingGroupName"`
	ParentGroupName       string            `yaml:"parentGroupName"` // of a group before it
	ThingGroupDescription string            `yaml:"thingGroupDescription"`
	Attributes            map[string]string `yaml:"attributes"`
	Things                []string          `yaml:"things"`   // names
	Policies              []string          `yaml:"policies"` // names, attached to the group
}

// An Identity is a Cognito identity that has been given out.
type Identity struct {
	IdentityID         string            `yaml:"identityId"`
	IdentityPoolID     string            `yaml:"identityPoolId"`     // without one nothing is known but what is attached
	Logins             map[string]string `yaml:"logins"`             // SHA-256 of who it is, by login provider; none: unauthenticated
	Policies           []string          `yaml:"policies"`           // names, attached to the identity
	Things             []string          `yaml:"things"`             // names, to which it is attached
	ThingPrincipalType string            `yaml:"thingPrincipalType"` // default NON_EXCLUSIVE_THING
}

// A Credential is an access key of an IAM user.
type Credential struct {
	AccessKeyID     string   `yaml:"accessKeyId"`
	SecretAccessKey string   `yaml:"secretAccessKey"`
	UserName        string   `yaml:"userName"` // default: the access key's id
	Policies        []string `yaml:"policies"` // names
}

// A Role is an IAM role.
type Role struct {
	RoleName                 string         `yaml:"roleName"`
	Policies                 []string       `yaml:"policies"`                 // names
	AssumeRolePolicyDocument PolicyDocument `yaml:"assumeRolePolicyDocument"` // default: the account's principals may assume it
}

// putPrincipals fills the registry with all of these.
func (c *Config) putPrincipals(r *registry.Registry) error {
	return each([]func(*registry.Registry) error{
		c.putPolicies, c.putThingTypes, c.putBillingGroups, c.putThings, c.deprecateThingTypes, c.putThingGroups,
		c.putCACertificates, c.putCertificates, c.putCredentials, c.putRoles, c.putIdentityPools, c.putIdentities, c.putRoleAliases,
		c.putLogging, c.putEvents, c.putIndexing, c.putTags,
	}, func(_ int, put func(*registry.Registry) error) error { return put(r) })
}

func (c *Config) putPolicies(r *registry.Registry) error {
	return each(c.Policies, func(i int, p Policy) error {
		at := []any{"policies", i}
		if len(p.PolicyVersions) > 0 && p.PolicyDocument != "" {
			return c.errorf(append(at, "policyDocument"), "policy %q has policyDocument and policyVersions, want one of them", p.PolicyName)
		}
		if len(p.PolicyVersions) > 0 {
			return c.putPolicyVersions(r, at, p)
		}
		text, err := p.PolicyDocument.text(c)
		if err != nil {
			return c.errorf(append(at, "policyDocument"), "policy %q: %v, want a policy or the path of one", p.PolicyName, err)
		}
		_, err = r.CreatePolicy(p.PolicyName, text)
		return c.refused(at, err)
	})
}

func (c *Config) putPolicyVersions(r *registry.Registry, at []any, p Policy) error {
	var versions []registry.PolicyVersion
	for i, v := range p.PolicyVersions {
		text, err := v.PolicyDocument.text(c)
		if err != nil {
			return c.errorf(append(at, "policyVersions", i, "policyDocument"), "policy %q: %v, want a policy or the path of one", p.PolicyName, err)
		}
		versions = append(versions, registry.PolicyVersion{VersionID: v.VersionID, Document: text, IsDefault: v.IsDefaultVersion})
	}
	_, err := r.AddPolicy(p.PolicyName, versions)
	return c.refused(at, err)
}

// attach attaches policies to a target.
func (c *Config) attach(r *registry.Registry, at []any, names []string, target string) error {
	return each(names, func(i int, name string) error {
		return c.refused(append(at, "policies", i), r.AttachPolicy(name, target))
	})
}

// attachThings attaches a principal to things.
func (c *Config) attachThings(r *registry.Registry, at []any, names []string, principal, thingPrincipalType string) error {
	return each(names, func(i int, name string) error {
		return c.refused(append(at, "things", i), r.AttachThingPrincipal(name, principal, thingPrincipalType))
	})
}

func (c *Config) putCredentials(r *registry.Registry) error {
	return each(c.Credentials, func(i int, k Credential) error {
		at := []any{"credentials", i}
		name := cmp.Or(k.UserName, k.AccessKeyID)
		if _, err := r.PutUser(registry.User{UserName: name, Policies: k.Policies}); err != nil {
			return c.refused(at, err)
		}
		key := registry.Credential{AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey, UserName: name}
		_, err := r.PutCredential(key)
		return c.refused(at, err)
	})
}

func (c *Config) putRoles(r *registry.Registry) error {
	return each(c.Roles, func(i int, role Role) error {
		at := []any{"roles", i}
		trust, err := role.AssumeRolePolicyDocument.text(c)
		if err != nil {
			return c.errorf(append(at, "assumeRolePolicyDocument"), "role %q: %v, want a policy or the path of one", role.RoleName, err)
		}
		_, err = r.PutRole(registry.Role{RoleName: role.RoleName, Policies: role.Policies, AssumeRolePolicyDocument: trust})
		return c.refused(at, err)
	})
}

func (c *Config) putIdentityPools(r *registry.Registry) error {
	return each(c.IdentityPools, func(i int, p registry.IdentityPool) error {
		_, err := r.PutIdentityPool(p)
		return c.refused([]any{"identityPools", i}, err)
	})
}

func (c *Config) putIdentities(r *registry.Registry) error {
	return each(c.Identities, func(i int, id Identity) error {
		at := []any{"identities", i}
		if id.IdentityPoolID != "" {
			if _, err := r.AddIdentity(registry.Identity{IdentityID: id.IdentityID, IdentityPoolID: id.IdentityPoolID, Logins: id.Logins}); err != nil {
				return c.refused(at, err)
			}
		}
		return errors.Join(
			c.attachThings(r, at, id.Things, id.IdentityID, id.ThingPrincipalType),
			c.attach(r, at, id.Policies, id.IdentityID),
		)
	})
}

func (c *Config) putRoleAliases(r *registry.Registry) error {
	return each(c.RoleAliases, func(i int, a registry.RoleAlias) error {
		_, err := r.CreateRoleAlias(a)
		return c.refused([]any{"roleAliases", i}, err)
	})
}
