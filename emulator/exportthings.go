package emulator

import (
	"maps"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// Things in a CloudFormation template
//
//   - CloudFormation gives a thing neither type nor groups, nor policies to a
//     group: these are listed

const (
	thingResource = "AWS::IoT::Thing"
	groupResource = "AWS::IoT::ThingGroup"
)

// maxUntyped is how many attributes a thing without a type may have.
const maxUntyped = 3

func (t *template) addThingTypes() {
	for _, y := range t.ThingTypes() {
		properties := map[string]any{"ThingTypeName": y.ThingTypeName, "Tags": t.tags(y.ThingTypeArn)}
		of := map[string]any{}
		if y.Description != "" {
			of["ThingTypeDescription"] = y.Description
		}
		if len(y.SearchableAttributes) > 0 {
			of["SearchableAttributes"] = y.SearchableAttributes
		}
		if len(y.PropagatingAttributes) > 0 {
			of["Mqtt5Configuration"] = map[string]any{"PropagatingAttributes": propagating(y.PropagatingAttributes)}
		}
		if len(of) > 0 {
			properties["ThingTypeProperties"] = of
		}
		if y.Deprecated {
			properties["DeprecateThingType"] = true
		}
		t.add("AWS::IoT::ThingType", y.ThingTypeName, properties)
	}
}

func propagating(attributes []registry.PropagatingAttribute) (all []any) {
	for _, a := range attributes {
		one := map[string]any{"UserPropertyKey": a.UserPropertyKey, "ThingAttribute": a.ThingAttribute, "ConnectionAttribute": a.ConnectionAttribute}
		maps.DeleteFunc(one, func(_ string, v any) bool { return v == "" })
		all = append(all, one)
	}
	return all
}

func (t *template) addBillingGroups() {
	for _, g := range t.BillingGroups() {
		properties := map[string]any{"BillingGroupName": g.BillingGroupName, "Tags": t.tags(g.BillingGroupArn)}
		if g.Description != "" {
			properties["BillingGroupProperties"] = map[string]any{"BillingGroupDescription": g.Description}
		}
		t.add("AWS::IoT::BillingGroup", g.BillingGroupName, properties)
	}
}

func (t *template) addThings() {
	for _, y := range t.Things() {
		properties := map[string]any{"ThingName": y.ThingName}
		names := slices.Sorted(maps.Keys(y.Attributes))
		if len(names) > maxUntyped {
			t.note("attributes %s of thing %s, which have no place without its type", strings.Join(names[maxUntyped:], ", "), y.ThingName)
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

func (t *template) addThingGroups() {
	for _, g := range t.ThingGroups() {
		properties := map[string]any{"ThingGroupName": g.ThingGroupName, "ParentGroupName": g.ParentGroupName, "Tags": t.tags(g.ThingGroupArn)}
		of := map[string]any{}
		if g.Description != "" {
			of["ThingGroupDescription"] = g.Description
		}
		if len(g.Attributes) > 0 {
			of["AttributePayload"] = map[string]any{"Attributes": g.Attributes}
		}
		if len(of) > 0 {
			properties["ThingGroupProperties"] = of
		}
		var parent []string
		if g.ParentGroupName != "" {
			parent = []string{t.id(groupResource, g.ParentGroupName)}
		}
		t.add(groupResource, g.ThingGroupName, properties, parent...)
		for _, name := range attachedNames(t.Registry, g.ThingGroupArn) {
			t.note("policy %s of thing group %s", name, g.ThingGroupName)
		}
	}
}
