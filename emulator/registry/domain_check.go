package registry

import (
	"fmt"
	"slices"
	"strings"
)

// What a domain configuration must be like
//
//   - the default authorizer and the right to override it come together
//   - the default authorizer must exist [A-275, guess]
//   - each authentication type has its application protocols

// Default is the AuthenticationType and ApplicationProtocol of an endpoint that
// tells clients apart by port and ALPN.
const Default = "DEFAULT"

// The other values of DomainConfiguration.AuthenticationType.
const (
	AWSX509        = "AWS_X509"
	CustomAuth     = "CUSTOM_AUTH"
	AWSSigV4       = "AWS_SIGV4"
	CustomAuthX509 = "CUSTOM_AUTH_X509"
)

// The other values of DomainConfiguration.ApplicationProtocol.
const (
	SecureMQTT = "SECURE_MQTT"
	MQTTWSS    = "MQTT_WSS"
	HTTPS      = "HTTPS"
)

// protocols lists what an authentication type goes with.
func protocols(authenticationType string) []string {
	switch authenticationType {
	case Default:
		return []string{Default}
	case AWSX509, CustomAuthX509:
		return []string{SecureMQTT, HTTPS}
	case AWSSigV4:
		return []string{MQTTWSS, HTTPS}
	}
	return []string{SecureMQTT, MQTTWSS, HTTPS}
}

func (r *Registry) checkDomain(d DomainConfiguration) error {
	name := d.DomainConfigurationName
	if err := firstOf(
		domain.invalid(name, "domainConfigurationName", wantName(name, "._-", 128)),
		domain.invalid(name, "domainName", wantName(d.DomainName, ".-", 253)),
		domain.invalid(name, "serviceType", wantOneOf(d.ServiceType, "DATA")),
		domain.invalid(name, "domainConfigurationStatus",
			wantOneOf(d.DomainConfigurationStatus, Enabled, Disabled)),
		domain.invalid(name, "authenticationType",
			wantOneOf(d.AuthenticationType, Default, AWSX509, CustomAuth, AWSSigV4, CustomAuthX509)),
		domain.invalid(name, "applicationProtocol",
			wantOneOf(d.ApplicationProtocol, protocols(d.AuthenticationType)...)),
		domain.invalid(name, "tlsConfig.securityPolicy", d.TLSConfig.problem()),
		domain.invalid(name, "domainName", r.nameTaken(d)),
	); err != nil {
		return err
	}
	return firstOf(r.checkAuthorizerConfig(d), d.checkCallback(), r.checkServerCertificates(d))
}

func (r *Registry) nameTaken(d DomainConfiguration) string {
	for _, other := range r.domains.values() {
		if strings.EqualFold(other.DomainName, d.DomainName) &&
			other.DomainConfigurationName != d.DomainConfigurationName {
			return fmt.Sprintf("is %q, which domain configuration %q has, want another", d.DomainName,
				other.DomainConfigurationName)
		}
	}
	return ""
}

func (r *Registry) checkAuthorizerConfig(d DomainConfiguration) error {
	c := d.AuthorizerConfig
	if c == nil || c.DefaultAuthorizerName == "" {
		return nil
	}
	missing, unknown := "", ""
	if c.AllowAuthorizerOverride == nil {
		missing = "is missing, want true or false beside defaultAuthorizerName"
	}
	if _, ok := r.authorizers.get(c.DefaultAuthorizerName); !ok { // [A-275, guess]
		unknown = r.noAuthorizer(c.DefaultAuthorizerName)
	}
	return firstOf(
		domain.invalid(d.DomainConfigurationName, "authorizerConfig.allowAuthorizerOverride", missing),
		domain.invalid(d.DomainConfigurationName, "authorizerConfig.defaultAuthorizerName", unknown),
	)
}

// checkCallback wants a function to be asked about client certificates only
// where there are some.
func (d DomainConfiguration) checkCallback() error {
	c := d.ClientCertificateConfig
	if c == nil || c.ClientCertificateCallbackArn == "" {
		return nil
	}
	problem := wantFunctionARN(c.ClientCertificateCallbackArn)
	if !slices.Contains([]string{AWSX509, CustomAuthX509}, d.AuthenticationType) {
		problem = fmt.Sprintf("stands beside authenticationType %s, want AWS_X509 or CUSTOM_AUTH_X509",
			d.AuthenticationType)
	}
	return domain.invalid(d.DomainConfigurationName, "clientCertificateConfig.clientCertificateCallbackArn",
		problem)
}

func (c *TLSConfig) problem() string {
	if c == nil || c.SecurityPolicy == "" {
		return ""
	}
	return wantOneOf(c.SecurityPolicy, "IoTSecurityPolicy_TLS13_1_3_2022_10",
		"IoTSecurityPolicy_TLS13_1_2_2022_10",
		"IoTSecurityPolicy_TLS12_1_2_2022_10", "IoTSecurityPolicy_TLS12_1_0_2016_01",
		"IoTSecurityPolicy_TLS12_1_0_2015_01", "IoTSecurityPolicy_TLS13_1_2_2022_01")
}
