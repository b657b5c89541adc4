package registry

import (
	"fmt"
	"strings"
)

// Domain configurations
//
//   - one is found by the name the client asks for: SNI, or the Host header
//
//   - the default authorizer and the right to override it come together
//   - the default authorizer must exist [A-275, guess]

// The two values of DomainConfiguration.DomainConfigurationStatus.
const (
	Enabled  = "ENABLED"
	Disabled = "DISABLED"
)

// A DomainConfiguration says how clients of one host name are treated.
type DomainConfiguration struct {
	// DomainConfigurationName is 1 to 128 letters, digits, or any of . _ -.
	DomainConfigurationName string `json:"domainConfigurationName" yaml:"domainConfigurationName"`

	// DomainName is a host name of at most 253 characters; case does not count.
	DomainName string `json:"domainName" yaml:"domainName"`

	// DomainConfigurationStatus is Enabled, the default, or Disabled: then every
	// client is refused.
	DomainConfigurationStatus string `json:"domainConfigurationStatus" yaml:"domainConfigurationStatus"`

	// AuthenticationType is DEFAULT, AWS_X509, AWS_SIGV4, CUSTOM_AUTH or
	// CUSTOM_AUTH_X509; "" is DEFAULT.
	AuthenticationType string `json:"authenticationType,omitempty" yaml:"authenticationType"`

	// AuthorizerConfig may be nil: the account's default authorizer applies,
	// and clients may name another.
	AuthorizerConfig *AuthorizerConfig `json:"authorizerConfig,omitempty" yaml:"authorizerConfig"`
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

// PutDomainConfiguration creates or replaces a domain configuration, and
// returns it as stored. The error is an *Error.
func (r *Registry) PutDomainConfiguration(d DomainConfiguration) (DomainConfiguration, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if d.DomainConfigurationStatus == "" {
		d.DomainConfigurationStatus = Enabled
	}
	if field, problem := r.domainProblem(d); problem != "" {
		return d, &Error{"domain configuration", d.DomainConfigurationName, field, problem}
	}
	r.domains[d.DomainConfigurationName] = d
	return d, nil
}

func (r *Registry) domainProblem(d DomainConfiguration) (field, problem string) {
	if p := wantName(d.DomainConfigurationName, "._-", 128); p != "" {
		return "domainConfigurationName", p
	}
	if p := wantName(d.DomainName, ".-", 253); p != "" {
		return "domainName", p
	}
	if p := wantOneOf(d.DomainConfigurationStatus, Enabled, Disabled); p != "" {
		return "domainConfigurationStatus", p
	}
	for _, other := range r.domains {
		if strings.EqualFold(other.DomainName, d.DomainName) && other.DomainConfigurationName != d.DomainConfigurationName {
			return "domainName", fmt.Sprintf("is %q, which domain configuration %q has, want another",
				d.DomainName, other.DomainConfigurationName)
		}
	}
	if c := d.AuthorizerConfig; c != nil && c.DefaultAuthorizerName != "" {
		if c.AllowAuthorizerOverride == nil {
			return "authorizerConfig.allowAuthorizerOverride", "is missing, want true or false beside defaultAuthorizerName"
		}
		if _, ok := r.authorizers[c.DefaultAuthorizerName]; !ok {
			return "authorizerConfig.defaultAuthorizerName", r.noAuthorizer(c.DefaultAuthorizerName)
		}
	}
	return "", ""
}

// DomainByServerName finds the domain configuration of a host name, whatever
// its status. None means the account's default endpoint.
func (r *Registry) DomainByServerName(name string) (DomainConfiguration, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, d := range r.domains {
		if strings.EqualFold(d.DomainName, name) {
			return d, true
		}
	}
	return DomainConfiguration{}, false
}
