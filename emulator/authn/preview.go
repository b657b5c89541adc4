package authn

import (
	"strings"

	"github.com/suback/suback/emulator/policy"
)

// Preview is what a principal would be granted that connects by MQTT with a
// client id: documents, variables and the thing that it is. The principal is the
// ARN of a certificate that is registered, whatever its status, or the id of a
// Cognito identity, whose roles are not in the grant.
func (a *Authenticator) Preview(principal, clientID string) *Grant {
	thing := a.thingOf(principal, clientID)
	g := &Grant{PrincipalID: principal, Documents: a.Registry.PrincipalDocuments(principal, thing.name),
		Values: policy.Values{}}
	if c, ok := a.Registry.Certificate(principal[strings.LastIndex(principal, "/")+1:]); ok {
		g.PrincipalID, g.Values = c.CertificateID, certificateValues(c.CertificateID, c.X509())
	}
	g.be(thing)
	return g
}
