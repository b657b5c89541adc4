package authn

import (
	"context"
	"crypto/x509"

	"github.com/suback/suback/emulator/registry"
)

// The pre-authentication function of a domain configuration
//
//   - it is asked about each client that connects with a certificate, before
//     anything else than the certificate itself is looked at, and not again at a
//     refresh [guess: AWS says "to proceed to further authentication"]
//   - whatever is not {"isAuthenticated": true} refuses
//   - AWS IoT needs a permission for it as for an authorizer's; its source is the
//     domain configuration [source guess: AWS's page names none]

// Members appear in the order of the fields.
type preauthEvent struct {
	ConnectionMetadata connectionMetadata `json:"connectionMetadata"`
	PrincipalID        string             `json:"principalId"`
	ServerName         string             `json:"serverName"`
	Chain              []string           `json:"clientCertificateChain"` // PEM, as sent
}

// preauthenticate asks the function, if there is one. The error is an *Error.
func (a *Authenticator) preauthenticate(
	ctx context.Context, r Request, d registry.DomainConfiguration, leaf *x509.Certificate,
) error {
	config := d.ClientCertificateConfig
	if config == nil || config.ClientCertificateCallbackArn == "" || r.Refresh {
		return nil
	}
	event := preauthEvent{connectionMetadata{r.ConnectionID}, registry.CertificateIDOf(leaf), r.Facts.ServerName,
		chain(r.Facts.PeerCertificates)}
	answer, err := a.invoke(ctx, config.ClientCertificateCallbackArn, d.DomainConfigurationArn, r,
		marshal(event))
	if err == nil {
		err = accepts(answer)
	}
	if err == nil {
		return nil
	}
	e := err.(*Error)
	e.Detail = "pre-authentication: " + e.Detail
	return e.orTry(hintRefused).because("A-251")
}

// accepts reads the answer.
func accepts(answer []byte) error {
	members, err := readMembers(answer)
	if err == nil {
		err = checkAuthenticated(members)
	}
	if err != nil {
		err.(*Error).Invoked = true
	}
	return err
}

func chain(certificates []*x509.Certificate) []string {
	texts := make([]string, len(certificates))
	for i, c := range certificates {
		texts[i] = pemOf(c)
	}
	return texts
}
