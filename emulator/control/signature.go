package control

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/sigv4"
)

// Signatures
//
//   - every call needs an Authorization header of SigV4's form, for service iot or
//     execute-api; none is a MissingAuthenticationTokenException
//   - whether the signature is right is Options.Verify's to say: keys that are
//     configured are held to it, others may call, but for those whose id is nearly
//     a configured one

// checkSignature is for a service by its name in signatures.
func (s *service) checkSignature(r *http.Request, body []byte, service string) error {
	header := r.Header.Get("Authorization")
	if header == "" && isConfirmation(r) {
		return nil // the token says who it is
	}
	if header == "" {
		return refuse("MissingAuthenticationTokenException", "Missing Authentication Token")
	}
	accessKeyID, signed, err := checkForm(header, service)
	if err != nil {
		return err
	}
	switch _, configured := s.registry.Credential(accessKeyID); {
	case s.Verify == nil:
		return nil
	case !configured && s.Authenticator.NearKey(accessKeyID):
		return refuse("UnrecognizedClientException", "The security token included in the request is invalid: "+
			"there are no keys with this access key id, but there are with one that is nearly the same")
	case !configured:
		return nil
	}
	err = s.Verify(r, body, signed)
	var detailed *authn.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &detailed):
		return refuse(signatureException(detailed.Reason), "%s", cmp.Or(detailed.Message, detailed.Detail))
	}
	return refuse(signatureException(""), "%s", err)
}

// signatureException is the name in this API of what is wrong with a signature.
func signatureException(code string) string {
	switch code {
	case "MissingAuthenticationToken":
		return "MissingAuthenticationTokenException"
	case "IncompleteSignature":
		return "IncompleteSignatureException"
	case "InvalidClientTokenId":
		return "UnrecognizedClientException"
	case "ExpiredToken":
		return "ExpiredTokenException"
	}
	return "InvalidSignatureException"
}

// checkForm looks for the parts of the header and returns the id of the key, and
// the service's name in the scope. The header is not repeated in the error.
func checkForm(header, service string) (accessKeyID, signed string, err error) {
	parts, ok := sigv4.Authorization(header)
	if !ok {
		return "", "", refuse("IncompleteSignatureException", "Authorization header is not of the form %s",
			sigv4.Algorithm)
	}
	for _, name := range []string{"Credential", "SignedHeaders", "Signature"} {
		if parts[name] == "" {
			return "", "", refuse("IncompleteSignatureException", "Authorization header requires '%s' parameter.",
				name)
		}
	}
	c, ok := sigv4.ParseCredential(parts["Credential"])
	if !ok || c.Scope.Terminator != sigv4.Terminator {
		return "", "", refuse("IncompleteSignatureException",
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term")
	}
	if oneOfOurs(c.Scope.Service) != service {
		return "", "", refuse("InvalidSignatureException", "Credential should be scoped to correct service: '%s'.",
			service)
	}
	return c.AccessKeyID, c.Scope.Service, nil
}
