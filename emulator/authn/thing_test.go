package authn

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
)

func TestThing(t *testing.T) {
	tests := []struct {
		name     string
		attached map[string]string // things and how
		clientID string
		want     string // name of the thing
		none     string // part of why there is none
		source   string
	}{
		{"the client id is its name", map[string]string{"pump-7": ""}, "pump-7", "pump-7", "", "A-233, B-325"},
		{"another client id", map[string]string{"pump-7": ""}, "pump-8", "", "is not attached to it; it is attached to: pump-7", "A-233, D-34"},
		{"of several the one with the name", map[string]string{"pump-7": "", "pump-8": ""}, "pump-8", "pump-8", "", "B-325"},
		{"exclusively, another client id", map[string]string{"pump-7": registry.ExclusiveThing}, "anything", "pump-7", "", "B-325"},
		{"exclusively, the name of another thing", map[string]string{"pump-7": registry.ExclusiveThing}, "pump-8", "pump-7", "", "B-325"},
		{"not attached", nil, "pump-7", "", `thing "pump-7" exists, but the principal is not attached to it`, "A-233, D-34"},
		{"no such thing", nil, "pump-9", "", `there is no thing "pump-9", as the client id is`, "A-233, D-34"},
		{"in another case", map[string]string{"pump-7": ""}, "Pump-7", "",
			`there is no thing "Pump-7", as the client id is; it is attached to: pump-7`, "A-233"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, yesAnswer)
			leaf := selfSigned(t)
			c := g.register(t, leaf)
			for _, name := range []string{"pump-7", "pump-8"} {
				if _, err := g.Registry.CreateThing(registry.Thing{ThingName: name, Attributes: map[string]string{"Site": "osaka"}}); err != nil {
					t.Fatal(err)
				}
			}
			for name, how := range tt.attached {
				if err := g.Registry.AttachThingPrincipal(name, c.CertificateArn, how); err != nil {
					t.Fatal(err)
				}
			}
			r := withCertificate(leaf)
			r.ClientID = tt.clientID
			grant, refused := g.authenticate(r)
			if refused != nil {
				t.Fatal(refused)
			}
			if grant.ThingName != tt.want || !strings.Contains(grant.noThing, tt.none) || (tt.none == "") != (grant.noThing == "") {
				t.Errorf("got %q (%s), want %q (%s) (%s)", grant.ThingName, grant.noThing, tt.want, tt.none, tt.source)
			}
			if exclusive := tt.attached[tt.want] == registry.ExclusiveThing; grant.Exclusive != exclusive {
				t.Errorf("exclusive: got %v, want %v (B-325, B-823)", grant.Exclusive, exclusive)
			}
			var keys []string
			for _, key := range slices.Sorted(maps.Keys(grant.Values)) {
				if strings.HasPrefix(key, "iot:Connection.Thing.") {
					keys = append(keys, key+"="+strings.Join(grant.Values[key], ","))
				}
			}
			want := []string{"iot:Connection.Thing.Attributes[Site]=osaka", "iot:Connection.Thing.IsAttached=true",
				"iot:Connection.Thing.ThingName=" + tt.want}
			if tt.want == "" {
				want = []string{"iot:Connection.Thing.IsAttached=false"}
			}
			if !slices.Equal(keys, want) {
				t.Errorf("variables: got %q, want %q (B-324, B-326, B-327)", keys, want)
			}
		})
	}
}

func TestThingType(t *testing.T) {
	typed := thingValues(registry.Thing{ThingName: "pump-7", ThingTypeName: "pump"})
	if got := typed["iot:Connection.Thing.ThingTypeName"]; !slices.Equal(got, []string{"pump"}) {
		t.Errorf("got %q, want pump (B-324)", got)
	}
	if got, ok := thingValues(registry.Thing{ThingName: "pump-7"})["iot:Connection.Thing.ThingTypeName"]; ok {
		t.Errorf("without a type: got %q, want it undefined (B-318)", got)
	}
}

// TestGroupPolicy: a thing's groups give their policies to who is the thing.
func TestGroupPolicy(t *testing.T) {
	g := newGateway(t, yesAnswer)
	leaf := selfSigned(t)
	c, err := g.Registry.RegisterCertificateWithoutCA(pemOf(leaf), registry.Active)
	if err != nil {
		t.Fatal(err)
	}
	thing, err := g.Registry.CreateThing(registry.Thing{ThingName: "pump-7"})
	if err != nil {
		t.Fatal(err)
	}
	group, err := g.Registry.CreateThingGroup(registry.ThingGroup{ThingGroupName: "pumps"})
	if err != nil {
		t.Fatal(err)
	}
	g.attach(t, "all", group.ThingGroupArn)
	for _, err := range []error{g.Registry.AttachThingPrincipal(thing.ThingName, c.CertificateArn, ""),
		g.Registry.AddThingToThingGroup(thing.ThingName, group.ThingGroupName)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	r := withCertificate(leaf)
	for clientID, want := range map[string]int{"pump-7": 1, "anything": 0} {
		r.ClientID = clientID
		grant, refused := g.authenticate(r)
		if refused != nil || len(grant.Documents) != want {
			t.Errorf("%s: got %+v, %v, want %d documents of the group (A-232, B-134)", clientID, grant, refused, want)
		}
		hinted := grant.Hint(policy.Decision{})
		if got := strings.Contains(strings.Join(hinted.Rules, " "), "B-134"); got == (want == 1) {
			t.Errorf("%s: got hint %+v, want B-134 where the group does not count", clientID, hinted)
		}
	}
}

// TestThingOfIdentity: a Cognito identity with login is attached like a
// certificate.
func TestThingOfIdentity(t *testing.T) {
	const id = "us-east-1:11111111-2222-3333-4444-555555555555"
	g := newGateway(t, yesAnswer)
	if _, err := g.Registry.CreateThing(registry.Thing{ThingName: "pump-7"}); err != nil {
		t.Fatal(err)
	}
	if err := g.Registry.AttachThingPrincipal("pump-7", id, ""); err != nil {
		t.Fatal(err)
	}
	for _, login := range []bool{true, false} {
		grant := g.principal(registry.Credential{IdentityID: id, Authenticated: login}, overHTTP("GET", ""))
		if grant.ThingName != "" {
			t.Errorf("login %v: got thing %q, want none: there is no client id (B-325)", login, grant.ThingName)
		}
		r := overHTTP("GET", "")
		r.ClientID = "pump-7"
		want := map[bool]string{true: "pump-7"}[login]
		if grant := g.principal(registry.Credential{IdentityID: id, Authenticated: login}, r); grant.ThingName != want {
			t.Errorf("login %v: got thing %q, want %q (B-325)", login, grant.ThingName, want)
		}
	}
}
