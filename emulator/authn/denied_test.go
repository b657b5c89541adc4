package authn

import (
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
)

func TestGrantHint(t *testing.T) {
	const ofThing = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"arn:aws:iot:us-east-1:000000000000:client/${iot:Connection.Thing.ThingName}"}]}`
	const other = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"arn:aws:iot:us-east-1:000000000000:client/pump-8"}]}`
	tests := []struct {
		name   string
		policy string // "" for none
		want   string // part of the hint
		rules  []string
		source string
	}{
		{"no policy", "", "no policy is attached to certificate", []string{"A-228", "D-30"}, "A-228, D-30"},
		{"a thing's name", ofThing, `there is no thing "pump-7"`, []string{"D-34"}, "D-34"},
		{"another client id", other, "", nil, "D-9"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, yesAnswer)
			leaf := selfSigned(t)
			c, err := g.Registry.RegisterCertificateWithoutCA(pemOf(leaf), registry.Active)
			if err != nil {
				t.Fatal(err)
			}
			if tt.policy != "" {
				if _, err := g.Registry.CreatePolicy("p", tt.policy); err != nil {
					t.Fatal(err)
				}
				if err := g.Registry.AttachPolicy("p", c.CertificateArn); err != nil {
					t.Fatal(err)
				}
			}
			grant, refused := g.authenticate(withCertificate(leaf))
			if refused != nil {
				t.Fatal(refused)
			}
			h := grant.Hint(connect(grant, "pump-7"))
			if !strings.Contains(h.Text, tt.want) || (tt.want == "") != (h.Text == "") || !slices.Equal(h.Rules, tt.rules) {
				t.Errorf("got %+v, want %q, %v (%s)", h, tt.want, tt.rules, tt.source)
			}
		})
	}
	custom := &Grant{AuthenticationType: Custom}
	if h := custom.Hint(policy.Decision{}); h.Text != "" {
		t.Errorf("custom authorizer: got %+v, want nothing (D-9)", h)
	}
	if h := custom.Hint(policy.Decision{Missing: []string{"iot:Connection.Thing.ThingName"}}); !slices.Equal(h.Rules, []string{"B-328"}) {
		t.Errorf("custom authorizer, a thing's name: got %+v, want B-328", h)
	}
	signed := &Grant{AuthenticationType: SigV4, Documents: make([]*policy.Document, 1)}
	if h := signed.Hint(policy.Decision{Action: policy.Connect}); !slices.Equal(h.Rules, []string{"D-44"}) {
		t.Errorf("signature, iot:Connect: got %+v, want D-44 (A-211)", h)
	}
	if h := signed.Hint(policy.Decision{Action: policy.Publish}); h.Text != "" {
		t.Errorf("signature, iot:Publish: got %+v, want nothing (D-11)", h)
	}
	signed.Bounds = [][]*policy.Document{nil}
	if h := signed.Hint(policy.Decision{Action: policy.Connect}); !slices.Equal(h.Rules, []string{"D-45"}) {
		t.Errorf("identity without an IoT policy: got %+v, want D-45 (A-219)", h)
	}
}
