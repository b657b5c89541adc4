package registry

import "time"

const managedGrace = 7 * 24 * time.Hour // from DISABLED to deletion

// A DomainConfigurationUpdate says what UpdateDomainConfiguration changes
// "" and nil keep what is.
type DomainConfigurationUpdate struct {
	AuthorizerConfig          *AuthorizerConfig
	RemoveAuthorizerConfig    bool // not together with AuthorizerConfig
	DomainConfigurationStatus string
	AuthenticationType        string
	ApplicationProtocol       string
	TLSConfig                 *TLSConfig
	ServerCertificateConfig   *ServerCertificateConfig
	ClientCertificateConfig   *ClientCertificateConfig
}

// UpdateDomainConfiguration changes a domain configuration and returns it as
// stored. The error is an *Error.
func (r *Registry) UpdateDomainConfiguration(
	name string, u DomainConfigurationUpdate,
) (DomainConfiguration, error) {
	return change(r, func() (DomainConfiguration, error) {
		d, ok := r.domains.get(name)
		if !ok {
			return d, domain.missing(name)
		}
		if u.RemoveAuthorizerConfig && u.AuthorizerConfig != nil {
			return d, domain.invalid(name, "removeAuthorizerConfig",
				"is set beside authorizerConfig, want one of them")
		}
		next := u.apply(d).withCallbackARN(r)
		if err := r.checkDomain(next); err != nil {
			return d, err
		}
		if next.DomainConfigurationStatus != d.DomainConfigurationStatus {
			next.LastStatusChangeDate = r.now()
		}
		r.domains.put(name, next)
		return next, nil
	})
}

func (u DomainConfigurationUpdate) apply(d DomainConfiguration) DomainConfiguration {
	if u.AuthorizerConfig != nil || u.RemoveAuthorizerConfig {
		d.AuthorizerConfig = u.AuthorizerConfig
	}
	d.DomainConfigurationStatus = orElse(u.DomainConfigurationStatus, d.DomainConfigurationStatus)
	d.AuthenticationType = orElse(u.AuthenticationType, d.AuthenticationType)
	d.ApplicationProtocol = orElse(u.ApplicationProtocol, d.ApplicationProtocol)
	if u.TLSConfig != nil {
		d.TLSConfig = u.TLSConfig
	}
	if u.ServerCertificateConfig != nil {
		d.ServerCertificateConfig = u.ServerCertificateConfig
	}
	if u.ClientCertificateConfig != nil {
		d.ClientCertificateConfig = u.ClientCertificateConfig
	}
	return d
}

// DeleteDomainConfiguration removes a domain configuration that is DISABLED,
// for 7 days if AWS made its name. The error is an *Error.
func (r *Registry) DeleteDomainConfiguration(name string) error {
	return r.alter(func() error {
		d, ok := r.domains.get(name)
		switch {
		case !ok:
			return domain.missing(name)
		case d.DomainConfigurationStatus != Disabled:
			return domain.refuse(InvalidRequest, name, "is ENABLED, want it DISABLED before it is deleted")
		case d.DomainType == AWSManaged && r.now().Before(d.LastStatusChangeDate.Add(managedGrace)):
			return domain.refuse(InvalidRequest, name,
				"is AWS_MANAGED, want it DISABLED for 7 days before it is deleted")
		}
		r.domains.delete(name)
		r.tags.removeAll(d.DomainConfigurationArn)
		return nil
	})
}
