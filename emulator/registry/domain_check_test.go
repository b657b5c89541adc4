package registry

import "testing"

func TestDomainIsRefused(t *testing.T) {
	yes := true
	with := func(change func(*DomainConfiguration)) DomainConfiguration {
		d := DomainConfiguration{DomainConfigurationName: "d", DomainName: "d.example.test"}
		change(&d)
		return d
	}
	tests := []struct {
		name   string
		domain DomainConfiguration
		want   string // the error
		source string
	}{
		{"no authorizer", with(func(*DomainConfiguration) {}), "", "A-263"},
		{"authorizer and override", with(func(d *DomainConfiguration) { d.AuthorizerConfig = &AuthorizerConfig{"pumps", &yes} }), "", "A-76"},
		{"authorizer without override", with(func(d *DomainConfiguration) { d.AuthorizerConfig = &AuthorizerConfig{"pumps", nil} }),
			`domain configuration "d": authorizerConfig.allowAuthorizerOverride is missing, want true or false beside defaultAuthorizerName`,
			"A-76"},
		{"unknown authorizer", with(func(d *DomainConfiguration) { d.AuthorizerConfig = &AuthorizerConfig{"gates", &yes} }),
			`domain configuration "d": authorizerConfig.defaultAuthorizerName is "gates", want an authorizer that exists: pumps`, "A-275, guess"},
		{"colon in the name", with(func(d *DomainConfiguration) { d.DomainConfigurationName = "iot:mine" }),
			`domain configuration "iot:mine": domainConfigurationName has ':' at character 4, want 1 to 128 letters, digits or ._-`, "A-264"},
		{"URL for a host name", with(func(d *DomainConfiguration) { d.DomainName = "wss://d.example.test" }),
			`domain configuration "d": domainName has ':' at character 4, want 1 to 253 letters, digits or .-`, "D-48"},
		{"unknown status", with(func(d *DomainConfiguration) { d.DomainConfigurationStatus = "ACTIVE" }),
			`domain configuration "d": domainConfigurationStatus is "ACTIVE", want ENABLED or DISABLED`, "A-271"},
		{"a domain name twice", with(func(d *DomainConfiguration) { d.DomainName = "IOT.example.test" }),
			`domain configuration "d": domainName is "IOT.example.test", which domain configuration "first" has, want another`, "A-28"},
		{"another service", with(func(d *DomainConfiguration) { d.ServiceType = "JOBS" }),
			`domain configuration "d": serviceType is "JOBS", want DATA`, "A-267"},
		{"unknown TLS policy", with(func(d *DomainConfiguration) { d.TLSConfig = &TLSConfig{"TLS13"} }),
			`domain configuration "d": tlsConfig.securityPolicy is "TLS13", want IoTSecurityPolicy_TLS13_1_3_2022_10 or IoTSecurityPolicy_TLS13_1_2_2022_10 or IoTSecurityPolicy_TLS12_1_2_2022_10 or IoTSecurityPolicy_TLS12_1_0_2016_01 or IoTSecurityPolicy_TLS12_1_0_2015_01 or IoTSecurityPolicy_TLS13_1_2_2022_01`, "A-24"},
		{"TLS policy", with(func(d *DomainConfiguration) { d.TLSConfig = &TLSConfig{"IoTSecurityPolicy_TLS12_1_2_2022_10"} }), "", "A-25"},
		{"callback without certificates", with(func(d *DomainConfiguration) { d.ClientCertificateConfig = &ClientCertificateConfig{"password"} }),
			`domain configuration "d": clientCertificateConfig.clientCertificateCallbackArn stands beside authenticationType DEFAULT, want AWS_X509 or CUSTOM_AUTH_X509`, "A-251"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRegistry(t, Options{})
			must(r.CreateDomainConfiguration(DomainConfiguration{DomainConfigurationName: "first", DomainName: "iot.example.test"}))(t)
			if _, err := r.CreateDomainConfiguration(tt.domain); text(err) != tt.want {
				t.Errorf("got error %q, want %q (%s)", text(err), tt.want, tt.source)
			}
		})
	}
}

func TestTypesOfADomain(t *testing.T) {
	all := []string{Default, SecureMQTT, MQTTWSS, HTTPS}
	valid := map[string]string{
		Default + Default:           "A-50",
		AWSX509 + SecureMQTT:        "A-50",
		AWSX509 + HTTPS:             "A-50",
		CustomAuthX509 + SecureMQTT: "A-246",
		CustomAuthX509 + HTTPS:      "A-246",
		AWSSigV4 + MQTTWSS:          "A-50",
		AWSSigV4 + HTTPS:            "A-50",
		CustomAuth + SecureMQTT:     "A-51",
		CustomAuth + MQTTWSS:        "A-50",
		CustomAuth + HTTPS:          "A-50",
	}
	for _, authentication := range []string{Default, AWSX509, CustomAuthX509, AWSSigV4, CustomAuth, "NONE"} {
		for _, protocol := range all {
			_, err := newRegistry(t, Options{}).CreateDomainConfiguration(DomainConfiguration{
				DomainConfigurationName: "d", DomainName: "d.example.test", AuthenticationType: authentication, ApplicationProtocol: protocol})
			if _, want := valid[authentication+protocol]; (err == nil) != want {
				t.Errorf("%s and %s: got %v, want it taken %v (A-50)", authentication, protocol, err, want)
			}
		}
	}
}
