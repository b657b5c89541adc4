package registry

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Server certificates, as AWS Certificate Manager keeps them

const serverCertificate kind = "server certificate"

// serverCertificateShape is how server certificates are kept.
func serverCertificateShape() shape[ServerCertificate] {
	return asStored(shape[ServerCertificate]{kind: "serverCerts",
		arn: func(c ServerCertificate) string { return c.CertificateArn }}, storedServerCertificateOf,
		storedServerCertificate.restore)
}

// The two values of ServerCertificate.Type.
const (
	Imported     = "IMPORTED"
	AmazonIssued = "AMAZON_ISSUED"
)

// Issued is the Status of a ServerCertificate that can be used.
const Issued = "ISSUED"

// A ServerCertificate is a certificate for host names, with its key.
type ServerCertificate struct {
	// CertificateArn is given by PutServerCertificate unless it is there.
	CertificateArn string

	DomainName              string   // the first of the names
	SubjectAlternativeNames []string // all names, DomainName too

	PEM      string // the certificate itself
	ChainPEM string // its issuers, "" if there are none

	Type      string // Imported, the default, or AmazonIssued
	Status    string // Issued
	CreatedAt time.Time

	// Request is how an AmazonIssued one was asked for.
	Request CertificateRequest

	tls tls.Certificate
}

// A CertificateRequest are the words of ACM's RequestCertificate that change
// nothing about the certificate. Each may be "".
type CertificateRequest struct {
	IdempotencyToken    string
	ValidationMethod    string // DNS or EMAIL
	TransparencyLogging string // ENABLED or DISABLED
}

// String keeps the key out of whatever prints a ServerCertificate.
func (c ServerCertificate) String() string { return "server certificate " + c.CertificateArn }

// GoString is String.
func (c ServerCertificate) GoString() string { return c.String() }

// X509 is PEM, parsed. Nobody may change it.
func (c ServerCertificate) X509() *x509.Certificate { return c.tls.Leaf }

// TLS is what a TLS server presents: the chain and the key.
func (c ServerCertificate) TLS() tls.Certificate { return c.tls }

// PutServerCertificate imports or replaces a server certificate, and returns it
// as stored. keyPEM must be the key of it. The error is an *Error.
func (r *Registry) PutServerCertificate(c ServerCertificate, keyPEM string) (ServerCertificate, error) {
	return change(r, func() (ServerCertificate, error) {
		leaf, err := serverCertificate.parse("certificate", c.PEM)
		if err != nil {
			return ServerCertificate{}, err
		}
		c.SubjectAlternativeNames = hostNames(leaf)
		if len(c.SubjectAlternativeNames) > 0 {
			c.DomainName = c.SubjectAlternativeNames[0]
		}
		if c.tls, err = keyPair(c, keyPEM, leaf); err != nil {
			return ServerCertificate{}, err
		}
		c.Type = orElse(c.Type, Imported)
		c.Status, c.CreatedAt = Issued, r.now()
		if old, ok := r.serverCerts.get(c.CertificateArn); ok {
			c.CreatedAt = old.CreatedAt
		} else if c.CertificateArn == "" {
			c.CertificateArn = r.arn("acm", "certificate/"+randomUUID())
		}
		if err := serverCertificate.invalid(c.DomainName, "certificateArn",
			r.wantCertificateARN(c.CertificateArn)); err != nil {
			return ServerCertificate{}, err
		}
		r.serverCerts.put(c.CertificateArn, c)
		return c, nil
	})
}

// hostNames are those of the subject alternative name, or else the common name.
func hostNames(c *x509.Certificate) []string {
	if len(c.DNSNames) == 0 && c.Subject.CommonName != "" {
		return []string{c.Subject.CommonName}
	}
	return slices.Clone(c.DNSNames)
}

// keyPair never repeats the key.
func keyPair(c ServerCertificate, keyPEM string, leaf *x509.Certificate) (tls.Certificate, error) {
	chain := strings.TrimSpace(c.PEM) + "\n" + c.ChainPEM
	pair, err := tls.X509KeyPair([]byte(chain), []byte(keyPEM))
	if err != nil {
		problem := "is not the key of the certificate, want its private key as PEM"
		if block, _ := pem.Decode([]byte(keyPEM)); block == nil {
			problem = "is no PEM, want -----BEGIN PRIVATE KEY-----"
		}
		return pair, serverCertificate.invalid(c.DomainName, "privateKey", problem)
	}
	pair.Leaf = leaf
	return pair, nil
}

// DeleteServerCertificate removes a server certificate that no domain
// configuration has. The error is an *Error.
func (r *Registry) DeleteServerCertificate(arn string) error {
	return r.alter(func() error {
		if _, ok := r.serverCerts.get(arn); !ok {
			return serverCertificate.missing(arn)
		}
		for _, d := range r.domains.values() {
			if slices.Contains(d.ServerCertificateArns, arn) {
				return &Error{Code: "ResourceInUseException", Kind: string(serverCertificate), Name: arn,
					Problem: fmt.Sprintf("belongs to domain configuration %q, want that deleted first",
						d.DomainConfigurationName)}
			}
		}
		r.serverCerts.delete(arn)
		r.tags.removeAll(arn)
		return nil
	})
}

// ServerCertificate finds a server certificate by its ARN.
func (r *Registry) ServerCertificate(arn string) (ServerCertificate, bool) {
	return look(r, &r.serverCerts, arn)
}

// ServerCertificates returns all server certificates, sorted by ARN.
func (r *Registry) ServerCertificates() []ServerCertificate { return all(r, &r.serverCerts) }
