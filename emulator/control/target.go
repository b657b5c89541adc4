package control

import (
	"regexp"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// The three kinds of target of a policy, by their form.

// certificateOf finds the certificate whose ARN this is, or says that it is none.
func (s *service) certificateOf(arn string) (c registry.Certificate, isARN, exists bool) {
	id, ok := s.ours(arn, "cert/")
	if !ok {
		return c, false, false
	}
	c, exists = s.registry.Certificate(id)
	return c, true, exists
}

// ours returns what follows the type in the ARN of a resource of this account.
func (s *service) ours(arn, kind string) (name string, ok bool) {
	return strings.CutPrefix(arn, s.arn(kind))
}

// checkTarget wants a certificate or a thing group that exists, or the id of a
// Cognito identity.
func (s *service) checkTarget(target string) error {
	name, ok := s.ours(target, "thinggroup/")
	if !ok {
		return s.checkPrincipal(target)
	}
	if _, ok := s.registry.ThingGroup(name); !ok {
		return missing("thing group", name)
	}
	return nil
}

// checkPrincipal wants a certificate that exists, or the id of a Cognito
// identity.
func (s *service) checkPrincipal(principal string) error {
	_, isARN, exists := s.certificateOf(principal)
	switch {
	case exists || isIdentity(principal):
		return nil
	case isARN:
		return missing("certificate", principal[strings.LastIndex(principal, "/")+1:])
	}
	return refuse(invalidRequest, "Invalid principal type")
}

// isIdentity tells the id of a Cognito identity by its form: region and UUID.
func isIdentity(id string) bool {
	ok, _ := regexp.MatchString(`\A[a-z]+(-[a-z]+)+-[0-9]+:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\z`, id)
	return ok
}
