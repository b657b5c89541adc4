package authn

import (
	"fmt"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/registry"
)

// fleet is a gateway with the things pump-7 of type pump, which propagates four
// attributes, and plain of a type that propagates none.
func fleet(t *testing.T) *gateway {
	t.Helper()
	g := newGateway(t, yesAnswer)
	for _, y := range []registry.ThingType{
		{ThingTypeName: "quiet"},
		{ThingTypeName: "pump", PropagatingAttributes: []registry.PropagatingAttribute{
			{UserPropertyKey: "site", ThingAttribute: "site"}, {UserPropertyKey: "rack", ThingAttribute: "rack"},
			{UserPropertyKey: "id", ConnectionAttribute: registry.PropagatesClientID},
			{UserPropertyKey: "name", ConnectionAttribute: registry.PropagatesThingName}}},
	} {
		if _, err := g.Registry.CreateThingType(y); err != nil {
			t.Fatal(err)
		}
	}
	for _, thing := range []registry.Thing{
		{ThingName: "pump-7", ThingTypeName: "pump", Attributes: map[string]string{"site": "osaka", "secret": "x"}},
		{ThingName: "plain", ThingTypeName: "quiet", Attributes: map[string]string{"site": "osaka"}},
		{ThingName: "bare"},
	} {
		if _, err := g.Registry.CreateThing(thing); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

const leavesOutRack = `the user property "rack" is added to no message: thing "pump-7" has no attribute "rack", which its type "pump" propagates`

func TestPropagate(t *testing.T) {
	const all = "[{site osaka} {id } {name pump-7}]"
	for _, tt := range []struct {
		name, thing, how, clientID string
		want                       string // user properties
		leftOut                    string
		source                     string
	}{
		{"the client id is the thing's name", "pump-7", "", "pump-7", all, leavesOutRack, "B-696"},
		{"exclusively, another client id", "pump-7", registry.ExclusiveThing, "x", all, leavesOutRack, "B-696"},
		{"exclusively, no client id", "pump-7", registry.ExclusiveThing, "", all, leavesOutRack, "B-696, B-604"},
		{"another client id", "pump-7", "", "x", "[]", "", "B-696"},
		{"not attached", "bare", "", "pump-7", "[]",
			`of thing type "pump" are added to no message: thing "pump-7" exists, but the principal is not attached to it`, "B-697"},
		{"a type without", "plain", "", "plain", "[]", "", "B-696"},
		{"no type", "bare", "", "bare", "[]", "", "B-696"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, kind := range []string{X509, CustomX509} {
				g, leaf := fleet(t), selfSigned(t)
				customX509(t, g)
				c := g.register(t, leaf)
				g.answer = strings.Replace(yesAnswer, "TEST123", c.CertificateID, 1)
				if err := g.Registry.AttachThingPrincipal(tt.thing, c.CertificateArn, tt.how); err != nil {
					t.Fatal(err)
				}
				r := withCertificate(leaf)
				if r.ClientID = tt.clientID; kind == CustomX509 {
					r.Facts.ServerName = "both.example.test"
				}
				grant, refused := g.authenticate(r)
				if refused != nil {
					t.Fatal(refused)
				}
				got, leftOut := fmt.Sprint(grant.UserProperties), notes(grant.LeftOut)
				if grant.AuthenticationType != kind || got != tt.want || !strings.Contains(leftOut, tt.leftOut) ||
					(leftOut == "") != (tt.leftOut == "") {
					t.Errorf("%s: got %s, left out %q, want %s, %q (%s)", grant.AuthenticationType, got, leftOut, tt.want, tt.leftOut, tt.source)
				}
			}
		})
	}
	g := fleet(t)
	for id, want := range map[string]string{"pump-7": "only for a client that authenticated with a certificate", "plain": "", "x": ""} {
		r := mqttTLS("x?x-amz-customauthorizer-name=pumps", "")
		r.ClientID = id
		grant, refused := g.authenticate(r)
		if refused != nil || grant.UserProperties != nil || !strings.Contains(notes(grant.LeftOut), want) ||
			(want == "") != (grant.LeftOut == nil) {
			t.Errorf("a custom authorizer, %s: got %+v, %v, want a note that has %q (B-697)", id, grant, refused, want)
		}
	}
}

func notes(all []Note) string {
	var text []string
	for _, n := range all {
		text = append(text, n.Text)
	}
	return strings.Join(text, "\n")
}

// TestReviewPropagates: each change that matters makes another grant, no other does
// [B-698].
func TestReviewPropagates(t *testing.T) {
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	g, leaf := fleet(t), selfSigned(t)
	c := g.register(t, leaf)
	must(g.Registry.AttachThingPrincipal("pump-7", c.CertificateArn, ""))
	r := withCertificate(leaf)
	grant, refused := g.authenticate(r)
	if refused != nil {
		t.Fatal(refused)
	}
	update := func(u registry.ThingUpdate) error {
		_, err := g.Registry.UpdateThing("pump-7", u)
		return err
	}
	for _, tt := range []struct {
		name   string
		change func() error
		want   string // "" is the same grant
		notes  int
	}{
		{"another thing's type", func() error {
			_, err := g.Registry.UpdateThingType("quiet", []registry.PropagatingAttribute{{UserPropertyKey: "a", ThingAttribute: "b"}})
			return err
		}, "", 1},
		{"a value", func() error { return update(registry.ThingUpdate{Attributes: map[string]string{"site": "kobe"}}) },
			"[{site kobe} {id } {name pump-7}]", 1},
		{"one more value", func() error {
			return update(registry.ThingUpdate{Attributes: map[string]string{"rack": "1"}, Merge: true})
		},
			"[{site kobe} {rack 1} {id } {name pump-7}]", 0},
		{"the type is deprecated", func() error { return g.Registry.DeprecateThingType("pump") }, "", 0},
		{"the type's attributes", func() error {
			_, err := g.Registry.UpdateThingType("pump", []registry.PropagatingAttribute{{UserPropertyKey: "where", ThingAttribute: "site"}})
			return err
		}, "[{where kobe}]", 0},
		{"the type's key", func() error {
			_, err := g.Registry.UpdateThingType("pump", []registry.PropagatingAttribute{{UserPropertyKey: "w", ThingAttribute: "site"}})
			return err
		}, "[{w kobe}]", 0},
		{"another type", func() error { return update(registry.ThingUpdate{ThingTypeName: "quiet"}) }, "[]", 1},
		{"no type", func() error {
			return update(registry.ThingUpdate{RemoveThingType: true, Attributes: map[string]string{}})
		}, "[]", 0},
		{"detached", func() error { return g.Registry.DetachThingPrincipal("pump-7", c.CertificateArn) }, "[]", 0},
	} {
		must(tt.change())
		next, err := g.Review(r, grant)
		must(err)
		if same := next == grant; same != (tt.want == "") || !same && fmt.Sprint(next.UserProperties) != tt.want ||
			len(next.LeftOut) != tt.notes {
			t.Errorf("%s: got the same: %v, %v, left out %q, want %q and %d notes (B-698)", tt.name, same, next.UserProperties, next.LeftOut,
				tt.want, tt.notes)
		}
		grant = next
	}
}
