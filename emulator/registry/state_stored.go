package registry

import (
	"maps"
	"slices"

	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/policy"
)

// What has another form in a State than in the Registry, and what is found
// again when a State is loaded.

// derive parses the keys.
func (a *Authorizer) derive() error {
	a.publicKeys = nil
	for _, id := range slices.Sorted(maps.Keys(a.TokenSigningPublicKeys)) {
		key, p := parsePublicKey(a.TokenSigningPublicKeys[id])
		if p != "" {
			return authorizer.invalid(a.AuthorizerName, "tokenSigningPublicKeys", p)
		}
		a.publicKeys = append(a.publicKeys, key)
	}
	return nil
}

func (c *Certificate) derive() (err error) {
	c.parsed, err = certificate.parse("certificatePem", c.CertificatePem)
	return err
}

func (c *CACertificate) derive() (err error) {
	c.parsed, err = caCertificate.parse("caCertificate", c.CertificatePem)
	return err
}

// A storedPolicy is a Policy with the number of its versions so far.
type storedPolicy struct {
	Policy  Policy
	Created int
}

func storedPolicyOf(p Policy) storedPolicy { return storedPolicy{p, p.created} }

func (s storedPolicy) restore() (Policy, error) {
	p := s.Policy
	p.created = s.Created
	for i := range p.Versions {
		var err error
		if p.Versions[i].Parsed, err = parsePolicy(p.PolicyName, p.Versions[i].Document); err != nil {
			return Policy{}, err
		}
	}
	return p, p.checkVersions()
}

// A storedCredential is a Credential with the texts of its session policies.
type storedCredential struct {
	Credential      Credential
	SessionPolicies []storedDocument
}

type storedDocument struct{ Name, Text string }

func storedCredentialOf(c Credential) storedCredential {
	s := storedCredential{Credential: c}
	for _, d := range c.SessionPolicies {
		s.SessionPolicies = append(s.SessionPolicies, storedDocument{d.Name, d.Text()})
	}
	return s
}

func (s storedCredential) restore() (Credential, error) {
	c := s.Credential
	for _, d := range s.SessionPolicies {
		parsed, err := policy.Parse(d.Name, []byte(d.Text))
		if err != nil {
			return Credential{}, err
		}
		c.SessionPolicies = append(c.SessionPolicies, parsed)
	}
	return c, nil
}

// A storedServerCertificate is a ServerCertificate with its key.
type storedServerCertificate struct {
	ServerCertificate ServerCertificate
	PrivateKey        string // PEM
}

func storedServerCertificateOf(c ServerCertificate) storedServerCertificate {
	return storedServerCertificate{c, c.PrivateKeyPEM()}
}

func (s storedServerCertificate) restore() (ServerCertificate, error) {
	c := s.ServerCertificate
	leaf, err := serverCertificate.parse("certificate", c.PEM)
	if err == nil {
		c.tls, err = keyPair(c, s.PrivateKey, leaf)
	}
	return c, err
}

// PrivateKeyPEM is the key of the certificate, a PEM block PRIVATE KEY.
func (c ServerCertificate) PrivateKeyPEM() string {
	text, _ := pki.EncodeKey(c.tls.PrivateKey) // nil if there is none
	return string(text)
}
