package control

import (
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// defaultSecurityPolicy is that of domain configurations which name none
//
const defaultSecurityPolicy = "IoTSecurityPolicy_TLS13_1_2_2022_10"

// ownDomains are the configurations of the account's own endpoints. An endpoint
// that Options.Endpoint refuses has none.
func (s *service) ownDomains() (all []registry.DomainConfiguration) {
	for _, own := range []struct{ name, serviceType string }{
		{"iot:CredentialProvider", "CREDENTIAL_PROVIDER"},
		{"iot:Data-ATS", "DATA"},
		{"iot:Jobs", "JOBS"},
	} {
		host, err := s.Endpoint(own.name)
		if err != nil {
			continue
		}
		all = append(all, registry.DomainConfiguration{
			//
			DomainConfigurationName: own.name, DomainConfigurationArn: s.arn("domainconfiguration/" + own.name),
			DomainName: host, DomainType: registry.Endpoint, ServiceType: own.serviceType,
			DomainConfigurationStatus: registry.Enabled,
			AuthenticationType:        registry.Default, ApplicationProtocol: registry.Default,
		})
	}
	return all
}

// arn names a resource of AWS IoT in this account.
func (s *service) arn(resource string) string {
	return strings.Join([]string{"arn", s.registry.Partition(), "iot", s.registry.Region(), s.registry.Account(),
		resource}, ":")
}
