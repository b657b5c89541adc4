package registry

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// The registration code: who registers a CA shows a certificate that bears it,
// signed with the CA's key.

// A registrationCode says which code counts.
type registrationCode struct {
	Issued  bool // somebody asked for it
	Deleted int  // how many there were before
}

// RegistrationCode returns the code of the account, 64 hexadecimal digits. It
// comes from account and region, so that it is the same after a restart, and
// another after DeleteRegistrationCode. The error is an *Error: that somebody asked
// for it could not be kept.
func (r *Registry) RegistrationCode() (string, error) {
	return quietly(r, func() (string, error) {
		next := r.registrationCode.get()
		next.Issued = true
		r.registrationCode.set(next)
		return r.code(), nil
	})
}

func (r *Registry) code() string {
	digest := r.digestOf("registration code", fmt.Sprint(r.registrationCode.get().Deleted))
	return hex.EncodeToString(digest[:])
}

// DeleteRegistrationCode makes the code invalid: the next one is another. The
// error is an *Error if nobody asked for a code.
func (r *Registry) DeleteRegistrationCode() error {
	_, err := quietly(r, func() (struct{}, error) {
		if !r.registrationCode.get().Issued {
			return struct{}{}, kind("registration code").missing(r.Account())
		}
		r.registrationCode.set(registrationCode{Deleted: r.registrationCode.get().Deleted + 1})
		return struct{}{}, nil
	})
	return err
}

// VerifyCA wants a verification certificate that bears the registration code
// and that the CA signed. The error is an *Error.
func (r *Registry) VerifyCA(caPEM, verificationPEM string) error {
	const field = "verificationCertificate"
	ca, err := caCertificate.parse("caCertificate", caPEM)
	if err != nil {
		return err
	}
	proof, err := caCertificate.parse(field, verificationPEM)
	if err != nil {
		return err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	fault := &Error{Kind: string(caCertificate), Name: CertificateIDOf(ca), Field: field}
	switch {
	case ca.CheckSignature(proof.SignatureAlgorithm, proof.RawTBSCertificate, proof.Signature) != nil:
		fault.Code, fault.Problem = CertificateValidation, "is not signed with the key of caCertificate, want that"
	case !r.registrationCode.get().Issued || !strings.EqualFold(proof.Subject.CommonName, r.code()):
		fault.Code, fault.Problem = RegistrationCodeValidation, "has another common name, want the code of "+
			"GetRegistrationCode"
	default:
		return nil
	}
	return fault
}
