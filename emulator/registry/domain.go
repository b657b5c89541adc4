package registry

import (
	"fmt"
	"strings"
	"time"
)

// Domain configurations
//
//   - one is found by the name the client asks for: SNI, or the Host header
//
//   - without a domain name AWS makes one
//   - the server certificate never changes
//   - only a DISABLED one is deleted, one with a name that AWS made 7 days
//     later

const domain kind = "domain configuration"

// domainShape is how domain configurations are kept.
func domainShape() shape[DomainConfiguration] {
	return shape[DomainConfiguration]{kind: "domains",
		arn: func(d DomainConfiguration) string { return d.DomainConfigurationArn }}
}

// The two values of DomainConfiguration.DomainConfigurationStatus.
const (
	Enabled  = "ENABLED"
	Disabled = "DISABLED"
)

// The values of DomainConfiguration.DomainType.
const (
	Endpoint        = "ENDPOINT" // of the account's own endpoints
	AWSManaged      = "AWS_MANAGED"
	CustomerManaged = "CUSTOMER_MANAGED"
)

const maxDomains = 10

// A DomainConfiguration says how clients of one host name are treated.
type DomainConfiguration struct {
	// DomainConfigurationName is 1 to 128 letters, digits, or any of . _ -.
	DomainConfigurationName string `json:"domainConfigurationName" yaml:"domainConfigurationName"`
	DomainConfigurationArn  string `json:"domainConfigurationArn" yaml:"-"`

	// DomainName is a host name of at most 253 characters; case does not count.
	// Default: one that looks as if AWS had made it.
	DomainName string `json:"domainName" yaml:"domainName"`
	DomainType string `json:"domainType" yaml:"-"` // AWSManaged or CustomerManaged

	ServiceType string `json:"serviceType" yaml:"-"` // DATA

	// DomainConfigurationStatus is Enabled, the default, or Disabled: then every
	// client is refused.
	DomainConfigurationStatus string    `json:"domainConfigurationStatus" yaml:"domainConfigurationStatus"`
	LastStatusChangeDate      time.Time `json:"-" yaml:"-"`

	// ServerCertificateArns name at most one server certificate. Without one the
	// emulator's own CA issues it.
	ServerCertificateArns []string `json:"serverCertificateArns,omitempty" yaml:"serverCertificateArns"`

	// ValidationCertificateArn is not asked for.
	ValidationCertificateArn string `json:"validationCertificateArn,omitempty" yaml:"validationCertificateArn"`

	// AuthorizerConfig may be nil: the account's default authorizer applies,
	// and clients may name another.
	AuthorizerConfig *AuthorizerConfig `json:"authorizerConfig,omitempty" yaml:"authorizerConfig"`

	// AuthenticationType and ApplicationProtocol go together. Default of
	// both: "DEFAULT".
	AuthenticationType  string `json:"authenticationType" yaml:"authenticationType"`
	ApplicationProtocol string `json:"applicationProtocol" yaml:"applicationProtocol"`

	TLSConfig               *TLSConfig               `json:"tlsConfig,omitempty" yaml:"tlsConfig"`
	ServerCertificateConfig *ServerCertificateConfig `json:"serverCertificateConfig,omitempty" yaml:"serverCertificateConfig"`
	ClientCertificateConfig *ClientCertificateConfig `json:"clientCertificateConfig,omitempty" yaml:"clientCertificateConfig"`
}

// An AuthorizerConfig is the authorizer of a domain configuration.
type AuthorizerConfig struct {
	DefaultAuthorizerName string `json:"defaultAuthorizerName,omitempty" yaml:"defaultAuthorizerName"`

	// AllowAuthorizerOverride lets a client name another authorizer. Nil
	// only without a DefaultAuthorizerName, and like true.
	AllowAuthorizerOverride *bool `json:"allowAuthorizerOverride,omitempty" yaml:"allowAuthorizerOverride"`
}

