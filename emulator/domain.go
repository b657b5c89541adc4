package emulator

import (
	"strings"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/transport"
)

// domain is what a listener must know of the domain configuration of a name. The
// credential provider's names are as if they had one.
func (e *Emulator) domain(name string) transport.Domain {
	a := e.use()
	defer a.users.Done()
	d, ok := a.registry.DomainByServerName(name)
	switch {
	case !ok && strings.Contains(strings.ToLower(name), ".credentials.iot."):
		return transport.Domain{Configured: true, Protocol: "HTTPS", AuthenticationType: authn.X509, ClientCertificate: true}
	case !ok:
		return transport.Domain{}
	}
	domain := transport.Domain{
		Configured: true, Protocol: d.ApplicationProtocol, AuthenticationType: d.AuthenticationType,
		ClientCertificate: d.AuthenticationType == authn.X509 || d.AuthenticationType == authn.CustomX509,
	}
	if d.TLSConfig != nil {
		domain.SecurityPolicy = d.TLSConfig.SecurityPolicy
	}
	for _, arn := range d.ServerCertificateArns {
		if c, ok := a.registry.ServerCertificate(arn); ok {
			certificate := c.TLS()
			domain.Certificate = &certificate
		}
	}
	return domain
}
