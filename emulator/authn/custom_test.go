package authn

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/registry"
)

func TestSelection(t *testing.T) {
	yes, no := true, false
	domains := []registry.DomainConfiguration{
		{DomainConfigurationName: "open", DomainName: "open.example.test",
			AuthorizerConfig: &registry.AuthorizerConfig{DefaultAuthorizerName: "gates", AllowAuthorizerOverride: &yes}},
		{DomainConfigurationName: "fixed", DomainName: "fixed.example.test",
			AuthorizerConfig: &registry.AuthorizerConfig{DefaultAuthorizerName: "gates", AllowAuthorizerOverride: &no}},
		{DomainConfigurationName: "bare", DomainName: "bare.example.test"},
		{DomainConfigurationName: "off", DomainName: "off.example.test", DomainConfigurationStatus: registry.Disabled},
	}
	tests := []struct {
		name      string
		sni, host string // host "" means MQTT without HTTP
		named     string
		byDefault string // the account's default
		want      string // authorizer, or code of the error
		source    string
	}{
		{"named", "localhost", "", "gates", "pumps", "gates", "A-73"},
		{"account default", "localhost", "", "", "pumps", "pumps", "A-77"},
		{"nothing at all", "localhost", "", "", "", authorizerNotFound, "A-160"},
		{"no SNI", "", "", "", "pumps", "pumps", "A-31, guess"},
		{"address for a host", "", "127.0.0.1:8443", "", "pumps", "pumps", "A-31, guess"},
		{"host nobody configured", "broker", "", "", "pumps", "pumps", "A-31, guess"},
		{"unknown name, default there", "localhost", "", "gate", "pumps", authorizerNotFound, "A-75, guess"},
		{"name in another case", "localhost", "", "Gates", "pumps", authorizerNotFound, "A-75"},
		{"INACTIVE name", "localhost", "", "old", "pumps", authorizerNotFound, "A-75"},
		{"INACTIVE default", "localhost", "", "", "old", authorizerNotFound, "A-75"},
		{"domain default", "open.example.test", "", "", "pumps", "gates", "A-73"},
		{"domain default by Host", "", "open.example.test:8443", "", "pumps", "gates", "A-29"},
		{"SNI goes before Host", "fixed.example.test", "open.example.test", "pumps", "", "gates", "A-29"},
		{"SNI in another case", "OPEN.example.test", "", "", "pumps", "gates", "A-28"},
		{"override", "open.example.test", "", "pumps", "", "pumps", "A-74"},
		{"override with an unknown name", "open.example.test", "", "nobody", "pumps", authorizerNotFound, "A-75, guess"},
		{"no override", "fixed.example.test", "", "pumps", "", "gates", "A-74"},
		{"no override, rubbish", "fixed.example.test", "", "''", "", "gates", "A-74"},
		{"domain without authorizer", "bare.example.test", "", "", "pumps", "pumps", "A-73"},
		{"domain without authorizer, named", "bare.example.test", "", "gates", "pumps", "gates", "A-73"},
		{"an endpoint of this region", "a1b2c3d4e5f6g7-ats.iot.us-east-1.amazonaws.com", "", "gates", "pumps", "gates", "A-31, guess"},
		{"an endpoint of another region", "a1b2c3d4e5f6g7-ats.iot.eu-west-1.amazonaws.com", "", "gates", "pumps", sniMisused, "A-28, A-160"},
		{"one in China", "a1b2c3d4e5f6g7.ats.IOT.cn-north-1.amazonaws.com.cn", "", "gates", "pumps", sniMisused, "A-28, A-160"},
		{"a name that looks alike", "pump.iot.example.test", "", "gates", "pumps", "gates", "A-31, guess"},
		{"DISABLED domain", "off.example.test", "", "gates", "pumps", domainDisabled, "A-273"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, yesAnswer)
			for _, d := range domains {
				if _, err := g.Registry.CreateDomainConfiguration(d); err != nil {
					t.Fatal(err)
				}
			}
			if tt.byDefault != "" {
				if err := g.Registry.SetDefaultAuthorizer(tt.byDefault); err != nil {
					t.Fatal(err)
				}
			}
			r := mqttTLS("", "")
			if tt.host != "" {
				r = overHTTP("GET", "")
				r.Facts.HTTP.Host = tt.host
			}
			r.Facts.ServerName = tt.sni
			if tt.named != "" {
				username := "?x-amz-customauthorizer-name=" + tt.named
				r.Username = &username
			}
			grant, refused := g.authenticate(r)
			got := code(refused)
			if refused == nil {
				got = grant.Authorizer
			}
			if got != tt.want {
				t.Fatalf("got %s (%v), want %s (%s)", got, refused, tt.want, tt.source)
			}
			if called := len(g.called) > 0; called != (refused == nil) {
				t.Errorf("function called: got %v, want %v (%s)", g.called, refused == nil, tt.source)
			}
		})
	}
}

