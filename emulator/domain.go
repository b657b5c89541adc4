package emulator

import (
	"slices"
	"strings"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/transport"
)

// domainFor finds the domain configuration of a name among all accounts, own's first.
func (e *Emulator) domainFor(own *Account) func(name string) transport.Domain {
	return func(name string) transport.Domain {
		if a := e.named(name); a != nil {
			return a.domain(name)
		}
		return own.domain(name)
	}
}

// serverNames are the host names of the default endpoints of all accounts.
func (e *Emulator) serverNames() []string {
	names := slices.Clone(e.hosts)
	for _, a := range e.Accounts() {
		names = append(names, a.serverNames()...)
	}
	return names
}

func (a *Account) serverNames() []string {
	s := a.present()
	names := s.config.ServerNames()
	if s.soracom != nil {
		names = append(names, s.soracom.Hosts()...)
	}
	return names
}

// domain is what a listener must know of the domain configuration of a name. The
// credential provider's names are as if they had one.
func (a *Account) domain(name string) transport.Domain {
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
