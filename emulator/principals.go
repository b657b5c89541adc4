package emulator

import (
	"cmp"

	"github.com/suback/suback/emulator/registry"
)

// What suback.yaml says of devices, of who may sign, and of what they may do.
// Where AWS's API attaches one resource to another by a call of its own, a list
// of names stands here.

// A Policy is an AWS IoT policy, or the IAM policy of who signs.
type Policy struct {
	PolicyName     string         `yaml:"policyName"`
	PolicyDocument PolicyDocument `yaml:"policyDocument"`
}

// A Thing is a device in the registry.
type Thing struct {
	ThingName     string            `yaml:"thingName"`
	ThingTypeName string            `yaml:"thingTypeName"` // made if need be
	Attributes    map[string]string `yaml:"attributes"`
}

// A ThingGroup is a static group of things.
type ThingGroup struct {
	ThingGroupName  string   `yaml:"thingGroupName"`
	ParentGroupName string   `yaml:"parentGroupName"`
	Things          []string `yaml:"things"`   // names
	Policies        []string `yaml:"policies"` // names, attached to the group
}

// A Certificate is a device certificate.
type Certificate struct {
	CertificatePem PEM      `yaml:"certificatePem"`
	Status         string   `yaml:"status"`   // default ACTIVE
	Policies       []string `yaml:"policies"` // names, attached to the certificate
	Things         []string `yaml:"things"`   // names, to which it is attached
}

