package config

import (
	"github.com/suback/suback/emulator/registry"
)

// Policies in suback.yaml, and to what they are
// attached.

func policyKind() kind {
	return kind{key: "policies", put: (*Config).putPolicies,
		read: func(x *exporting, c *Config) { c.Policies = x.policies() }}
}

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

func (c *Config) putPolicies(r *registry.Registry) error {
	return each(c.Policies, func(i int, p Policy) error {
		at := []any{"policies", i}
		if len(p.PolicyVersions) > 0 && p.PolicyDocument != "" {
			return c.Errorf(append(at, "policyDocument"),
				"policy %q has policyDocument and policyVersions, want one of them", p.PolicyName)
		}
		if len(p.PolicyVersions) > 0 {
			return c.putPolicyVersions(r, at, p)
		}
		text, err := p.PolicyDocument.text(c)
		if err != nil {
			return c.Errorf(append(at, "policyDocument"), "policy %q: %v, want a policy or the path of one",
				p.PolicyName, err)
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
			return c.Errorf(append(at, "policyVersions", i, "policyDocument"),
				"policy %q: %v, want a policy or the path of one", p.PolicyName, err)
		}
		versions = append(versions, registry.PolicyVersion{VersionID: v.VersionID, Document: text,
			IsDefault: v.IsDefaultVersion})
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

func (x *exporting) policies() (all []Policy) {
	for _, p := range x.Policies() {
		if len(p.Versions) == 1 && p.Versions[0].VersionID == "1" {
			all = append(all, Policy{PolicyName: p.PolicyName, PolicyDocument: PolicyDocument(p.Versions[0].Document)})
			continue
		}
		of := Policy{PolicyName: p.PolicyName}
		for _, v := range p.Versions {
			of.PolicyVersions = append(of.PolicyVersions,
				PolicyVersion{VersionID: v.VersionID, PolicyDocument: PolicyDocument(v.Document),
					IsDefaultVersion: v.IsDefault})
		}
		all = append(all, of)
	}
	return all
}

// attached are the names of the policies attached to a target.
func (x *exporting) attached(target string) (names []string) {
	for _, p := range x.AttachedPolicies(target) {
		names = append(names, p.PolicyName)
	}
	return names
}
