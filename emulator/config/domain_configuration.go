package config

import (
	"github.com/suback/suback/emulator/registry"
)

// Domain configurations in suback.yaml.

func domainKind() kind {
	k := listed("domainConfigurations",
		func(c *Config) *[]registry.DomainConfiguration { return &c.DomainConfigurations },
		(*registry.Registry).CreateDomainConfiguration, (*exporting).domains)
	k.after = []string{"authorizers", "serverCertificates"}
	return k
}

func (x *exporting) domains() []registry.DomainConfiguration {
	all := x.DomainConfigurations()
	for i, d := range all {
		if d.DomainType == registry.AWSManaged {
			all[i].DomainName = "" // made of the configuration's
		}
		if !x.secrets {
			all[i].ServerCertificateArns = nil
		}
	}
	return all
}
