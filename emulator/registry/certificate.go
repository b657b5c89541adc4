package registry

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Client certificates
//
//   - the id is the SHA-256 of the DER
//   - only an ACTIVE one connects
//   - nobody may register one as PENDING_ACTIVATION; only the gateway
//     does, at the first CONNECT
//   - an ACTIVE one cannot be deleted, one with policies only by force

const certificate kind = "certificate"

// The values of Certificate.Status beside Active and Inactive.
const (
	Revoked           = "REVOKED"
	PendingTransfer   = "PENDING_TRANSFER"
	RegisterInactive  = "REGISTER_INACTIVE"
	PendingActivation = "PENDING_ACTIVATION"
)

// The two values of CertificateMode. With ModeSNIOnly the client must name the
// endpoint by SNI.
const (
	ModeDefault = "DEFAULT"
	ModeSNIOnly = "SNI_ONLY"
)

// A Certificate is a client certificate that is known to the account.
type Certificate struct {
	CertificateID  string `json:"certificateId" yaml:"-"` // 64 hexadecimal digits, lower case
	CertificateArn string `json:"certificateArn" yaml:"-"`
	CertificatePem string `json:"certificatePem" yaml:"certificatePem"`
	Status         string `json:"status" yaml:"status"`
	// "" if no CA of this account issued it
	CACertificateID  string    `json:"caCertificateId,omitempty" yaml:"-"`
	CertificateMode  string    `json:"certificateMode" yaml:"-"`
	CreationDate     time.Time `json:"-" yaml:"-"`
	LastModifiedDate time.Time `json:"-" yaml:"-"`
	NotBefore        time.Time `json:"-" yaml:"-"`
	NotAfter         time.Time `json:"-" yaml:"-"`

	parsed *x509.Certificate
}

// certificateShape is how certificates are kept.
func certificateShape() shape[Certificate] {
	return shape[Certificate]{kind: "certificates", derive: (*Certificate).derive}
}

// X509 is CertificatePem, parsed. Nobody may change it.
func (c Certificate) X509() *x509.Certificate { return c.parsed }

