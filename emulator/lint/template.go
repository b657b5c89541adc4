package lint

import (
	"errors"
	"strings"
	"unicode"

	"github.com/suback/suback/emulator/registry"
)

// Templates of CloudFormation and SAM
//
//   - policies are linted as they are, what only a deployment knows left aside, and together
//     with those that are attached to the same principal
//   - authorizers and domain configurations are put into a registry, which refuses what
//     AWS refuses; what it has against a value that is not known does not count

// checkTemplate lints a template.
func (l *linter) checkTemplate(v *value) {
	resources := functions(v.Get("Resources"))
	for _, m := range resources.Members {
		properties := m.Value.Get("Properties")
		if properties == nil || properties.Kind != object {
			continue
		}
		switch m.Value.Get("Type").String() {
		case "AWS::IoT::Authorizer":
			l.checkAuthorizer(m, properties)
		case "AWS::IoT::DomainConfiguration":
			l.checkDomain(m.Name, properties)
		case "AWS::IoT::TopicRule":
			l.checkTemplateRule(m, properties)
		case "AWS::Serverless::Function":
			l.checkEvents(m.Name, properties)
		}
	}
	l.checkTemplatePolicies(resources.Members)
	l.checkPermission(resources)
}

// textOr is a property; what stands for it if it is not known.
func textOr(v *value, otherwise string) string {
	switch {
	case v == nil:
		return ""
	case v.IsOpaque():
		return otherwise
	}
	return v.Text
}

func (l *linter) checkAuthorizer(m member, p *value) {
	a := registry.Authorizer{
		AuthorizerName:        orName(p.Get("AuthorizerName")),
		AuthorizerFunctionArn: textOr(p.Get("AuthorizerFunctionArn"), anyFunction),
		Status:                textOr(p.Get("Status"), registry.Active),
		SigningDisabled:       textOr(p.Get("SigningDisabled"), "true") == "true",
		TokenKeyName:          textOr(p.Get("TokenKeyName"), "token"),
	}
	if keys := p.Get("TokenSigningPublicKeys"); keys != nil && keys.Kind == object {
		a.TokenSigningPublicKeys = map[string]string{}
		for _, key := range keys.Members {
			a.TokenSigningPublicKeys[key.Name] = key.Value.Text
		}
	}
	_, err := emptyRegistry().CreateAuthorizer(a)
	l.reportRefused("authorizer-refused", m.Name, p, err)
	status := p.Get("Status")
	if status == nil {
		l.report("authorizer-inactive", m.At, m.Name+" has no Status, and an authorizer is INACTIVE unless it says so",
			"write Status: ACTIVE")
	} else if status.String() == registry.Inactive {
		l.report("authorizer-inactive", status.At, m.Name+" is INACTIVE: nobody is let in by it",
			"write Status: ACTIVE")
	}
}

const anyFunction = "arn:aws:lambda:us-east-1:123456789012:function:any"

// orName is a name, or one that nothing is against: CloudFormation makes one up.
func orName(v *value) string {
	if name := textOr(v, "any"); name != "" {
		return name
	}
	return "any"
}

func emptyRegistry() *registry.Registry {
	r, err := registry.New(registry.Options{Region: "us-east-1", Account: "123456789012"})
	if err != nil {
		panic(err) // with such options it cannot fail
	}
	return r
}

// reportRefused reports what a registry has against a resource, unless it is about what is
// not known.
func (l *linter) reportRefused(id, name string, properties *value, err error) {
	e := (*registry.Error)(nil)
	if !errors.As(err, &e) {
		return
	}
	path := capitals(e.Field)
	if at := properties.Find(path); at.HasOpaque() && at != properties {
		return
	}
	l.report(id, properties.Locate(path), name+": "+path+" "+before(e.Problem, ", want "),
		"write "+afterOr(e.Problem, ", want ", "what AWS takes"))
}

// capitals turns the API's names of a path into CloudFormation's.
func capitals(path string) string {
	var names []string
	for name := range strings.SplitSeq(path, ".") {
		letters := []rune(name)
		if len(letters) > 0 {
			letters[0] = unicode.ToUpper(letters[0])
		}
		names = append(names, string(letters))
	}
	return strings.ReplaceAll(strings.Join(names, "."), "[", ".")
}

func (l *linter) checkDomain(name string, p *value) {
	r := emptyRegistry()
	d := registry.DomainConfiguration{
		DomainConfigurationName:   orName(p.Get("DomainConfigurationName")),
		DomainName:                textOr(p.Get("DomainName"), "iot.example.test"),
		ServiceType:               textOr(p.Get("ServiceType"), "DATA"),
		DomainConfigurationStatus: textOr(p.Get("DomainConfigurationStatus"), registry.Enabled),
		AuthenticationType:        textOr(p.Get("AuthenticationType"), registry.Default),
		ApplicationProtocol:       textOr(p.Get("ApplicationProtocol"), registry.Default),
	}
	if p.Get("AuthenticationType").IsOpaque() || p.Get("ApplicationProtocol").IsOpaque() {
		d.AuthenticationType, d.ApplicationProtocol = registry.Default, registry.Default
	}
	if policy := p.Path("TlsConfig", "SecurityPolicy"); policy.String() != "" {
		d.TLSConfig = &registry.TLSConfig{SecurityPolicy: policy.String()}
	}
	if c := p.Get("AuthorizerConfig"); c != nil && c.Kind == object {
		d.AuthorizerConfig = authorizerConfig(r, c)
	}
	_, err := r.CreateDomainConfiguration(d)
	l.reportRefused("domain-refused", name, p, err)
}

// authorizerConfig also has the registry know the authorizer, which a template need not have.
func authorizerConfig(r *registry.Registry, c *value) *registry.AuthorizerConfig {
	made := &registry.AuthorizerConfig{DefaultAuthorizerName: textOr(c.Get("DefaultAuthorizerName"), "any")}
	if override := c.Get("AllowAuthorizerOverride"); override != nil {
		allows := override.Text == "true"
		made.AllowAuthorizerOverride = &allows
	}
	_, err := r.CreateAuthorizer(registry.Authorizer{AuthorizerName: made.DefaultAuthorizerName,
		AuthorizerFunctionArn: anyFunction, Status: registry.Active, SigningDisabled: true})
	if err != nil {
		made.DefaultAuthorizerName = "" // a name that no authorizer has is the authorizer's mistake
	}
	return made
}
