package registry

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/suback/suback/emulator/policy"
)

// Policies and their versions
//
//   - a document has at most 2048 characters, white space not counted [B-127]
//   - at most 5 versions; only the default one counts [B-129]
//   - a policy that is attached, or has more than one version, cannot be
//     deleted, nor can the default version

const policyKind kind = "policy"

// policyShape is how policies are kept.
func policyShape() shape[Policy] {
	return asStored(shape[Policy]{kind: "policies", arn: func(p Policy) string { return p.PolicyArn }},
		storedPolicyOf, storedPolicy.restore)
}

const maxVersions = 5 // [B-129]

// A Policy is a named policy with its versions, the oldest first.
type Policy struct {
	PolicyName string          `json:"policyName"` // 1 to 128 letters, digits or _ + = , . @ -
	PolicyArn  string          `json:"policyArn"`
	Versions   []PolicyVersion `json:"versions"`

	created int // versions so far, deleted ones too
}

// A PolicyVersion is one document of a Policy.
type PolicyVersion struct {
	VersionID  string           `json:"versionId"`      // "1" and on; never used again
	Document   string           `json:"policyDocument"` // as it was given
	IsDefault  bool             `json:"isDefaultVersion"`
	CreateDate time.Time        `json:"-"`
	Parsed     *policy.Document `json:"-"` // named as the policy
}

// Default is the version that counts.
func (p Policy) Default() PolicyVersion {
	for _, v := range p.Versions {
		if v.IsDefault {
			return v
		}
	}
	return PolicyVersion{}
}

// Version finds a version by its id.
func (p Policy) Version(id string) (PolicyVersion, bool) {
	i := slices.IndexFunc(p.Versions, func(v PolicyVersion) bool { return v.VersionID == id })
	if i < 0 {
		return PolicyVersion{}, false
	}
	return p.Versions[i], true
}

// CreatePolicy adds a policy with its first version. The error is an *Error.
func (r *Registry) CreatePolicy(name, text string) (Policy, error) {
	return change(r, func() (Policy, error) {
		if err := policyKind.invalid(name, "policyName", wantName(name, policyNameCharacters, 128)); err != nil {
			return Policy{}, err
		}
		if old, ok := r.policies.get(name); ok {
			return Policy{}, policyKind.exists(name, name, old.PolicyArn)
		}
		parsed, err := parsePolicy(name, text)
		if err != nil {
			return Policy{}, err
		}
		p := Policy{PolicyName: name, PolicyArn: r.arn("iot", "policy/"+name), created: 1,
			Versions: []PolicyVersion{{VersionID: "1", Document: text, IsDefault: true, CreateDate: r.now(),
				Parsed: parsed}}}
		r.policies.put(name, p)
		return p, nil
	})
}

func parsePolicy(name, text string) (*policy.Document, error) {
	parsed, err := policy.Parse(name, []byte(text))
	malformed := func(problem string) error {
		return &Error{Code: MalformedPolicy, Kind: string(policyKind), Name: name, Field: "policyDocument",
			Problem: problem, cause: err}
	}
	if e := new(policy.Error); errors.As(err, &e) {
		if e.Line > 0 {
			return nil, malformed(fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Problem))
		}
		return nil, malformed(e.Path + " " + e.Problem)
	}
	if err != nil {
		return nil, malformed(err.Error())
	}
	if n := policy.Size([]byte(text)); n > policy.MaxDocumentSize { // [B-127]
		return nil, malformed(fmt.Sprintf("has %d characters without white space, want at most %d", n,
			policy.MaxDocumentSize))
	}
	return parsed, nil
}

// DeletePolicy removes a policy that has one version and is attached to
// nothing. The error is an *Error.
func (r *Registry) DeletePolicy(name string) error {
	return r.alter(func() error {
		p, ok := r.policies.get(name)
		if !ok {
			return policyKind.missing(name)
		}
		if n := len(p.Versions); n > 1 {
			return because(HasVersions, policyKind.refuse(DeleteConflict, name,
				fmt.Sprintf("has %d versions, want all but the default one deleted first", n)))
		}
		if targets := r.targetsOf(name); len(targets) > 0 {
			return because(HasTargets, policyKind.refuse(DeleteConflict, name,
				fmt.Sprintf("is attached to %s, want it detached first", targets[0])))
		}
		if holder := r.holderOf(name); holder != "" {
			return policyKind.refuse(DeleteConflict, name,
				fmt.Sprintf("belongs to %s, want it taken away first", holder))
		}
		r.policies.delete(name)
		r.tags.removeAll(p.PolicyArn)
		return nil
	})
}

// CreatePolicyVersion adds a version, which counts from now on if setDefault is
// true, and returns it as stored. The error is an *Error.
func (r *Registry) CreatePolicyVersion(name, text string, setDefault bool) (PolicyVersion, error) {
	return change(r, func() (PolicyVersion, error) {
		p, ok := r.policies.get(name)
		if !ok {
			return PolicyVersion{}, policyKind.missing(name)
		}
		parsed, err := parsePolicy(name, text)
		if err != nil {
			return PolicyVersion{}, err
		}
		if n := len(p.Versions); n >= maxVersions {
			return PolicyVersion{}, policyKind.refuse(VersionsLimitExceeded, name,
				fmt.Sprintf("has %d versions, want at most %d: delete one first", n, maxVersions))
		}
		p.created++
		v := PolicyVersion{VersionID: strconv.Itoa(p.created), Document: text, CreateDate: r.now(), Parsed: parsed}
		p.Versions = append(slices.Clone(p.Versions), v)
		if setDefault {
			p = p.withDefault(v.VersionID)
		}
		r.policies.put(name, p)
		return p.Versions[len(p.Versions)-1], nil
	})
}

func (p Policy) withDefault(id string) Policy {
	p.Versions = slices.Clone(p.Versions)
	for i := range p.Versions {
		p.Versions[i].IsDefault = p.Versions[i].VersionID == id
	}
	return p
}

// DeletePolicyVersion removes a version that is not the default. The error is
// an *Error.
func (r *Registry) DeletePolicyVersion(name, versionID string) error {
	return r.alter(func() error {
		p, v, err := r.wantVersion(name, versionID)
		if err != nil {
			return err
		}
		if v.IsDefault {
			return policyKind.refuse(DeleteConflict, name,
				fmt.Sprintf("has version %s as its default, want another default before it is deleted", versionID))
		}
		p.Versions = slices.DeleteFunc(slices.Clone(p.Versions),
			func(v PolicyVersion) bool { return v.VersionID == versionID })
		r.policies.put(name, p)
		return nil
	})
}

// SetDefaultPolicyVersion makes a version the one that counts. The error is an
// *Error.
func (r *Registry) SetDefaultPolicyVersion(name, versionID string) error {
	return r.alter(func() error {
		p, _, err := r.wantVersion(name, versionID)
		if err != nil {
			return err
		}
		r.policies.put(name, p.withDefault(versionID))
		return nil
	})
}

func (r *Registry) wantVersion(name, versionID string) (Policy, PolicyVersion, error) {
	p, ok := r.policies.get(name)
	if !ok {
		return p, PolicyVersion{}, policyKind.missing(name)
	}
	v, ok := p.Version(versionID)
	if !ok {
		return p, v, policyKind.refuse(NotFound, name, fmt.Sprintf("has no version %q", versionID))
	}
	return p, v, nil
}

// Policy finds a policy by its name.
func (r *Registry) Policy(name string) (Policy, bool) { return look(r, &r.policies, name) }

// Policies returns all policies, sorted by name.
func (r *Registry) Policies() []Policy { return all(r, &r.policies) }
