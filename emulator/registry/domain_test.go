package registry

import (
	"fmt"
	"regexp"
	"testing"
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
		if !regexp.MustCompile(tt.arn).MatchString(d.DomainConfigurationArn) || !regexp.MustCompile(tt.name).MatchString(d.DomainName) ||
			d.DomainType != tt.kind {
			t.Errorf("got %s, %s, %s, want %s, %s, %s (%s)", d.DomainConfigurationArn, d.DomainName, d.DomainType, tt.arn, tt.name, tt.kind,
				tt.source)
		}
		if d.ServiceType != "DATA" || d.AuthenticationType != Default || d.ApplicationProtocol != Default ||
			d.DomainConfigurationStatus != Enabled || d.LastStatusChangeDate.IsZero() {
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

func TestDomainByServerName(t *testing.T) {
	r := newRegistry(t, Options{})
	if _, err := r.CreateDomainConfiguration(DomainConfiguration{DomainConfigurationName: "custom",
		DomainName: "iot.example.test"}); err != nil {
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
