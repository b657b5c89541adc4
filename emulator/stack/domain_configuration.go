package stack

// Domain configurations.

func domainKind() kind {
	const list = "domainConfigurations"
	return kind{attribute: byName("DomainConfigurationName", "iot", "domainconfiguration/", "Arn"),
		silent: []string{"ServiceType"}, take: func(r *resource) {
			name, ok := r.called("DomainConfigurationName")
			if !ok {
				return
			}
			e := r.add(list, name)
			e.set("domainConfigurationName", textNode(name))
			if !r.fill(e, "DomainName! DomainConfigurationStatus! AuthenticationType! ApplicationProtocol! "+
				"ValidationCertificateArn") {
				r.t.out.remove(list, e)
				return
			}
			for _, p := range [][2]string{
				{"AuthorizerConfig", "DefaultAuthorizerName AllowAuthorizerOverride:bool"},
				{"TlsConfig", "SecurityPolicy"},
				{"ServerCertificateConfig", "EnableOCSPCheck:bool OcspLambdaArn OcspAuthorizedResponderArn"},
				{"ClientCertificateConfig", "ClientCertificateCallbackArn"},
			} {
				property, spec := p[0], p[1]
				if n := r.members(r.property(property), property, spec); n != nil {
					e.set(lower(property), n)
				}
			}
			r.serverCertificates()
			r.tag("domainconfiguration/" + name)
		}}
}

// serverCertificates are in ACM, with their private keys.
func (r *resource) serverCertificates() {
	if v := r.property("ServerCertificateArns"); v != nil {
		r.drop(v.At, "ServerCertificateArns", "are in ACM; the gateway's own CA signs one for the name, unless "+
			"serverCertificates of suback.yaml has it")
	}
}