func TestNotFoundHints(t *testing.T) {
	tests := []struct{ named, want, source string }{
		{"pump", `is "pumps" meant?`, "D-7"},
		{"PUMPS", `is "pumps" meant?`, "D-7"},
		{"old", "set its status to ACTIVE", "D-7"},
		{"something-else", "account 000000000000 has in us-east-1: gates, old, pumps", "D-7"},
		{"arn:aws:iot:eu-west-1:000000000000:authorizer/pumps", "give the authorizer's name, not its ARN", "D-7"},
		{"", "but it has no value: write <user name>?x-amz-customauthorizer-name=<authorizer>", "D-7"},
	}
	for _, tt := range tests {
		g := newGateway(t, yesAnswer)
		_, refused := g.authenticate(mqttTLS("?x-amz-customauthorizer-name="+tt.named, ""))
		if refused == nil || !strings.Contains(refused.Hint, tt.want) {
			t.Errorf("%q: got %v, want hint %q (%s)", tt.named, refused, tt.want, tt.source)
			continue
		}
		if tt.source == "D-7" && !slices.Contains(refused.Rules, "D-7") {
			t.Errorf("%q: got rules %v, want D-7 among them", tt.named, refused.Rules)
		}
	}
}

func TestGrant(t *testing.T) {
	g := newGateway(t, yesAnswer)
	grant, refused := g.authenticate(mqttTLS("user?SDK=Python&Version=1.4.9?x-amz-customauthorizer-name=pumps", "test"))
	if refused != nil {
		t.Fatal(refused)
	}
	if grant.Authorizer != "pumps" || grant.PrincipalID != "TEST123" || len(grant.Documents) != 1 ||
		grant.RefreshAfter != 5*time.Minute || grant.DisconnectAfter != 24*time.Hour {
		t.Errorf("got %+v, want TEST123 by pumps, one document, 5m, 24h (A-120)", grant)
	}
	if len(grant.Notes) != 1 || !strings.Contains(grant.Notes[0].Text, "more than one ?") {
		t.Errorf("notes: got %q, want one about the second ? (A-86)", grant.Notes)
	}
}

// The function's documents are all that a custom authorizer's client has, whatever
// policies its thing's groups have [A-136, B-133].
func TestCustomGrantIsTheFunctionsAlone(t *testing.T) {
	g := newGateway(t, yesAnswer)
	thing, err := g.Registry.CreateThing(registry.Thing{ThingName: "pump-7"})
	if err != nil {
		t.Fatal(err)
	}
	group, err := g.Registry.CreateThingGroup(registry.ThingGroup{ThingGroupName: "fleet"})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Registry.AddThingToThingGroup(thing.ThingName, group.ThingGroupName); err != nil {
		t.Fatal(err)
	}
	g.attach(t, "everything", group.ThingGroupArn)
	r := mqttTLS("?x-amz-customauthorizer-name=pumps", "test")
	r.ClientID = thing.ThingName
	grant, refused := g.authenticate(r)
	if refused != nil {
		t.Fatal(refused)
	}
	if len(grant.Documents) != 1 || grant.Documents[0].Name != "LambdaPolicy[0]" || len(grant.Bounds) != 0 || grant.ThingName != "" ||
		len(grant.Values) != 0 {
		t.Errorf("got %+v, want the function's document alone, and no thing (A-136, B-133, B-328)", grant)
	}
}