// A CACertificate is one whose certificates may register themselves.
type CACertificate struct {
	CACertificatePem       PEM    `yaml:"caCertificatePem"`
	Status                 string `yaml:"status"`                 // default ACTIVE
	AutoRegistrationStatus string `yaml:"autoRegistrationStatus"` // ENABLE or DISABLE, the default
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

// A ServerCertificate is one that domain configurations serve.
type ServerCertificate struct {
	CertificateArn   string `yaml:"certificateArn"` // as AWS Certificate Manager's
	Certificate      PEM    `yaml:"certificate"`
	CertificateChain PEM    `yaml:"certificateChain"`
	PrivateKey       PEM    `yaml:"privateKey"`
}

// putPrincipals fills the registry with all of these.
func (c *Config) putPrincipals(r *registry.Registry) error {
	for _, put := range []func(*registry.Registry) error{
		c.putPolicies, c.putThings, c.putThingGroups, c.putCACertificates, c.putCertificates,
		c.putCredentials, c.putRoles, c.putIdentityPools, c.putRoleAliases,
	} {
		if err := put(r); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) putPolicies(r *registry.Registry) error {
	for i, p := range c.Policies {
		at := []any{"policies", i}
		text, err := p.PolicyDocument.text(c)
		if err != nil {
			return c.errorf(append(at, "policyDocument"), "policy %q: %v, want a policy or the path of one", p.PolicyName, err)
		}
		if _, err := r.CreatePolicy(p.PolicyName, text); err != nil {
			return c.refused(at, err)
		}
	}
	return nil
}

// attach attaches policies to a target.
func (c *Config) attach(r *registry.Registry, at []any, names []string, target string) error {
	for i, name := range names {
		if err := r.AttachPolicy(name, target); err != nil {
			return c.errorf(append(at, "policies", i), "%v", err)
		}
	}
	return nil
}

func (c *Config) putThings(r *registry.Registry) error {
	for i, t := range c.Things {
		if _, ok := r.ThingType(t.ThingTypeName); !ok && t.ThingTypeName != "" {
			if _, err := r.CreateThingType(registry.ThingType{ThingTypeName: t.ThingTypeName}); err != nil {
				return c.refused([]any{"things", i}, err)
			}
		}
		if _, err := r.CreateThing(registry.Thing{ThingName: t.ThingName, ThingTypeName: t.ThingTypeName, Attributes: t.Attributes}); err != nil {
			return c.refused([]any{"things", i}, err)
		}
	}
	return nil
}

func (c *Config) putThingGroups(r *registry.Registry) error {
	for i, g := range c.ThingGroups {
		at := []any{"thingGroups", i}
		made, err := r.CreateThingGroup(registry.ThingGroup{ThingGroupName: g.ThingGroupName, ParentGroupName: g.ParentGroupName})
		if err != nil {
			return c.refused(at, err)
		}
		for j, thing := range g.Things {
			if err := r.AddThingToThingGroup(thing, g.ThingGroupName); err != nil {
				return c.errorf(append(at, "things", j), "%v", err)
			}
		}
		if err := c.attach(r, at, g.Policies, made.ThingGroupArn); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) putCACertificates(r *registry.Registry) error {
	for i, ca := range c.CACertificates {
		at := []any{"caCertificates", i}
		text, err := ca.CACertificatePem.text(c)
		if err != nil {
			return c.errorf(append(at, "caCertificatePem"), "%v, want a PEM text or the path of one", err)
		}
		if _, err := r.RegisterCACertificate(registry.CACertificate{CertificatePem: text,
			Status: cmp.Or(ca.Status, "ACTIVE"), AutoRegistrationStatus: cmp.Or(ca.AutoRegistrationStatus, "DISABLE")}); err != nil {
			return c.refused(at, err)
		}
	}
	return nil
}

func (c *Config) putCertificates(r *registry.Registry) error {
	for i, cert := range c.Certificates {
		at := []any{"certificates", i}
		text, err := cert.CertificatePem.text(c)
		if err != nil {
			return c.errorf(append(at, "certificatePem"), "%v, want a PEM text or the path of one", err)
		}
		made, err := r.CreateCertificate(text, cmp.Or(cert.Status, "ACTIVE"))
		if err != nil {
			return c.refused(at, err)
		}
		for j, thing := range cert.Things {
			if err := r.AttachThingPrincipal(thing, made.CertificateArn, ""); err != nil {
				return c.errorf(append(at, "things", j), "%v", err)
			}
		}
		if err := c.attach(r, at, cert.Policies, made.CertificateArn); err != nil {
			return err
		}
	}
	return nil
}

func (c *Config) putCredentials(r *registry.Registry) error {
	for i, k := range c.Credentials {
		at := []any{"credentials", i}
		name := cmp.Or(k.UserName, k.AccessKeyID)
		if _, err := r.PutUser(registry.User{UserName: name, Policies: k.Policies}); err != nil {
			return c.refused(at, err)
		}
		key := registry.Credential{AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey, UserName: name}
		if _, err := r.PutCredential(key); err != nil {
			return c.refused(at, err)
		}
	}
	return nil
}

func (c *Config) putRoles(r *registry.Registry) error {
	for i, role := range c.Roles {
		at := []any{"roles", i}
		trust, err := role.AssumeRolePolicyDocument.text(c)
		if err != nil {
			return c.errorf(append(at, "assumeRolePolicyDocument"), "role %q: %v, want a policy or the path of one", role.RoleName, err)
		}
		if _, err := r.PutRole(registry.Role{RoleName: role.RoleName, Policies: role.Policies, AssumeRolePolicyDocument: trust}); err != nil {
			return c.refused(at, err)
		}
	}
	return nil
}

func (c *Config) putIdentityPools(r *registry.Registry) error {
	for i, p := range c.IdentityPools {
		if _, err := r.PutIdentityPool(p); err != nil {
			return c.refused([]any{"identityPools", i}, err)
		}
	}
	return nil
}

func (c *Config) putRoleAliases(r *registry.Registry) error {
	for i, a := range c.RoleAliases {
		if _, err := r.CreateRoleAlias(a); err != nil {
			return c.refused([]any{"roleAliases", i}, err)
		}
	}
	return nil
}

func (c *Config) putServerCertificates(r *registry.Registry) error {
	for i, s := range c.ServerCertificates {
		at := []any{"serverCertificates", i}
		cert, err1 := s.Certificate.text(c)
		chain, err2 := s.CertificateChain.text(c)
		key, err3 := s.PrivateKey.text(c)
		if err := cmp.Or(err1, err2, err3); err != nil {
			return c.errorf(at, "server certificate %q: %v, want PEM texts or the paths of them", s.CertificateArn, err)
		}
		if _, err := r.PutServerCertificate(registry.ServerCertificate{CertificateArn: s.CertificateArn, PEM: cert, ChainPEM: chain}, key); err != nil {
			return c.refused(at, err)
		}
	}
	return nil
}
