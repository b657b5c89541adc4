package registry

import "testing"

func TestCreateDomainConfiguration(t *testing.T) {
	yes := true
	tests := []struct {
		name   string
		domain DomainConfiguration
		want   string // the error
		source string
	}{
		{"no authorizer", DomainConfiguration{DomainConfigurationName: "d", DomainName: "d.example.test"}, "", "A-263"},
		{"authorizer and override", DomainConfiguration{DomainConfigurationName: "d", DomainName: "d.example.test",
			AuthorizerConfig: &AuthorizerConfig{"pumps", &yes}}, "", "A-76"},
		{"authorizer without override", DomainConfiguration{DomainConfigurationName: "d", DomainName: "d.example.test",
			AuthorizerConfig: &AuthorizerConfig{"pumps", nil}},
			`domain configuration "d": authorizerConfig.allowAuthorizerOverride is missing, want true or false beside defaultAuthorizerName`, "A-76"},
		{"unknown authorizer", DomainConfiguration{DomainConfigurationName: "d", DomainName: "d.example.test",
			AuthorizerConfig: &AuthorizerConfig{"gates", &yes}},
			`domain configuration "d": authorizerConfig.defaultAuthorizerName is "gates", want an authorizer that exists: pumps`, "A-275, guess"},
		{"colon in the name", DomainConfiguration{DomainConfigurationName: "iot:mine", DomainName: "d.example.test"},
			`domain configuration "iot:mine": domainConfigurationName has ':' at character 4, want 1 to 128 letters, digits or ._-`, "A-264"},
		{"URL for a host name", DomainConfiguration{DomainConfigurationName: "d", DomainName: "wss://d.example.test"},
			`domain configuration "d": domainName has ':' at character 4, want 1 to 253 letters, digits or .-`, "D-48"},
		{"unknown status", DomainConfiguration{DomainConfigurationName: "d", DomainName: "d.example.test", DomainConfigurationStatus: "ACTIVE"},
			`domain configuration "d": domainConfigurationStatus is "ACTIVE", want ENABLED or DISABLED`, "A-271"},
		{"a domain name twice", DomainConfiguration{DomainConfigurationName: "d", DomainName: "IOT.example.test"},
			`domain configuration "d": domainName is "IOT.example.test", which domain configuration "first" has, want another`, "A-28"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRegistry(t, Options{})
			if _, err := r.CreateDomainConfiguration(DomainConfiguration{DomainConfigurationName: "first", DomainName: "iot.example.test"}); err != nil {
				t.Fatal(err)
			}
			if _, err := r.CreateDomainConfiguration(tt.domain); text(err) != tt.want {
				t.Errorf("got error %q, want %q (%s)", text(err), tt.want, tt.source)
			}
		})
	}
}

func TestDomainByServerName(t *testing.T) {
	r := newRegistry(t, Options{})
	if _, err := r.CreateDomainConfiguration(DomainConfiguration{DomainConfigurationName: "custom", DomainName: "iot.example.test"}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{
		"iot.example.test": true, "IoT.Example.Test": true, "example.test": false, "": false, "x.iot.example.test": false,
	} {
		d, ok := r.DomainByServerName(name)
		if ok != want || ok && (d.DomainConfigurationName != "custom" || d.DomainConfigurationStatus != Enabled) {
			t.Errorf("DomainByServerName(%q): got %+v, %v, want %v (A-28)", name, d, ok, want)
		}
	}
}

func TestAllowsOverride(t *testing.T) {
	yes, no := true, false
	tests := []struct {
		config *AuthorizerConfig
		want   bool
		source string
	}{
		{nil, true, "A-73"},
		{&AuthorizerConfig{}, true, "A-73"},
		{&AuthorizerConfig{"pumps", &yes}, true, "A-74"},
		{&AuthorizerConfig{"pumps", &no}, false, "A-74"},
	}
	for _, tt := range tests {
		if got := tt.config.AllowsOverride(); got != tt.want {
			t.Errorf("%+v: got %v, want %v (%s)", tt.config, got, tt.want, tt.source)
		}
	}
}
