package registry

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// The server certificate of a domain configuration
//
//   - exactly one, of this account and region
//   - its names, its purpose, its key and its chain are held to AWS's rules
//

const (
	maxNames      = 4         // names of a certificate
	maxChain      = 5         // certificates
	maxChainBytes = 16 * 1024
)

// The two values of serverCertificateStatus.
const (
	Valid = "VALID"
	// A certificate that became bad after it was taken.
	Invalid = "INVALID"
)

func (r *Registry) checkServerCertificates(d DomainConfiguration) error {
	name := d.DomainConfigurationName
	if n := len(d.ServerCertificateArns); n > 1 {
		return domain.invalid(name, "serverCertificateArns", fmt.Sprintf("has %d entries, want 1", n))
	}
	if d.DomainType == AWSManaged && len(d.ServerCertificateArns) > 0 {
		return domain.invalid(name, "domainName", "is missing, want the name of the server certificate")
	}
	for _, arn := range d.ServerCertificateArns {
		if err := domain.invalid(name, "serverCertificateArns", r.wantCertificateARN(arn)); err != nil {
			return err
		}
		if p := r.serverCertificateProblem(arn, d.DomainName); p != "" {
			return &Error{Code: CertificateValidation, Kind: string(domain), Name: name,
				Field: "serverCertificateArns", Problem: p}
		}
	}
	if d.ValidationCertificateArn != "" {
		return domain.invalid(name, "validationCertificateArn", r.wantCertificateARN(d.ValidationCertificateArn))
	}
	return nil
}

var certificatePath = regexp.MustCompile(`^certificate/[a-zA-Z0-9/-]+$`)

func (r *Registry) wantCertificateARN(arn string) string {
	path, ok := strings.CutPrefix(arn, r.arn("acm", ""))
	if !ok || !certificatePath.MatchString(path) {
		return fmt.Sprintf("is %q, want %s<id>", arn, r.arn("acm", "certificate/"))
	}
	return ""
}

// ServerCertificateStatus is Valid, or Invalid and why, for the server
// certificate of a domain.
func (r *Registry) ServerCertificateStatus(arn, domainName string) (status, detail string) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if p := r.serverCertificateProblem(arn, domainName); p != "" {
		return Invalid, "the server certificate " + p
	}
	return Valid, ""
}

// serverCertificateProblem holds a server certificate to AWS's rules.
func (r *Registry) serverCertificateProblem(arn, domainName string) string {
	c, ok := r.serverCerts.get(arn)
	if !ok {
		return fmt.Sprintf("is %q, want a server certificate that exists", arn)
	}
	leaf := c.X509()
	switch now := r.now(); {
	case now.Before(leaf.NotBefore) || now.After(leaf.NotAfter):
		return fmt.Sprintf("is valid from %s to %s, want one that is valid now",
			leaf.NotBefore.UTC().Format("2006-01-02"), leaf.NotAfter.UTC().Format("2006-01-02"))
	case !serves(leaf):
		return "is not for servers, want the extended key usage serverAuth"
	case !strongServerKey(leaf):
		return fmt.Sprintf("has a key of the type %s, want RSA_2048 or EC_prime256v1", leaf.PublicKeyAlgorithm)
	case len(c.SubjectAlternativeNames) > maxNames:
		return fmt.Sprintf("has %d names, want at most %d", len(c.SubjectAlternativeNames), maxNames)
	case len(c.tls.Certificate) > maxChain:
		return fmt.Sprintf("has a chain of %d certificates, want at most %d", len(c.tls.Certificate), maxChain)
	case len(c.PEM)+len(c.ChainPEM) > maxChainBytes:
		return fmt.Sprintf("has a chain of %d bytes, want at most %d", len(c.PEM)+len(c.ChainPEM), maxChainBytes)
	case !slices.ContainsFunc(c.SubjectAlternativeNames,
		func(name string) bool { return covers(name, domainName) }):
		return fmt.Sprintf("is for %s, want %q", strings.Join(c.SubjectAlternativeNames, ", "), domainName)
	}
	return ""
}

func serves(c *x509.Certificate) bool {
	return slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageServerAuth) ||
		slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageAny)
}

func strongServerKey(c *x509.Certificate) bool {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen() == minRSA
	case *ecdsa.PublicKey:
		return key.Curve == elliptic.P256()
	}
	return false
}

// covers says whether the name of a certificate is the host or, by *, stands for
// its first label.
func covers(name, host string) bool {
	if rest, ok := strings.CutPrefix(name, "*."); ok {
		_, after, found := strings.Cut(host, ".")
		return found && strings.EqualFold(rest, after)
	}
	return strings.EqualFold(name, host)
}
