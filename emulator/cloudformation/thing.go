package cloudformation

import (
	"maps"
	"slices"
	"strings"
)

// Things: CloudFormation gives them neither types nor groups, so these are listed.

const thingResource = "AWS::IoT::Thing"

// maxUntyped is how many attributes a thing without a type may have.
const maxUntyped = 3

func (t *template) addThings() {
	for _, y := range t.Things() {
		properties := map[string]any{"ThingName": y.ThingName}
		names := slices.Sorted(maps.Keys(y.Attributes))
		if len(names) > maxUntyped {
			t.note("attributes %s of thing %s, which have no place without its type",
				strings.Join(names[maxUntyped:], ", "), y.ThingName)
			names = names[:maxUntyped]
		}
		attributes := map[string]string{}
		for _, name := range names {
			attributes[name] = y.Attributes[name]
		}
		if len(attributes) > 0 {
			properties["AttributePayload"] = map[string]any{"Attributes": attributes}
		}
		t.add(thingResource, y.ThingName, properties)
		if y.ThingTypeName != "" {
			t.note("type %s of thing %s", y.ThingTypeName, y.ThingName)
		}
		if y.BillingGroupName != "" {
			t.note("billing group %s of thing %s", y.BillingGroupName, y.ThingName)
		}
		if groups := t.ThingGroupsOf(y.ThingName); len(groups) > 0 {
			t.note("groups %s of thing %s", strings.Join(groups, ", "), y.ThingName)
		}
	}
}
