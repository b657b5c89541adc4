package registry

import (
	"testing"
	"time"
)

func TestCreateThingType(t *testing.T) {
	tests := []struct {
		name       string
		kind       ThingType
		code, part string
		source     string
	}{
		{"full", ThingType{ThingTypeName: "gate", Description: "opens, closes", SearchableAttributes: []string{"a", "b", "c"}}, "", "",
			"API:CreateThingType"},
		{"4 searchable attributes", ThingType{ThingTypeName: "gate", SearchableAttributes: []string{"a", "b", "c", "d"}}, InvalidRequest,
			"searchableAttributes has 4 entries, want at most 3", "Q"},
		{"odd attribute", ThingType{ThingTypeName: "gate", SearchableAttributes: []string{"a b"}}, InvalidRequest,
			"searchableAttributes[0] has ' '", "API:CreateThingType"},
		{"line break", ThingType{ThingTypeName: "gate", Description: "a\nb"}, InvalidRequest, `thingTypeDescription has '\n' at byte 2`,
			"API:CreateThingType"},
		{"no name", ThingType{}, InvalidRequest, "thingTypeName is missing", "API:CreateThingType"},
		{"the same again", ThingType{ThingTypeName: "pump"}, "", "", "API:CreateThingType"},
		{"another of that name", ThingType{ThingTypeName: "pump", Description: "x"}, AlreadyExists, "exists already", "API:CreateThingType"},
	}
	for _, tt := range tests {
		r := newRegistry(t, Options{})
		must(r.CreateThingType(ThingType{ThingTypeName: "pump"}))(t)
		_, err := r.CreateThingType(tt.kind)
		expect(t, tt.name, err, tt.code, tt.part, tt.source)
	}
}

func TestDeleteThingType(t *testing.T) {
	r := newRegistry(t, Options{})
	must(r.CreateThingType(ThingType{ThingTypeName: "pump"}))(t)
	must(r.CreateThing(Thing{ThingName: "x", ThingTypeName: "pump"}))(t)
	const active, early = "want it deprecated first", "want it deprecated for 5 minutes"
	expect(t, "not deprecated", r.DeleteThingType("pump"), InvalidRequest, active, "API:DeleteThingType")
	expect(t, "deprecate", r.DeprecateThingType("pump"), "", "", "API")
	expect(t, "at once", r.DeleteThingType("pump"), InvalidRequest, early, "API:DeleteThingType")
	r.Advance(5 * time.Minute)
	expect(t, "in use", r.DeleteThingType("pump"), InvalidRequest, `thing "x" has it`, "API:DeleteThingType")
	expect(t, "delete the thing", r.DeleteThing("x", 0), "", "", "API")
	expect(t, "undo", r.UndeprecateThingType("pump"), "", "", "API")
	expect(t, "undone", r.DeleteThingType("pump"), InvalidRequest, active, "API:DeleteThingType")
	expect(t, "deprecate again", r.DeprecateThingType("pump"), "", "", "API")
	r.Advance(5 * time.Minute)
	expect(t, "later", r.DeleteThingType("pump"), "", "", "API:DeleteThingType")
	expect(t, "gone", r.DeleteThingType("pump"), NotFound, "", "API:DeleteThingType")
	expect(t, "deprecate what is gone", r.DeprecateThingType("pump"), NotFound, "", "API:DeprecateThingType")
	expect(t, "undo for what is gone", r.UndeprecateThingType("pump"), NotFound, "", "API:DeprecateThingType")
	if _, ok := r.ThingType("pump"); ok || len(r.ThingTypes()) != 0 {
		t.Error("got a thing type, want none (API:DeleteThingType)")
	}
}
