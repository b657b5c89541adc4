package control

import (
	"cmp"
	"context"

	"github.com/suback/suback/emulator/registry"
)

// Domain configurations
//
//   - their rules are the registry's
//   - the account's own endpoints are there too, under names that begin with
//     iot; they are neither updated nor deleted
//   - the list is sorted by name

func (s *service) domainOperations() operations {
	return operations{
		"CreateDomainConfiguration":   register(s.createDomainConfiguration),
		"DescribeDomainConfiguration": register(s.describeDomainConfiguration),
		"UpdateDomainConfiguration":   register(s.updateDomainConfiguration),
		"DeleteDomainConfiguration":   register(s.deleteDomainConfiguration),
		"ListDomainConfigurations":    register(s.listDomainConfigurations),
	}
}

type createDomainInput struct {
	DomainConfigurationName  string            `json:"domainConfigurationName"`
	DomainName               *string           `json:"domainName"`
	ServerCertificateArns    []string          `json:"serverCertificateArns"`
	ValidationCertificateArn string            `json:"validationCertificateArn"`
	AuthorizerConfig         *authorizerConfig `json:"authorizerConfig"`
	ServiceType              string            `json:"serviceType"`
	Tags                     []tag             `json:"tags"`

	TLSConfig               *tlsConfig               `json:"tlsConfig"`
	ServerCertificateConfig *serverCertificateConfig `json:"serverCertificateConfig"`
	AuthenticationType      string                   `json:"authenticationType"`
	ApplicationProtocol     string                   `json:"applicationProtocol"`
	ClientCertificateConfig *clientCertificateConfig `json:"clientCertificateConfig"`
}

// The registry's own types have AWS's members.
type (
	authorizerConfig        = registry.AuthorizerConfig
	tlsConfig               = registry.TLSConfig
	serverCertificateConfig = registry.ServerCertificateConfig
	clientCertificateConfig = registry.ClientCertificateConfig
)

type domainSummary struct {
	DomainConfigurationName string `json:"domainConfigurationName"`
	DomainConfigurationArn  string `json:"domainConfigurationArn"`
}

func (s *service) createDomainConfiguration(_ context.Context, in createDomainInput) (domainSummary, error) {
	if (in.DomainName == nil) != (len(in.ServerCertificateArns) == 0) {
		if in.DomainName == nil {
			return domainSummary{}, refuse(invalidRequest, "Must provide a valid domain name to configure.")
		}
		return domainSummary{}, refuse(invalidRequest,
			"serverCertificateArns is missing, want the ARN of a certificate for %s", *in.DomainName)
	}
	d := registry.DomainConfiguration{
		DomainConfigurationName: in.DomainConfigurationName, ServerCertificateArns: in.ServerCertificateArns,
		ValidationCertificateArn: in.ValidationCertificateArn, AuthorizerConfig: in.AuthorizerConfig,
		ServiceType: in.ServiceType,
		TLSConfig:   in.TLSConfig, ServerCertificateConfig: in.ServerCertificateConfig,
		AuthenticationType:  in.AuthenticationType,
		ApplicationProtocol: in.ApplicationProtocol, ClientCertificateConfig: in.ClientCertificateConfig,
	}
	if in.DomainName != nil {
		d.DomainName = *in.DomainName
	}
	d, err := s.registry.CreateDomainConfiguration(d)
	if err != nil {
		return domainSummary{}, err
	}
	out := domainSummary{d.DomainConfigurationName, d.DomainConfigurationArn}
	return out, s.tagNew(d.DomainConfigurationArn, in.Tags, func() error { return s.withdrawDomain(d) })
}

// withdrawDomain removes a configuration that was just made; one with a name of
// AWS's stays, disabled, for that is all that can be done with it.
func (s *service) withdrawDomain(d registry.DomainConfiguration) error {
	name := d.DomainConfigurationName
	_, err := s.registry.UpdateDomainConfiguration(name,
		registry.DomainConfigurationUpdate{DomainConfigurationStatus: registry.Disabled})
	if err != nil || d.DomainType == registry.AWSManaged {
		return err
	}
	return s.registry.DeleteDomainConfiguration(name)
}

type domainConfigurationName struct {
	DomainConfigurationName string `json:"domainConfigurationName"`
}

type serverCertificateSummary struct {
	ServerCertificateArn    string `json:"serverCertificateArn"`
	ServerCertificateStatus string `json:"serverCertificateStatus"`
}

type describeDomainOutput struct {
	DomainConfigurationName   string                     `json:"domainConfigurationName"`
	DomainConfigurationArn    string                     `json:"domainConfigurationArn"`
	DomainName                string                     `json:"domainName"`
	ServerCertificates        []serverCertificateSummary `json:"serverCertificates"`
	AuthorizerConfig          *authorizerConfig          `json:"authorizerConfig,omitempty"`
	DomainConfigurationStatus string                     `json:"domainConfigurationStatus"`
	ServiceType               string                     `json:"serviceType"`
	DomainType                string                     `json:"domainType"`
	LastStatusChangeDate      *date                      `json:"lastStatusChangeDate,omitempty"`

	TLSConfig               *tlsConfig               `json:"tlsConfig,omitempty"`
	ServerCertificateConfig *serverCertificateConfig `json:"serverCertificateConfig,omitempty"`
	AuthenticationType      string                   `json:"authenticationType"`
	ApplicationProtocol     string                   `json:"applicationProtocol"`
	ClientCertificateConfig *clientCertificateConfig `json:"clientCertificateConfig,omitempty"`
}