// AllowsOverride says whether a client may name an authorizer itself.
func (c *AuthorizerConfig) AllowsOverride() bool {
	return c == nil || c.AllowAuthorizerOverride == nil || *c.AllowAuthorizerOverride
}

// A TLSConfig chooses the TLS versions of a domain.
type TLSConfig struct {
	SecurityPolicy string `json:"securityPolicy,omitempty" yaml:"securityPolicy"`
}

// A ServerCertificateConfig is about OCSP stapling; the registry only keeps it
//
type ServerCertificateConfig struct {
	EnableOCSPCheck            bool   `json:"enableOCSPCheck" yaml:"enableOCSPCheck"`
	OCSPLambdaArn              string `json:"ocspLambdaArn,omitempty" yaml:"ocspLambdaArn"`
	OCSPAuthorizedResponderArn string `json:"ocspAuthorizedResponderArn,omitempty" yaml:"ocspAuthorizedResponderArn"`
}

// A ClientCertificateConfig names a function that judges client certificates
//
type ClientCertificateConfig struct {
	ClientCertificateCallbackArn string `json:"clientCertificateCallbackArn,omitempty" yaml:"clientCertificateCallbackArn"`
}

// CreateDomainConfiguration adds a domain configuration and returns it as
// stored. The error is an *Error.
func (r *Registry) CreateDomainConfiguration(d DomainConfiguration) (DomainConfiguration, error) {
	return change(r, func() (DomainConfiguration, error) {
		d = r.complete(d)
		if err := r.checkDomain(d); err != nil {
			return d, err
		}
		if old, ok := r.domains.get(d.DomainConfigurationName); ok {
			return d, domain.exists(d.DomainConfigurationName, d.DomainConfigurationName, old.DomainConfigurationArn)
		}
		if n := r.domains.len(); n >= maxDomains {
			return d, domain.refuse(LimitExceeded, d.DomainConfigurationName,
				fmt.Sprintf("is one too many: there are %d, want at most %d", n, maxDomains))
		}
		r.domains.put(d.DomainConfigurationName, d)
		return d, nil
	})
}

// complete fills in the defaults.
func (r *Registry) complete(d DomainConfiguration) DomainConfiguration {
	name := d.DomainConfigurationName
	d.DomainConfigurationArn = r.arn("iot",
		fmt.Sprintf("domainconfiguration/%s/%s", name, r.lettersOf(domain, name, 5)))
	d.DomainType = CustomerManaged
	if d.DomainName == "" {
		d.DomainType = AWSManaged
		d.DomainName = fmt.Sprintf("d%s-ats.iot.%s.%s", r.lettersOf("domain name", name, 20), r.Region(),
			r.dnsSuffix())
	}
	d.ServiceType = orElse(d.ServiceType, "DATA")
	d.DomainConfigurationStatus = orElse(d.DomainConfigurationStatus, Enabled)
	d.AuthenticationType = orElse(d.AuthenticationType, Default)
	d.ApplicationProtocol = orElse(d.ApplicationProtocol, Default)
	d.LastStatusChangeDate = r.now()
	return d.withCallbackARN(r)
}

func (d DomainConfiguration) withCallbackARN(r *Registry) DomainConfiguration {
	if c := d.ClientCertificateConfig; c != nil {
		d.ClientCertificateConfig = &ClientCertificateConfig{r.functionARN(c.ClientCertificateCallbackArn)}
	}
	return d
}

// DomainConfiguration finds a domain configuration by its name.
func (r *Registry) DomainConfiguration(name string) (DomainConfiguration, bool) {
	return look(r, &r.domains, name)
}

// DomainConfigurations returns all domain configurations, sorted by name.
func (r *Registry) DomainConfigurations() []DomainConfiguration { return all(r, &r.domains) }

// DomainByServerName finds the domain configuration of a host name, whatever
// its status. None means the account's default endpoint.
func (r *Registry) DomainByServerName(name string) (DomainConfiguration, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, d := range r.domains.all() {
		if strings.EqualFold(d.DomainName, name) {
			return d, true
		}
	}
	return DomainConfiguration{}, false
}
