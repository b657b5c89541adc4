package authn

import (
	"strings"
	"testing"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/sigv4/sigv4test"
)

func TestSignedHosts(t *testing.T) {
	tests := []struct {
		name, signed, host, sni string
		note                    bool
		want                    bool
		source                  string
	}{
		{"as sent", "localhost:8443", "localhost:8443", "", false, true, "A-202"},
		{"upper case sent", gatewayHost, strings.ToUpper(gatewayHost), "", false, true, "A-201"},
		{"without the port", "localhost", "localhost:8443", "", false, true, "A-202, E-10: AWS has no such port"},
		{"without the port, upper case", "localhost", "LOCALHOST:8443", "", false, true, "A-202, E-10"},
		{"without the port, with SNI", gatewayHost, gatewayHost + ":8443", gatewayHost, false, true, "A-202, E-10"},
		{"port 443", gatewayHost, gatewayHost + ":443", "", true, true, "A-201, D-41"},
		{"SNI", gatewayHost, "proxy.example.test", gatewayHost, true, true, "A-202, D-41"},
		{"a domain configuration's", "iot.example.test", "localhost:8443", "", true, true, "A-202, D-41"},
		{"an endpoint's", gatewayHost, "localhost:8443", "localhost", true, true, "A-202, D-41"},
		{"another", "elsewhere.example.test", "localhost:8443", "", false, false, "A-202"},
	}
	for _, tt := range tests {
		a := newSigners(t)
		if _, err := a.Registry.CreateDomainConfiguration(registry.DomainConfiguration{DomainConfigurationName: "own",
			DomainName: "iot.example.test"}); err != nil {
			t.Fatal(err)
		}
		a.Setting = func() Setting { return Setting{Endpoints: []string{gatewayHost}} }
		f := factsFor(t, "GET", sigv4test.URL(longKey, longSecret, "", "us-east-1", "iotdevicegateway", tt.signed, "/mqtt"))
		f.HTTP.Host, f.ServerName = tt.host, tt.sni
		_, notes, err := a.verify(f, nil, gatewayServices)
		if (err == nil) != tt.want || (len(notes) == 1 && notes[0].Rule == "D-41" &&
			strings.Contains(notes[0].Text, `"`+tt.signed+`"`)) != tt.note {
			t.Errorf("%s: got %v, notes %v, want verified %v, a note %v (%s)", tt.name, err, notes, tt.want, tt.note, tt.source)
		}
	}
}