// CertificateIDOf is the id a certificate has or would have in a registry
//
func CertificateIDOf(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// CreateCertificate adds a certificate that AWS issued: the caller's package
// pki did. The status is Active, Inactive or "", which is Inactive. The error is
// an *Error.
func (r *Registry) CreateCertificate(pem, status string) (Certificate, error) {
	return r.register(pem, status,
		func(*x509.Certificate) (string, string, error) { return "", ModeDefault, nil })
}

// RegisterCertificate adds a certificate that a CA of this account issued.
// caPEM says which; it may be "" if the issuer is found without. The error is
// an *Error.
func (r *Registry) RegisterCertificate(pem, status, caPEM string) (Certificate, error) {
	return r.register(pem, status, func(c *x509.Certificate) (string, string, error) {
		ca, err := r.caOf(c, caPEM)
		return ca.CertificateID, ca.CertificateMode, err
	})
}

// RegisterCertificateWithoutCA adds a certificate whoever issued it.
// The error is an *Error.
func (r *Registry) RegisterCertificateWithoutCA(pem, status string) (Certificate, error) {
	return r.register(pem, status,
		func(*x509.Certificate) (string, string, error) { return "", ModeSNIOnly, nil })
}

func (r *Registry) register(
	pem, status string, ca func(*x509.Certificate) (id, mode string, err error),
) (Certificate, error) {
	return change(r, func() (Certificate, error) {
		parsed, err := certificate.parse("certificatePem", pem)
		if err != nil {
			return Certificate{}, err
		}
		id := CertificateIDOf(parsed)
		if status == PendingActivation {
			//
			return Certificate{}, because(NotToBePending,
				certificate.refuse(CertificateState, id,
					"is not allowed to be registered with PENDING_ACTIVATION status, want ACTIVE or INACTIVE"))
		}
		if status == "" {
			status = Inactive
		}
		if err := firstOf(
			certificate.invalid(id, "status", wantOneOf(status, Active, Inactive, Revoked, RegisterInactive)),
			certificate.wantStrongKey(id, parsed),
		); err != nil {
			return Certificate{}, err
		}
		if old, ok := r.certificates.get(id); ok {
			return Certificate{}, certificate.exists(id, id, old.CertificateArn)
		}
		caID, mode, err := ca(parsed)
		if err != nil {
			return Certificate{}, err
		}
		return r.putCertificate(Certificate{CertificatePem: pem, Status: status, CACertificateID: caID,
			CertificateMode: mode, parsed: parsed}), nil
	})
}

func (r *Registry) putCertificate(c Certificate) Certificate {
	c.CertificateID = CertificateIDOf(c.parsed)
	c.CertificateArn = r.arn("iot", "cert/"+c.CertificateID)
	c.CreationDate = r.now()
	c.LastModifiedDate = c.CreationDate
	c.NotBefore, c.NotAfter = c.parsed.NotBefore, c.parsed.NotAfter
	r.certificates.put(c.CertificateID, c)
	return c
}

// UpdateCertificateStatus sets the status: Active, Inactive or Revoked. The
// error is an *Error.
func (r *Registry) UpdateCertificateStatus(id, status string) (Certificate, error) {
	return change(r, func() (Certificate, error) {
		id, c, err := r.wantCertificate(id)
		if err != nil {
			return Certificate{}, err
		}
		if status == PendingTransfer || status == PendingActivation {
			return Certificate{}, certificate.refuse(CertificateState, id,
				fmt.Sprintf("cannot be set to %s, want ACTIVE, INACTIVE or REVOKED", status))
		}
		if err := certificate.invalid(id, "newStatus",
			wantOneOf(status, Active, Inactive, Revoked, RegisterInactive)); err != nil {
			return Certificate{}, err
		}
		c.Status, c.LastModifiedDate = status, r.now()
		r.certificates.put(id, c)
		return c, nil
	})
}

// DeleteCertificate removes a certificate that is not ACTIVE and that no thing
// is attached to; policies are in the way too, unless force detaches them
// . The error is an *Error.
func (r *Registry) DeleteCertificate(id string, force bool) error {
	return r.alter(func() error {
		id, c, err := r.wantCertificate(id)
		if err != nil {
			return err
		}
		if c.Status == Active {
			return because(StillActive, certificate.refuse(CertificateState, id,
				"is ACTIVE, want it INACTIVE before it is deleted"))
		}
		if things := r.thingsOf(c.CertificateArn); len(things) > 0 {
			return because(HasThings, c.conflict("is attached to things, want it detached first: "+names(things)))
		}
		if held := r.attached.of(c.CertificateArn); len(held) > 0 && !force {
			return because(HasPolicies, c.conflict("has policies attached, want them detached or forceDelete: "+
				names(held)))
		}
		r.attached.removeAll(c.CertificateArn)
		r.certificates.delete(id)
		return nil
	})
}

func (c Certificate) conflict(problem string) error {
	return &Error{Code: DeleteConflict, Kind: string(certificate), Name: c.CertificateID, Problem: problem,
		ResourceID: c.CertificateID, ResourceARN: c.CertificateArn}
}

func (r *Registry) wantCertificate(id string) (string, Certificate, error) {
	id = normalID(id)
	c, ok := r.certificates.get(id)
	if !ok {
		return id, c, firstOf(certificate.invalid(id, "certificateId", wantCertificateID(id)),
			certificate.missing(id))
	}
	return id, c, nil
}

// normalID is what AWS makes of an id: 0x may stand in front, case does not
// count.
func normalID(id string) string { return strings.TrimPrefix(strings.ToLower(id), "0x") }

func wantCertificateID(id string) string {
	if len(id) != 64 || strings.Trim(id, "0123456789abcdef") != "" {
		return fmt.Sprintf("is %q, want 64 hexadecimal digits", id)
	}
	return ""
}

// Certificate finds a certificate by its id, whatever its status.
func (r *Registry) Certificate(id string) (Certificate, bool) {
	return look(r, &r.certificates, normalID(id))
}

// CertificateOf finds what is registered of a certificate that a client showed.
func (r *Registry) CertificateOf(c *x509.Certificate) (Certificate, bool) {
	return look(r, &r.certificates, CertificateIDOf(c))
}

// Certificates returns all client certificates, sorted by id.
func (r *Registry) Certificates() []Certificate { return all(r, &r.certificates) }
