package registry

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// What a configuration says of resources that AWS's operations make only step
// by step: Add takes them as they are after all steps.

// AddPolicy adds a policy with its versions, the oldest first. A VersionID of ""
// is one more than the one before; exactly one version is the default. The
// error is an *Error.
func (r *Registry) AddPolicy(name string, versions []PolicyVersion) (Policy, error) {
	return change(r, func() (Policy, error) {
		p := Policy{PolicyName: name, PolicyArn: r.arn("iot", "policy/"+name), Versions: slices.Clone(versions)}
		if err := policyKind.invalid(name, "policyName", wantName(name, policyNameCharacters, 128)); err != nil {
			return Policy{}, err
		}
		if old, ok := r.policies.get(name); ok {
			return Policy{}, policyKind.exists(name, name, old.PolicyArn)
		}
		for i := range p.Versions {
			if err := p.complete(i); err != nil {
				return Policy{}, err
			}
			p.Versions[i].CreateDate = r.now()
		}
		if err := p.checkVersions(); err != nil {
			return Policy{}, err
		}
		r.policies.put(name, p)
		return p, nil
	})
}

// policyNameCharacters are those beside letters and digits.
const policyNameCharacters = "_+=,.@-"

// complete reads the document of a version and gives it its number.
func (p *Policy) complete(i int) (err error) {
	v, field := &p.Versions[i], fmt.Sprintf("policyVersions[%d]", i)
	v.VersionID = orElse(v.VersionID, strconv.Itoa(p.created+1))
	number, err := strconv.Atoi(v.VersionID)
	if err != nil || number <= p.created {
		return policyKind.invalid(p.PolicyName, field,
			fmt.Sprintf("has versionId %q, want a number above %d", v.VersionID, p.created))
	}
	p.created = number
	v.Parsed, err = parsePolicy(p.PolicyName, v.Document)
	return err
}

func (p *Policy) checkVersions() error {
	defaults := 0
	for _, v := range p.Versions {
		if v.IsDefault {
			defaults++
		}
	}
	problem := ""
	switch n := len(p.Versions); {
	case defaults != 1:
		problem = fmt.Sprintf("have %d with isDefaultVersion, want 1", defaults)
	case n > maxVersions:
		problem = fmt.Sprintf("are %d, want at most %d", n, maxVersions)
	}
	return policyKind.invalid(p.PolicyName, "policyVersions", problem)
}

// AddCertificate adds a certificate in any status, whoever issued it. Its
// CertificatePem, Status, CertificateMode and CACertificateID count; the
// defaults are Active and ModeDefault. The error is an *Error.
func (r *Registry) AddCertificate(c Certificate) (Certificate, error) {
	return change(r, func() (Certificate, error) {
		if err := c.derive(); err != nil {
			return Certificate{}, err
		}
		id := CertificateIDOf(c.parsed)
		c.Status, c.CertificateMode = cmp.Or(c.Status, Active), cmp.Or(c.CertificateMode, ModeDefault)
		issuer := ""
		if c.CACertificateID != "" {
			issuer = wantCertificateID(c.CACertificateID)
		}
		if err := firstOf(
			certificate.invalid(id, "status",
				wantOneOf(c.Status, Active, Inactive, Revoked, PendingTransfer, RegisterInactive, PendingActivation)),
			certificate.invalid(id, "certificateMode", wantOneOf(c.CertificateMode, ModeDefault, ModeSNIOnly)),
			certificate.invalid(id, "caCertificateId", issuer),
			certificate.wantStrongKey(id, c.parsed),
		); err != nil {
			return Certificate{}, err
		}
		if old, ok := r.certificates.get(id); ok {
			return Certificate{}, certificate.exists(id, id, old.CertificateArn)
		}
		return r.putCertificate(c), nil
	})
}

// AddIdentity adds an identity of a pool, with logins that are hashed already.
// The error is an *Error.
func (r *Registry) AddIdentity(i Identity) (Identity, error) {
	return change(r, func() (Identity, error) {
		problem := ""
		if !isIdentityID(i.IdentityID) {
			problem = "is no id, want <region>:<uuid>"
		}
		if err := identity.invalid(i.IdentityID, "identityId", problem); err != nil {
			return Identity{}, err
		}
		if _, ok := r.identityPools.get(i.IdentityPoolID); !ok {
			return Identity{}, identityPool.missing(i.IdentityPoolID)
		}
		i.Logins = maps.Clone(i.Logins)
		if i.Logins == nil {
			i.Logins = map[string]string{}
		}
		r.identities.put(i.IdentityID, i)
		return i, nil
	})
}

// Credentials returns the long-term keys of users, sorted by id.
func (r *Registry) Credentials() []Credential {
	return slices.DeleteFunc(all(r, &r.credentials),
		func(c Credential) bool { return c.Root || !c.Expiration.IsZero() })
}

// IdentityIDs returns the ids of all Cognito identities that are known, or have
// policies or things, sorted.
func (r *Registry) IdentityIDs() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	ids := set{}
	for id := range r.identities.all() {
		ids[id] = true
	}
	for target := range r.attached.seconds {
		ids[target] = true
	}
	for principal := range r.principals.firsts {
		ids[principal] = true
	}
	return slices.DeleteFunc(ids.sorted(), func(id string) bool { return !isIdentityID(id) })
}

// TaggedResources returns the tags of all resources that have some, by ARN.
func (r *Registry) TaggedResources() map[string]map[string]string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := map[string]map[string]string{}
	for arn, tags := range r.tags.seconds {
		out[arn] = maps.Clone(tags)
	}
	return out
}
