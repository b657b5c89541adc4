package control

import "github.com/suback/suback/emulator/registry"

// certificateSentence is what AWS says about an error with a certificate, "" if
// that is not known.
func certificateSentence(e *registry.Error) string {
	type about struct {
		kind, code string
		reason     registry.Reason
	}
	switch (about{e.Kind, e.Code, e.Reason}) { // but for A-237
	case about{"certificate", registry.AlreadyExists, ""}:
		return "The certificate is already provisioned or registered"
	case about{"certificate", registry.CertificateState, registry.NotToBePending}:
		return "Not allowed to register certificate with PENDING_ACTIVATION status"
	case about{"certificate", registry.CertificateState, registry.WithoutIssuer}:
		return "No CA certificate exists for the given certificate"
	case about{"certificate", registry.CertificateState, registry.StillActive}:
		return "Certificate must be deactivated (not ACTIVE) before deletion. Id: " + e.Name
	case about{"certificate", registry.DeleteConflict, registry.HasThings}:
		return "Things must be detached before deletion (arn: " + e.ResourceARN + ")"
	case about{"certificate", registry.DeleteConflict, registry.HasPolicies}:
		return "Certificate policies must be detached before deletion (arn: " + e.ResourceARN + ")"
	case about{"CA certificate", registry.LimitExceeded, ""}:
		return "Limit reached for number of CA Certificates with same subject"
	}
	return ""
}
