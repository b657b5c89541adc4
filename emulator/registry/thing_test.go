package registry

import (
	"fmt"
	"maps"
	"strings"
	"testing"
)

func TestCreateThing(t *testing.T) {
	many := func(n int) map[string]string {
		m := map[string]string{}
		for i := range n {
			m[fmt.Sprintf("a%d", i)] = "x"
		}
		return m
	}
	tests := []struct {
		name       string
		thing      Thing
		code, part string
		source     string
	}{
		{"a name", Thing{ThingName: "pump-7"}, "", "", "API:CreateThing"},
		{"all characters", Thing{ThingName: "Az09:_-"}, "", "", "API:CreateThing"},
		{"no name", Thing{}, InvalidRequest, "thingName is missing", "API:CreateThing"},
		{"129 characters", Thing{ThingName: strings.Repeat("a", 129)}, InvalidRequest, "has 129 characters", "API:CreateThing"},
		{"space", Thing{ThingName: "pump 7"}, InvalidRequest, `thing "pump 7": thingName has ' ' at character 5`, "API:CreateThing"},
		{"attributes", Thing{ThingName: "x", Attributes: map[string]string{"site": "osaka.jp"}}, "", "", "API:CreateThing"},
		{"space in a value", Thing{ThingName: "x", Attributes: map[string]string{"site": "new york"}}, InvalidRequest,
			"attributes[site] has ' ' at character 4", "API:CreateThing"},
		{"space in a name", Thing{ThingName: "x", Attributes: map[string]string{"my site": "x"}}, InvalidRequest,
			"attributes[my site] name has ' '", "API:CreateThing"},
		{"long value", Thing{ThingName: "x", Attributes: map[string]string{"site": strings.Repeat("x", 801)}}, InvalidRequest,
			"has 801 characters", "API:CreateThing"},
		{"4 attributes without a type", Thing{ThingName: "x", Attributes: many(4)}, InvalidRequest, "attributes has 4 entries, want at most 3",
			"Q"},
		{"50 attributes with a type", Thing{ThingName: "x", ThingTypeName: "pump", Attributes: many(50)}, "", "", "Q"},
		{"51 attributes with a type", Thing{ThingName: "x", ThingTypeName: "pump", Attributes: many(51)}, InvalidRequest, "want at most 50", "Q"},
		{"unknown type", Thing{ThingName: "x", ThingTypeName: "gate"}, NotFound, `thing type "gate" does not exist`, "API:CreateThing"},
		{"deprecated type", Thing{ThingName: "x", ThingTypeName: "old"}, InvalidRequest, "deprecated", "API:DeprecateThingType"},
		{"unknown billing group", Thing{ThingName: "x", BillingGroupName: "b"}, NotFound, `billing group "b" does not exist`, "API:CreateThing"},
		{"the same again", Thing{ThingName: "first", Attributes: map[string]string{"a": "b"}}, "", "", "API:CreateThing"},
		{"another of that name", Thing{ThingName: "first"}, AlreadyExists, `thing "first" exists already`, "API:CreateThing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRegistry(t, Options{})
			must(r.CreateThingType(ThingType{ThingTypeName: "pump"}))(t)
			must(r.CreateThingType(ThingType{ThingTypeName: "old"}))(t)
			if err := r.DeprecateThingType("old"); err != nil {
				t.Fatal(err)
			}
			first := must(r.CreateThing(Thing{ThingName: "first", Attributes: map[string]string{"a": "b", "none": ""}}))(t)
			got, err := r.CreateThing(tt.thing)
			expect(t, tt.name, err, tt.code, tt.part, tt.source)
			if tt.name == "the same again" && got.ThingID != first.ThingID {
				t.Errorf("got another id, %s, want %s (%s)", got.ThingID, first.ThingID, tt.source)
			}
		})
	}
}

func TestThingAsStored(t *testing.T) {
	r := newRegistry(t, Options{Region: "eu-west-1", Account: "123456789012"})
	mine := map[string]string{"site": "osaka", "none": ""}
	must(r.CreateThing(Thing{ThingName: "pump-7", Attributes: mine}))(t)
	mine["site"] = "kobe"
	got, ok := r.Thing("pump-7")
	if !ok || got.ThingArn != "arn:aws:iot:eu-west-1:123456789012:thing/pump-7" || len(got.ThingID) != 36 || got.Version != 1 {
		t.Errorf("got %+v, %v, want its ARN, a UUID and version 1 (API:DescribeThing)", got, ok)
	}
	if !maps.Equal(got.Attributes, map[string]string{"site": "osaka"}) {
		t.Errorf("got attributes %v, want osaka alone: a copy without empty values (API:AttributePayload)", got.Attributes)
	}
	must(r.CreateThing(Thing{ThingName: "gate"}))(t)
	if all := r.Things(); len(all) != 2 || all[0].ThingName != "gate" {
		t.Errorf("Things: got %v, want gate and pump-7 (design: stable order)", all)
	}
}

