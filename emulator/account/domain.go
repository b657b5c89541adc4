package account

import (
	"slices"
	"strings"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/transport"
)

// The host names of an account.

// ServerNames are those that the listeners have a certificate for, as the configuration says.
func (a *Account) ServerNames() []string {
	s := a.present()
	names := s.config.ServerNames()
	if s.soracom != nil {
		names = append(names, s.soracom.Hosts()...)
	}
	return names
}

// Domain is what a listener must know of the domain configuration of a name. The
// credential provider's names are as if they had one.
func (a *Account) Domain(name string) transport.Domain {
	d, ok := a.registry.DomainByServerName(name)
	switch {
	case !ok && strings.Contains(strings.ToLower(name), ".credentials.iot."):
		return transport.Domain{Configured: true, Protocol: "HTTPS", AuthenticationType: authn.X509,
			ClientCertificate: true}
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

// HasEndpoint tells a host name of one of the account's endpoints, in lower case.
func (a *Account) HasEndpoint(host string) bool { return slices.Contains(a.present().endpoints, host) }

// HasDomain tells a name of a domain configuration, or of SORACOM's stand-in.
func (a *Account) HasDomain(host string) bool {
	_, ok := a.registry.DomainByServerName(host)
	s := a.present().soracom
	return ok || s != nil && slices.Contains(s.Hosts(), host)
}

// Owns tells an access key of the account's, and the account's id.
func (a *Account) Owns(accessKeyID string) bool {
	_, known := a.registry.Credential(accessKeyID)
	return known || accessKeyID == a.registry.Account()
}
