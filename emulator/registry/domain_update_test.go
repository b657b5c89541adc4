package registry

import (
	"testing"
	"time"
)

func TestUpdateDomainConfiguration(t *testing.T) {
	yes := true
	tests := []struct {
		name       string
		update     DomainConfigurationUpdate
		want       func(DomainConfiguration) bool
		code, part string
		source     string
	}{
		{"nothing", DomainConfigurationUpdate{}, func(d DomainConfiguration) bool {
			return d.AuthorizerConfig != nil && d.DomainConfigurationStatus == Enabled
		}, "", "", "A-271"},
		{"status", DomainConfigurationUpdate{DomainConfigurationStatus: Disabled},
			func(d DomainConfiguration) bool { return d.DomainConfigurationStatus == Disabled }, "", "", "A-271"},
		{"authorizer removed", DomainConfigurationUpdate{RemoveAuthorizerConfig: true},
			func(d DomainConfiguration) bool { return d.AuthorizerConfig == nil }, "", "", "A-271"},
		{"removed and set", DomainConfigurationUpdate{RemoveAuthorizerConfig: true, AuthorizerConfig: &AuthorizerConfig{"pumps", &yes}}, nil,
			InvalidRequest, "removeAuthorizerConfig is set beside authorizerConfig", "A-271"},
		{"unknown authorizer", DomainConfigurationUpdate{AuthorizerConfig: &AuthorizerConfig{"gates", &yes}}, nil, InvalidRequest,
			`is "gates", want an authorizer that exists`, "A-275, guess"},
		{"types", DomainConfigurationUpdate{AuthenticationType: CustomAuth, ApplicationProtocol: SecureMQTT}, func(d DomainConfiguration) bool {
			return d.AuthenticationType == CustomAuth && d.ApplicationProtocol == SecureMQTT
		}, "", "", "A-271"},
		{"one type", DomainConfigurationUpdate{AuthenticationType: CustomAuth}, nil, InvalidRequest, "applicationProtocol is", "A-50"},
		{"TLS", DomainConfigurationUpdate{TLSConfig: &TLSConfig{"IoTSecurityPolicy_TLS13_1_3_2022_10"}},
			func(d DomainConfiguration) bool { return d.TLSConfig != nil }, "", "", "A-271"},
		{"OCSP", DomainConfigurationUpdate{ServerCertificateConfig: &ServerCertificateConfig{EnableOCSPCheck: true}},
			func(d DomainConfiguration) bool { return d.ServerCertificateConfig.EnableOCSPCheck }, "", "", "A-276"},
		{"callback", DomainConfigurationUpdate{AuthenticationType: AWSX509, ApplicationProtocol: SecureMQTT,
			ClientCertificateConfig: &ClientCertificateConfig{"password"}}, func(d DomainConfiguration) bool {
			return d.ClientCertificateConfig.ClientCertificateCallbackArn == "arn:aws:lambda:us-east-1:000000000000:function:password"
		}, "", "", "A-251"},
	}
	for _, tt := range tests {
		r := newRegistry(t, Options{})
		must(r.CreateDomainConfiguration(DomainConfiguration{DomainConfigurationName: "d", DomainName: "d.example.test",
			AuthorizerConfig: &AuthorizerConfig{"pumps", &yes}}))(t)
		_, err := r.UpdateDomainConfiguration("d", tt.update)
		expect(t, tt.name, err, tt.code, tt.part, tt.source)
		if d, _ := r.DomainConfiguration("d"); err == nil && !tt.want(d) {
			t.Errorf("%s: got %+v, want it changed (%s)", tt.name, d, tt.source)
		}
	}
	_, err := newRegistry(t, Options{}).UpdateDomainConfiguration("d", DomainConfigurationUpdate{})
	expect(t, "unknown", err, NotFound, "", "A-275")
}

func TestDeleteDomainConfiguration(t *testing.T) {
	r := newRegistry(t, Options{})
	for name, host := range map[string]string{"mine": "d.example.test", "theirs": ""} {
		must(r.CreateDomainConfiguration(DomainConfiguration{DomainConfigurationName: name, DomainName: host}))(t)
		expect(t, "ENABLED", r.DeleteDomainConfiguration(name), InvalidRequest, "is ENABLED, want it DISABLED", "A-274")
		must(r.UpdateDomainConfiguration(name, DomainConfigurationUpdate{DomainConfigurationStatus: Disabled}))(t)
	}
	expect(t, "mine", r.DeleteDomainConfiguration("mine"), "", "", "A-274")
	expect(t, "gone", r.DeleteDomainConfiguration("mine"), NotFound, "", "API:DeleteDomainConfiguration")
	expect(t, "theirs", r.DeleteDomainConfiguration("theirs"), InvalidRequest, "want it DISABLED for 7 days", "A-274")
	r.Advance(7 * 24 * time.Hour)
	expect(t, "theirs, later", r.DeleteDomainConfiguration("theirs"), "", "", "A-274")
}