func TestUpdateThing(t *testing.T) {
	tests := []struct {
		name       string
		update     ThingUpdate
		want       string // type and attributes
		code, part string
		source     string
	}{
		{"nothing", ThingUpdate{}, "pump map[a:1 b:2]", "", "", "API:UpdateThing"},
		{"replaced", ThingUpdate{Attributes: map[string]string{"c": "3"}}, "pump map[c:3]", "", "", "API:AttributePayload"},
		{"merged", ThingUpdate{Attributes: map[string]string{"c": "3"}, Merge: true}, "pump map[a:1 b:2 c:3]", "", "", "API:AttributePayload"},
		{"one removed", ThingUpdate{Attributes: map[string]string{"a": ""}, Merge: true}, "pump map[b:2]", "", "", "API:AttributePayload"},
		{"all removed", ThingUpdate{Attributes: map[string]string{}}, "pump map[]", "", "", "API:AttributePayload"},
		{"no type", ThingUpdate{RemoveThingType: true}, " map[a:1 b:2]", "", "", "API:UpdateThing"},
		{"both", ThingUpdate{RemoveThingType: true, ThingTypeName: "pump"}, "", InvalidRequest, "removeThingType is set beside thingTypeName",
			"API:UpdateThing"},
		{"unknown type", ThingUpdate{ThingTypeName: "gate"}, "", NotFound, `thing type "gate"`, "API:UpdateThing"},
		{"right version", ThingUpdate{ExpectedVersion: 1}, "pump map[a:1 b:2]", "", "", "API:UpdateThing"},
		{"wrong version", ThingUpdate{ExpectedVersion: 2}, "", VersionConflict, "expectedVersion is 2, want 1", "API:UpdateThing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRegistry(t, Options{})
			must(r.CreateThingType(ThingType{ThingTypeName: "pump"}))(t)
			must(r.CreateThing(Thing{ThingName: "x", ThingTypeName: "pump", Attributes: map[string]string{"a": "1", "b": "2"}}))(t)
			got, err := r.UpdateThing("x", tt.update)
			expect(t, tt.name, err, tt.code, tt.part, tt.source)
			if text := fmt.Sprint(got.ThingTypeName, " ", got.Attributes); err == nil && (text != tt.want || got.Version != 2) {
				t.Errorf("got %q, version %d, want %q, version 2 (%s)", text, got.Version, tt.want, tt.source)
			}
		})
	}
	_, err := newRegistry(t, Options{}).UpdateThing("x", ThingUpdate{})
	expect(t, "unknown", err, NotFound, `thing "x" does not exist`, "API:UpdateThing")
}

func TestDeleteThing(t *testing.T) {
	r := newRegistry(t, Options{})
	c := must(r.CreateCertificate(sign(t, newTemplate("device"), nil).pem, Active))(t)
	must(r.CreateThing(Thing{ThingName: "x"}))(t)
	must(r.CreateThingGroup(ThingGroup{ThingGroupName: "g"}))(t)
	expect(t, "group", r.AddThingToThingGroup("x", "g"), "", "", "API")
	expect(t, "attach", r.AttachThingPrincipal("x", c.CertificateArn, ""), "", "", "API")
	expect(t, "wrong version", r.DeleteThing("x", 7), VersionConflict, "want 1", "API:DeleteThing")
	expect(t, "attached", r.DeleteThing("x", 0), InvalidRequest, "still attached to one or more principals: arn:",
		"I:aws/aws-connected-device-framework#76")
	expect(t, "detach", r.DetachThingPrincipal("x", c.CertificateArn), "", "", "API")
	expect(t, "detached", r.DeleteThing("x", 1), "", "", "API:DeleteThing")
	expect(t, "gone", r.DeleteThing("x", 0), "", "", "API:DeleteThing: succeeds for a thing that does not exist")
	if in := r.ThingsIn("g"); len(in) != 0 {
		t.Errorf("ThingsIn: got %v, want none (API:DeleteThing)", in)
	}
}

// BenchmarkThingsAfter is a page of so many things.
func BenchmarkThingsAfter(b *testing.B) {
	for _, things := range []int{1000, 100_000} {
		b.Run(fmt.Sprint(things, " things"), func(b *testing.B) {
			r, err := New(Options{})
			if err != nil {
				b.Fatal(err)
			}
			for i := range things {
				_, _ = r.CreateThing(Thing{ThingName: fmt.Sprint("thing-", i)})
			}
			for b.Loop() {
				if got := r.ThingsAfter("thing-5", 250, func(Thing) bool { return true }); len(got) != 250 {
					b.Fatalf("got %d things, want 250", len(got))
				}
			}
		})
	}
}
