package registry

import (
	"crypto/x509"
	"encoding/json"
	"fmt"
	"time"
)

// CA certificates

const caCertificate kind = "CA certificate"

// caCertificateShape is how CA certificates are kept.
func caCertificateShape() shape[CACertificate] {
	return shape[CACertificate]{kind: "caCerts", derive: (*CACertificate).derive,
		arn: func(c CACertificate) string { return c.CertificateArn }}
}

const maxCAsOfSubject = 10

// The two values of CACertificate.AutoRegistrationStatus.
const (
	Enable  = "ENABLE"
	Disable = "DISABLE"
)

// A CACertificate is a CA whose certificates may be registered.
type CACertificate struct {
	CertificateID  string `json:"certificateId" yaml:"-"` // 64 hexadecimal digits, lower case
	CertificateArn string `json:"certificateArn" yaml:"-"`
	CertificatePem string `json:"certificatePem" yaml:"caCertificatePem"`
	Status         string `json:"status" yaml:"status"` // Active or Inactive, the default
	// ModeDefault, the default, or ModeSNIOnly
	CertificateMode string `json:"certificateMode" yaml:"certificateMode"`

	// AutoRegistrationStatus is Enable or Disable, the default. With Enable the
	// first CONNECT registers a certificate of this CA.
	AutoRegistrationStatus string `json:"autoRegistrationStatus" yaml:"autoRegistrationStatus"`

	// RegistrationConfig is how to provision then; nil: not at all.
	RegistrationConfig *RegistrationConfig `json:"registrationConfig,omitempty" yaml:"registrationConfig"`

	CreationDate     time.Time `json:"-" yaml:"-"`
	LastModifiedDate time.Time `json:"-" yaml:"-"`
	NotBefore        time.Time `json:"-" yaml:"-"`
	NotAfter         time.Time `json:"-" yaml:"-"`

	parsed *x509.Certificate
}

// A RegistrationConfig is a provisioning template and the role it runs as. The
// registry only keeps it.
type RegistrationConfig struct {
	TemplateBody string `json:"templateBody,omitempty" yaml:"templateBody"` // JSON, at most 10240 characters
	TemplateName string `json:"templateName,omitempty" yaml:"templateName"`
	RoleArn      string `json:"roleArn,omitempty" yaml:"roleArn"`
}

// X509 is CertificatePem, parsed. Nobody may change it.
func (c CACertificate) X509() *x509.Certificate { return c.parsed }

// RegisterCACertificate adds a CA and returns it as stored. That the caller
// owns the CA's key is for the caller to check. The error is an *Error.
func (r *Registry) RegisterCACertificate(c CACertificate) (CACertificate, error) {
	return change(r, func() (CACertificate, error) {
		var err error
		if c.parsed, err = caCertificate.parse("caCertificate", c.CertificatePem); err != nil {
			return CACertificate{}, err
		}
		c.CertificateID = CertificateIDOf(c.parsed)
		c.Status = orElse(c.Status, Inactive)
		c.CertificateMode = orElse(c.CertificateMode, ModeDefault)
		c.AutoRegistrationStatus = orElse(c.AutoRegistrationStatus, Disable)
		if err := c.check(); err != nil {
			return CACertificate{}, err
		}
		if old, ok := r.caCerts.get(c.CertificateID); ok {
			return CACertificate{}, caCertificate.exists(c.CertificateID, c.CertificateID, old.CertificateArn)
		}
		if n := r.countCAs(c.parsed.RawSubject); n >= maxCAsOfSubject {
			return CACertificate{}, caCertificate.refuse(LimitExceeded, c.CertificateID,
				fmt.Sprintf("has the subject of %d others, want at most %d", n, maxCAsOfSubject))
		}
		c.CertificateArn = r.arn("iot", "cacert/"+c.CertificateID)
		c.CreationDate = r.now()
		c.LastModifiedDate = c.CreationDate
		c.NotBefore, c.NotAfter = c.parsed.NotBefore, c.parsed.NotAfter
		r.caCerts.put(c.CertificateID, c)
		return c, nil
	})
}

