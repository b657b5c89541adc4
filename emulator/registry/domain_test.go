package registry

import (
	"fmt"
	"regexp"
	"testing"
	"time"
)

func TestDomainAsStored(t *testing.T) {
	r := newRegistry(t, Options{Region: "eu-west-1", Account: "123456789012"})
	tests := []struct {
		domain          DomainConfiguration
		arn, name, kind string // regular expressions
		source          string
	}{
		{DomainConfiguration{DomainConfigurationName: "mine", DomainName: "d.example.test"},
			`^arn:aws:iot:eu-west-1:123456789012:domainconfiguration/mine/[a-z0-9]{5}$`, `^d\.example\.test$`, CustomerManaged, "A-265, A-266"},
		{DomainConfiguration{DomainConfigurationName: "theirs"},
			`/theirs/[a-z0-9]{5}$`, `^d[a-z0-9]{20}-ats\.iot\.eu-west-1\.amazonaws\.com$`, AWSManaged, "A-266"},
	}
	for _, tt := range tests {
		d := must(r.CreateDomainConfiguration(tt.domain))(t)
		if !regexp.MustCompile(tt.arn).MatchString(d.DomainConfigurationArn) || !regexp.MustCompile(tt.name).MatchString(d.DomainName) || d.DomainType != tt.kind {
			t.Errorf("got %s, %s, %s, want %s, %s, %s (%s)", d.DomainConfigurationArn, d.DomainName, d.DomainType, tt.arn, tt.name, tt.kind, tt.source)
		}
		if d.ServiceType != "DATA" || d.AuthenticationType != Default || d.ApplicationProtocol != Default || d.DomainConfigurationStatus != Enabled || d.LastStatusChangeDate.IsZero() {
			t.Errorf("got %+v, want AWS's defaults (A-267)", d)
		}
	}
	_, err := r.CreateDomainConfiguration(DomainConfiguration{DomainConfigurationName: "mine"})
	expect(t, "twice", err, AlreadyExists, "exists already", "API:CreateDomainConfiguration")
	for i := range 8 {
		must(r.CreateDomainConfiguration(DomainConfiguration{DomainConfigurationName: fmt.Sprint("d", i)}))(t)
	}
	_, err = r.CreateDomainConfiguration(DomainConfiguration{DomainConfigurationName: "d8"})
	expect(t, "11th", err, LimitExceeded, "there are 10, want at most 10", "A-70")
	if all := r.DomainConfigurations(); len(all) != 10 || all[0].DomainConfigurationName != "d0" {
		t.Errorf("got %v, want ten, sorted (design: stable order)", all)
	}
}

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
		{"status", DomainConfigurationUpdate{DomainConfigurationStatus: Disabled}, func(d DomainConfiguration) bool { return d.DomainConfigurationStatus == Disabled }, "", "", "A-271"},
		{"authorizer removed", DomainConfigurationUpdate{RemoveAuthorizerConfig: true}, func(d DomainConfiguration) bool { return d.AuthorizerConfig == nil }, "", "", "A-271"},
		{"removed and set", DomainConfigurationUpdate{RemoveAuthorizerConfig: true, AuthorizerConfig: &AuthorizerConfig{"pumps", &yes}}, nil, InvalidRequest, "removeAuthorizerConfig is set beside authorizerConfig", "A-271"},
		{"unknown authorizer", DomainConfigurationUpdate{AuthorizerConfig: &AuthorizerConfig{"gates", &yes}}, nil, InvalidRequest, `is "gates", want an authorizer that exists`, "A-275, guess"},
		{"types", DomainConfigurationUpdate{AuthenticationType: CustomAuth, ApplicationProtocol: SecureMQTT}, func(d DomainConfiguration) bool {
			return d.AuthenticationType == CustomAuth && d.ApplicationProtocol == SecureMQTT
		}, "", "", "A-271"},
		{"one type", DomainConfigurationUpdate{AuthenticationType: CustomAuth}, nil, InvalidRequest, "applicationProtocol is", "A-50"},
		{"TLS", DomainConfigurationUpdate{TLSConfig: &TLSConfig{"IoTSecurityPolicy_TLS13_1_3_2022_10"}}, func(d DomainConfiguration) bool { return d.TLSConfig != nil }, "", "", "A-271"},
		{"OCSP", DomainConfigurationUpdate{ServerCertificateConfig: &ServerCertificateConfig{EnableOCSPCheck: true}}, func(d DomainConfiguration) bool { return d.ServerCertificateConfig.EnableOCSPCheck }, "", "", "A-276"},
		{"callback", DomainConfigurationUpdate{AuthenticationType: AWSX509, ApplicationProtocol: SecureMQTT, ClientCertificateConfig: &ClientCertificateConfig{"password"}}, func(d DomainConfiguration) bool {
			return d.ClientCertificateConfig.ClientCertificateCallbackArn == "arn:aws:lambda:us-east-1:000000000000:function:password"
		}, "", "", "A-251"},
	}
	for _, tt := range tests {
		r := newRegistry(t, Options{})
		must(r.CreateDomainConfiguration(DomainConfiguration{DomainConfigurationName: "d", DomainName: "d.example.test", AuthorizerConfig: &AuthorizerConfig{"pumps", &yes}}))(t)
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
