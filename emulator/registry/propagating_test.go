package registry

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestPropagatingAttributes(t *testing.T) {
	const field = "mqtt5Configuration.propagatingAttributes"
	site, id := PropagatingAttribute{"a.b:c$1", "site", ""}, PropagatingAttribute{"id", "", PropagatesClientID}
	for _, tt := range []struct {
		name         string
		attributes   []PropagatingAttribute
		part, source string // "" of part: it is taken
	}{
		{"all three", []PropagatingAttribute{site, id, {"name", "", PropagatesThingName}}, "", "API:PropagatingAttribute"},
		{"none", nil, "", "API:Mqtt5Configuration"},
		{"one key twice", []PropagatingAttribute{id, id}, "", "A-352, guess"},
		{"longest", []PropagatingAttribute{{strings.Repeat("k", 128), strings.Repeat("a", 128), ""}}, "", "API:PropagatingAttribute"},
		{"no key", []PropagatingAttribute{id, {"", "site", ""}}, field + "[1] has a userPropertyKey that is missing", "A-352"},
		{"odd key", []PropagatingAttribute{{"a_b", "site", ""}}, "has a userPropertyKey that has '_' at character 2", "API:PropagatingAttribute"},
		{"long key", []PropagatingAttribute{{strings.Repeat("k", 129), "site", ""}}, "has 129 characters", "API:PropagatingAttribute"},
		{"odd attribute", []PropagatingAttribute{{"k", "a b", ""}}, "has a thingAttribute that has ' '", "API:PropagatingAttribute"},
		{"odd connection attribute", []PropagatingAttribute{{"k", "", "iot:SourceIp"}},
			`is "iot:SourceIp", want iot:ClientId or iot:Thing.ThingName`, "A-352"},
		{"nothing to propagate", []PropagatingAttribute{{"k", "", ""}}, "want thingAttribute or connectionAttribute", "A-352, guess"},
		{"both", []PropagatingAttribute{{"k", "site", PropagatesClientID}}, "want one of them", "A-352, guess"},
		{"100", slices.Repeat([]PropagatingAttribute{id}, 100), "", "A-352, guess"},
		{"101", slices.Repeat([]PropagatingAttribute{id}, 101), "has 101 entries, want at most 100", "A-352, guess"},
	} {
		r, code := newRegistry(t, Options{}), ""
		if tt.part != "" {
			code = InvalidRequest
		}
		_, err := r.CreateThingType(ThingType{ThingTypeName: "new", PropagatingAttributes: tt.attributes})
		expect(t, tt.name+", create", err, code, tt.part, tt.source)
		must(r.CreateThingType(ThingType{ThingTypeName: "pump", Description: "d", PropagatingAttributes: []PropagatingAttribute{site}}))(t)
		_, err = r.UpdateThingType("pump", tt.attributes)
		expect(t, tt.name+", update", err, code, tt.part, tt.source)
		want := tt.attributes
		if tt.part != "" {
			want = []PropagatingAttribute{site}
		}
		if got, _ := r.ThingType("pump"); fmt.Sprint(got.Description, got.PropagatingAttributes) != fmt.Sprint("d", want) {
			t.Errorf("%s: got %+v, want %+v (%s)", tt.name, got, want, tt.source)
		}
	}
	r := newRegistry(t, Options{})
	_, err := r.UpdateThingType("valve", nil)
	expect(t, "none", err, NotFound, "", "API:UpdateThingType")
	must(r.CreateThingType(ThingType{ThingTypeName: "pump", PropagatingAttributes: []PropagatingAttribute{id}}))(t)
	_, err = r.CreateThingType(ThingType{ThingTypeName: "pump", PropagatingAttributes: []PropagatingAttribute{id}})
	expect(t, "the same again", err, "", "", "A-350")
	_, err = r.CreateThingType(ThingType{ThingTypeName: "pump"})
	expect(t, "another of that name", err, AlreadyExists, "", "API:CreateThingType")
}