func orElse(s, byDefault string) string {
	if s == "" {
		return byDefault
	}
	return s
}

func (c CACertificate) check() error {
	id := c.CertificateID
	if !c.parsed.BasicConstraintsValid || !c.parsed.IsCA {
		return caCertificate.refuse(CertificateValidation, id, "is no CA, want basicConstraints CA:TRUE")
	}
	return firstOf(
		caCertificate.wantStrongKey(id, c.parsed),
		caCertificate.invalid(id, "status", wantOneOf(c.Status, Active, Inactive)),
		caCertificate.invalid(id, "certificateMode", wantOneOf(c.CertificateMode, ModeDefault, ModeSNIOnly)),
		caCertificate.invalid(id, "autoRegistrationStatus", wantOneOf(c.AutoRegistrationStatus, Enable, Disable)),
		caCertificate.invalid(id, "registrationConfig", c.RegistrationConfig.problem()),
	)
}

func (c *RegistrationConfig) problem() string {
	switch {
	case c == nil:
		return ""
	case c.TemplateName != "" && c.TemplateBody != "":
		return "has templateName and templateBody, want one of them"
	case c.TemplateBody != "" && !json.Valid([]byte(c.TemplateBody)):
		return "has a templateBody that is no JSON, want a provisioning template"
	case len(c.TemplateBody) > 10240:
		return fmt.Sprintf("has a templateBody of %d characters, want at most 10240", len(c.TemplateBody))
	case c.TemplateName != "" && wantName(c.TemplateName, "_-", 36) != "":
		return "has a templateName that " + wantName(c.TemplateName, "_-", 36)
	}
	return ""
}

// A CACertificateUpdate says what UpdateCACertificate changes; "" and nil keep
// what is.
type CACertificateUpdate struct {
	Status                 string
	AutoRegistrationStatus string
	RegistrationConfig     *RegistrationConfig

	// RemoveAutoRegistration disables it and removes RegistrationConfig.
	RemoveAutoRegistration bool
}

// UpdateCACertificate changes a CA and returns it as stored. The error is an
// *Error.
func (r *Registry) UpdateCACertificate(id string, u CACertificateUpdate) (CACertificate, error) {
	return change(r, func() (CACertificate, error) {
		id, c, err := r.wantCACertificate(id)
		if err != nil {
			return CACertificate{}, err
		}
		if u.RemoveAutoRegistration {
			c.AutoRegistrationStatus, c.RegistrationConfig = Disable, nil
		}
		c.Status = orElse(u.Status, c.Status)
		c.AutoRegistrationStatus = orElse(u.AutoRegistrationStatus, c.AutoRegistrationStatus)
		if u.RegistrationConfig != nil {
			c.RegistrationConfig = u.RegistrationConfig
		}
		if err := c.check(); err != nil {
			return CACertificate{}, err
		}
		c.LastModifiedDate = r.now()
		r.caCerts.put(id, c)
		return c, nil
	})
}

// DeleteCACertificate removes a CA that is not ACTIVE; what it issued stays.
// The error is an *Error.
func (r *Registry) DeleteCACertificate(id string) error {
	return r.alter(func() error {
		id, c, err := r.wantCACertificate(id)
		if err != nil {
			return err
		}
		if c.Status == Active {
			return caCertificate.refuse(CertificateState, id, "is ACTIVE, want it INACTIVE before it is deleted")
		}
		r.caCerts.delete(id)
		r.tags.removeAll(c.CertificateArn)
		return nil
	})
}

func (r *Registry) wantCACertificate(id string) (string, CACertificate, error) {
	id = normalID(id)
	c, ok := r.caCerts.get(id)
	if !ok {
		return id, c, firstOf(caCertificate.invalid(id, "caCertificateId", wantCertificateID(id)),
			caCertificate.missing(id))
	}
	return id, c, nil
}

// CACertificate finds a CA by its id, whatever its status.
func (r *Registry) CACertificate(id string) (CACertificate, bool) {
	return look(r, &r.caCerts, normalID(id))
}

// CACertificates returns all CAs, sorted by id.
func (r *Registry) CACertificates() []CACertificate { return all(r, &r.caCerts) }
