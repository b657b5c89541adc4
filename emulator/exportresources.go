package emulator

import (
	"maps"
	"slices"

	"github.com/suback/suback/emulator/registry"
)

// AWS IoT in a CloudFormation template, but for things.

const (
	authorizerType = "AWS::IoT::Authorizer"
	domainType     = "AWS::IoT::DomainConfiguration"
	policyType     = "AWS::IoT::Policy"
	caType         = "AWS::IoT::CACertificate"
	certType       = "AWS::IoT::Certificate"
)

func (t *template) addAuthorizers() {
	for _, a := range t.Authorizers() {
		properties := map[string]any{"AuthorizerName": a.AuthorizerName, "AuthorizerFunctionArn": t.here(a.AuthorizerFunctionArn), "Status": a.Status,
			"SigningDisabled": a.SigningDisabled, "TokenKeyName": a.TokenKeyName, "EnableCachingForHttp": a.EnableCachingForHttp, "Tags": t.tags(a.AuthorizerArn)}
		if len(a.TokenSigningPublicKeys) > 0 {
			properties["TokenSigningPublicKeys"] = a.TokenSigningPublicKeys
		}
		t.add(authorizerType, a.AuthorizerName, properties)
	}
}

func (t *template) addDomains() {
	for _, d := range t.DomainConfigurations() {
		properties := map[string]any{"DomainConfigurationName": d.DomainConfigurationName, "DomainConfigurationStatus": d.DomainConfigurationStatus,
			"ServiceType": d.ServiceType, "AuthenticationType": d.AuthenticationType, "ApplicationProtocol": d.ApplicationProtocol, "Tags": t.tags(d.DomainConfigurationArn)}
		if d.DomainType == registry.CustomerManaged {
			properties["DomainName"] = d.DomainName
			properties["ServerCertificateArns"] = []any{t.serverCertificate(d)}
			if d.ValidationCertificateArn != "" {
				properties["ValidationCertificateArn"] = t.parameter("ValidationCertificate", d.DomainName, "ARN of a public ACM certificate that proves that "+d.DomainName+" is yours")
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
		configs["ClientCertificateConfig"] = map[string]any{"ClientCertificateCallbackArn": t.here(c.ClientCertificateCallbackArn)}
	}
	return configs
}

// serverCertificate is the ARN of one that must be in ACM.
func (t *template) serverCertificate(d registry.DomainConfiguration) any {
	return t.parameter("ServerCertificate", d.DomainName, "ARN of the ACM certificate for "+d.DomainName)
}

// ifThere is the id of a resource if the registry has it.
func (t *template) ifThere(kind, name string) []string {
	if id, ok := t.ids[kind+" "+name]; ok {
		return []string{id}
	}
	return nil
}

func (t *template) addPolicies() {
	for _, p := range t.Policies() {
		t.add(policyType, p.PolicyName, map[string]any{"PolicyName": p.PolicyName, "PolicyDocument": t.policyDocument(p.Default().Document), "Tags": t.tags(p.PolicyArn)})
		for _, v := range p.Versions {
			if !v.IsDefault {
				t.note("version %s of policy %s, which is not its default", v.VersionID, p.PolicyName)
			}
		}
	}
}

// shortID is enough of a certificate's id.
func shortID(id string) string { return id[:min(len(id), 12)] }

func (t *template) addCACertificates() {
	for _, c := range t.CACertificates() {
		properties := map[string]any{"CACertificatePem": c.CertificatePem, "Status": c.Status, "CertificateMode": c.CertificateMode,
			"AutoRegistrationStatus": c.AutoRegistrationStatus, "Tags": t.tags(c.CertificateArn)}
		if c.CertificateMode == registry.ModeDefault {
			properties["VerificationCertificatePem"] = t.parameter("VerificationCertificate", shortID(c.CertificateID),
				"PEM of a certificate that bears the account's registration code and is signed by the CA "+c.X509().Subject.CommonName)
		}
		if rc := c.RegistrationConfig; rc != nil {
			config := map[string]any{"TemplateBody": rc.TemplateBody, "TemplateName": rc.TemplateName, "RoleArn": ""}
			if rc.RoleArn != "" {
				config["RoleArn"] = t.role(rc.RoleArn)
			}
			if maps.DeleteFunc(config, func(_ string, v any) bool { return v == "" }); len(config) > 0 {
				properties["RegistrationConfig"] = config
			}
		}
		t.add(caType, shortID(c.CertificateID), properties)
	}
}

// addCertificates registers those that no CA of the account issued without one,
// since AWS does not know who issued them.
func (t *template) addCertificates() {
	for _, c := range t.Certificates() {
		properties := map[string]any{"CertificatePem": c.CertificatePem, "Status": c.Status, "CertificateMode": registry.ModeSNIOnly}
		var dependsOn []string
		if ca, ok := t.CACertificate(c.CACertificateID); ok && ca.CertificateMode == registry.ModeDefault {
			properties["CertificateMode"], properties["CACertificatePem"] = registry.ModeDefault, ca.CertificatePem
			dependsOn = t.ifThere(caType, shortID(ca.CertificateID))
		} else if c.CertificateMode == registry.ModeDefault {
			t.note("certificateMode DEFAULT of certificate %s: AWS registers it without its CA, so clients must send SNI", c.CertificateID)
		}
		if !slices.Contains([]string{registry.Active, registry.Inactive, registry.Revoked}, c.Status) {
			properties["Status"] = registry.Inactive
			t.note("status %s of certificate %s: it is made INACTIVE", c.Status, c.CertificateID)
		}
		t.add(certType, shortID(c.CertificateID), properties, dependsOn...)
	}
}

// addAttachments attaches policies and things to certificates.
func (t *template) addAttachments() {
	for _, c := range t.Certificates() {
		id := shortID(c.CertificateID)
		principal := attribute(t.id(certType, id), "Arn")
		for _, name := range attachedNames(t.Registry, c.CertificateArn) {
			t.add("AWS::IoT::PolicyPrincipalAttachment", name+" "+id, map[string]any{"PolicyName": name, "Principal": principal}, t.id(policyType, name))
		}
		things := t.ThingsOf(c.CertificateArn)
		for _, name := range slices.Sorted(maps.Keys(things)) {
			t.add("AWS::IoT::ThingPrincipalAttachment", name+" "+id, map[string]any{"ThingName": name, "Principal": principal,
				"ThingPrincipalType": things[name]}, t.id(thingResource, name))
		}
	}
}
