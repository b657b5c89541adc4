package emulator

import (
	"maps"
	"slices"
)

// Policies and who has them, in an exported suback.yaml.

func (x *exporting) policies() (all []Policy) {
	for _, p := range x.Policies() {
		if len(p.Versions) == 1 && p.Versions[0].VersionID == "1" {
			all = append(all, Policy{PolicyName: p.PolicyName, PolicyDocument: PolicyDocument(p.Versions[0].Document)})
			continue
		}
		of := Policy{PolicyName: p.PolicyName}
		for _, v := range p.Versions {
			of.PolicyVersions = append(of.PolicyVersions, PolicyVersion{VersionID: v.VersionID, PolicyDocument: PolicyDocument(v.Document), IsDefaultVersion: v.IsDefault})
		}
		all = append(all, of)
	}
	return all
}

// attached are the names of the policies attached to a target.
func (x *exporting) attached(target string) (names []string) {
	for _, p := range x.AttachedPolicies(target, false) {
		names = append(names, p.PolicyName)
	}
	return names
}

// thingsOf are the things of a principal, and how it is attached to them: in one
// way to all, since an exclusive one has only one.
func (x *exporting) thingsOf(principal string) (names []string, thingPrincipalType string) {
	things := x.ThingsOf(principal)
	for _, name := range slices.Sorted(maps.Keys(things)) {
		names, thingPrincipalType = append(names, name), things[name]
	}
	return names, thingPrincipalType
}

func (x *exporting) certificates() (all []Certificate) {
	for _, c := range x.Certificates() {
		names, kind := x.thingsOf(c.CertificateArn)
		all = append(all, Certificate{CertificatePem: PEM(c.CertificatePem), Status: c.Status, CertificateMode: c.CertificateMode,
			CACertificateID: c.CACertificateID, Policies: x.attached(c.CertificateArn), Things: names, ThingPrincipalType: kind})
	}
	return all
}

func (x *exporting) caCertificates() (all []CACertificate) {
	for _, c := range x.CACertificates() {
		all = append(all, CACertificate{CACertificatePem: PEM(c.CertificatePem), Status: c.Status, CertificateMode: c.CertificateMode,
			AutoRegistrationStatus: c.AutoRegistrationStatus, RegistrationConfig: c.RegistrationConfig})
	}
	return all
}

func (x *exporting) credentials() (all []Credential) {
	for _, k := range x.Credentials() {
		if !x.secrets {
			x.notes = append(x.notes, "credentials "+k.AccessKeyID+", whose secret access key --secrets would write")
			continue
		}
		u, _ := x.User(k.UserName)
		all = append(all, Credential{AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey, UserName: k.UserName, Policies: u.Policies})
	}
	return all
}

func (x *exporting) roles() (all []Role) {
	for _, r := range x.Roles() {
		all = append(all, Role{RoleName: r.RoleName, Policies: r.Policies, AssumeRolePolicyDocument: PolicyDocument(r.AssumeRolePolicyDocument)})
	}
	return all
}

func (x *exporting) identities() (all []Identity) {
	for _, id := range x.IdentityIDs() {
		known, _ := x.Identity(id)
		names, kind := x.thingsOf(id)
		all = append(all, Identity{IdentityID: id, IdentityPoolID: known.IdentityPoolID, Logins: filled(known.Logins),
			Policies: x.attached(id), Things: names, ThingPrincipalType: kind})
	}
	return all
}
