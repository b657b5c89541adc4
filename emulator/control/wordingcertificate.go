package control

import (
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// certificateSentence is what AWS says about an error with a certificate, "" if
// that is not known.
func certificateSentence(e *registry.Error) string {
	about := func(kind, code, problem string) bool {
		return e.Kind == kind && e.Code == code && strings.HasPrefix(e.Problem, problem)
	}
	switch { // but for A-237
	case about("certificate", registry.AlreadyExists, ""):
		return "The certificate is already provisioned or registered"
	case about("certificate", registry.CertificateState, "is not allowed to be registered with PENDING_ACTIVATION"):
		return "Not allowed to register certificate with PENDING_ACTIVATION status"
	case about("certificate", registry.CertificateState, "has no issuer among"), about("certificate", registry.CertificateState, "has a caCertificatePem that is not registered"):
		return "No CA certificate exists for the given certificate"
	case about("certificate", registry.CertificateState, "is ACTIVE"):
		return "Certificate must be deactivated (not ACTIVE) before deletion. Id: " + e.Name
	case about("certificate", registry.DeleteConflict, "is attached to things"):
		return "Things must be detached before deletion (arn: " + e.ResourceARN + ")"
	case about("certificate", registry.DeleteConflict, "has policies"):
		return "Certificate policies must be detached before deletion (arn: " + e.ResourceARN + ")"
	case about("CA certificate", registry.LimitExceeded, ""):
		return "Limit reached for number of CA Certificates with same subject"
	}
	return ""
}
