package cloudformation

import (
	"maps"

	"github.com/suback/suback/emulator/registry"
)

const domainType = "AWS::IoT::DomainConfiguration"

func (t *template) addDomains() {
	for _, d := range t.DomainConfigurations() {
		properties := map[string]any{"DomainConfigurationName": d.DomainConfigurationName,
			"DomainConfigurationStatus": d.DomainConfigurationStatus,
			"ServiceType":               d.ServiceType, "AuthenticationType": d.AuthenticationType,
			"ApplicationProtocol": d.ApplicationProtocol, "Tags": t.tags(d.DomainConfigurationArn)}
		if d.DomainType == registry.CustomerManaged {
			properties["DomainName"] = d.DomainName
			properties["ServerCertificateArns"] = []any{t.serverCertificate(d)}
			if d.ValidationCertificateArn != "" {
				properties["ValidationCertificateArn"] = t.parameter("ValidationCertificate", d.DomainName,
					"ARN of a public ACM certificate that proves that "+d.DomainName+" is yours")
			}
		}
		var dependsOn []string
		if c := d.AuthorizerConfig; c != nil {
			config := map[string]any{}
			if c.DefaultAuthorizerName != "" {
				config["DefaultAuthorizerName"] = c.DefaultAuthorizerName
				dependsOn = t.ifThere(authorizerType, c.DefaultAuthorizerName)
			}
			if c.AllowAuthorizerOverride != nil {
				config["AllowAuthorizerOverride"] = *c.AllowAuthorizerOverride
			}
			if len(config) > 0 {
				properties["AuthorizerConfig"] = config
			}
		}
		maps.Copy(properties, t.domainConfigs(d))
		t.add(domainType, d.DomainConfigurationName, properties, dependsOn...)
	}
}

func (t *template) domainConfigs(d registry.DomainConfiguration) map[string]any {
	configs := map[string]any{}
	if c := d.TLSConfig; c != nil && c.SecurityPolicy != "" {
		configs["TlsConfig"] = map[string]any{"SecurityPolicy": c.SecurityPolicy}
	}
	if c := d.ServerCertificateConfig; c != nil {
		config := map[string]any{"EnableOCSPCheck": c.EnableOCSPCheck}
		if c.OCSPLambdaArn != "" {
			config["OcspLambdaArn"] = t.here(c.OCSPLambdaArn)
		}
		if c.OCSPAuthorizedResponderArn != "" {
			config["OcspAuthorizedResponderArn"] = t.here(c.OCSPAuthorizedResponderArn)
		}
		configs["ServerCertificateConfig"] = config
	}
	if c := d.ClientCertificateConfig; c != nil && c.ClientCertificateCallbackArn != "" {
		configs["ClientCertificateConfig"] =
			map[string]any{"ClientCertificateCallbackArn": t.here(c.ClientCertificateCallbackArn)}
	}
	return configs
}

// serverCertificate is the ARN of one that must be in ACM.
func (t *template) serverCertificate(d registry.DomainConfiguration) any {
	return t.parameter("ServerCertificate", d.DomainName, "ARN of the ACM certificate for "+d.DomainName)
}