func (s *service) describeDomainConfiguration(
	_ context.Context, in domainConfigurationName,
) (describeDomainOutput, error) {
	d, err := s.domain(in.DomainConfigurationName)
	if err != nil {
		return describeDomainOutput{}, err
	}
	out := describeDomainOutput{
		DomainConfigurationName: d.DomainConfigurationName, DomainConfigurationArn: d.DomainConfigurationArn,
		DomainName:         d.DomainName,
		ServerCertificates: []serverCertificateSummary{}, AuthorizerConfig: d.AuthorizerConfig,
		DomainConfigurationStatus: d.DomainConfigurationStatus, ServiceType: d.ServiceType,
		DomainType:              d.DomainType,
		TLSConfig:               cmp.Or(d.TLSConfig, &tlsConfig{SecurityPolicy: defaultSecurityPolicy}),
		ServerCertificateConfig: d.ServerCertificateConfig,
		AuthenticationType:      d.AuthenticationType, ApplicationProtocol: d.ApplicationProtocol,
		ClientCertificateConfig: d.ClientCertificateConfig,
	}
	if !d.LastStatusChangeDate.IsZero() {
		out.LastStatusChangeDate = &date{d.LastStatusChangeDate}
	}
	for _, arn := range d.ServerCertificateArns {
		out.ServerCertificates = append(out.ServerCertificates, serverCertificateSummary{arn, "VALID"})
	}
	return out, nil
}

// domain finds a domain configuration, the account's own included, or says that
// there is none.
func (s *service) domain(name string) (registry.DomainConfiguration, error) {
	if d, ok := s.registry.DomainConfiguration(name); ok {
		return d, nil
	}
	for _, d := range s.ownDomains() {
		if d.DomainConfigurationName == name {
			return d, nil
		}
	}
	return registry.DomainConfiguration{}, missing("domain configuration", name)
}

type updateDomainInput struct {
	DomainConfigurationName   string            `json:"domainConfigurationName"`
	AuthorizerConfig          *authorizerConfig `json:"authorizerConfig"`
	DomainConfigurationStatus string            `json:"domainConfigurationStatus"`
	RemoveAuthorizerConfig    bool              `json:"removeAuthorizerConfig"`

	TLSConfig               *tlsConfig               `json:"tlsConfig"`
	ServerCertificateConfig *serverCertificateConfig `json:"serverCertificateConfig"`
	AuthenticationType      string                   `json:"authenticationType"`
	ApplicationProtocol     string                   `json:"applicationProtocol"`
	ClientCertificateConfig *clientCertificateConfig `json:"clientCertificateConfig"`
}

func (s *service) updateDomainConfiguration(_ context.Context, in updateDomainInput) (domainSummary, error) {
	old, err := s.domain(in.DomainConfigurationName)
	if err != nil {
		return domainSummary{}, err
	}
	if old.DomainType == registry.Endpoint {
		return domainSummary{}, refuse(invalidRequest,
			"Domain configuration %s is the account's own and cannot be updated", old.DomainConfigurationName)
	}
	d, err := s.registry.UpdateDomainConfiguration(in.DomainConfigurationName,
		registry.DomainConfigurationUpdate{
			AuthorizerConfig: in.AuthorizerConfig, RemoveAuthorizerConfig: in.RemoveAuthorizerConfig,
			DomainConfigurationStatus: in.DomainConfigurationStatus,
			AuthenticationType:        in.AuthenticationType, ApplicationProtocol: in.ApplicationProtocol,
			TLSConfig:               in.TLSConfig,
			ServerCertificateConfig: in.ServerCertificateConfig, ClientCertificateConfig: in.ClientCertificateConfig,
		})
	return domainSummary{d.DomainConfigurationName, d.DomainConfigurationArn}, err
}

func (s *service) deleteDomainConfiguration(_ context.Context, in domainConfigurationName) (none, error) {
	return none{}, s.registry.DeleteDomainConfiguration(in.DomainConfigurationName)
}

type listDomainsInput struct {
	listing
	ServiceType string `json:"serviceType"`
}

type listedDomain struct {
	domainSummary
	ServiceType string `json:"serviceType"`
}

type listDomainsOutput struct {
	DomainConfigurations []listedDomain `json:"domainConfigurations"`
	NextMarker           string         `json:"nextMarker,omitempty"`
}

func (s *service) listDomainConfigurations(
	_ context.Context, in listDomainsInput,
) (listDomainsOutput, error) {
	var all []listedDomain
	for _, d := range append(s.registry.DomainConfigurations(), s.ownDomains()...) {
		if in.ServiceType == "" || in.ServiceType == d.ServiceType {
			all = append(all, listedDomain{domainSummary{d.DomainConfigurationName, d.DomainConfigurationArn},
				d.ServiceType})
		}
	}
	key := func(d listedDomain) string { return d.DomainConfigurationName }
	part, next, err := page("ListDomainConfigurations", in.listing, all, key, ascending)
	return listDomainsOutput{append([]listedDomain{}, part...), next}, err
}
