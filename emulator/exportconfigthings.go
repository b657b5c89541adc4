package emulator

import (
	"slices"

	"github.com/suback/suback/emulator/registry"
)

// Things in an exported suback.yaml.

func (x *exporting) thingTypes() (all []ThingType) {
	for _, t := range x.ThingTypes() {
		made := ThingType{ThingTypeName: t.ThingTypeName, ThingTypeDescription: t.Description,
			SearchableAttributes: t.SearchableAttributes, Deprecated: t.Deprecated}
		if len(t.PropagatingAttributes) > 0 {
			made.MQTT5Configuration = &MQTT5Configuration{t.PropagatingAttributes}
		}
		all = append(all, made)
	}
	return all
}

func (x *exporting) things() (all []Thing) {
	for _, t := range x.Things() {
		all = append(all, Thing{ThingName: t.ThingName, ThingTypeName: t.ThingTypeName, BillingGroupName: t.BillingGroupName, Attributes: filled(t.Attributes)})
	}
	return all
}

// filled is nil instead of an empty map.
func filled(m map[string]string) map[string]string {
	if len(m) == 0 {
		return nil
	}
	return m
}

// thingGroups puts parents before their children.
func (x *exporting) thingGroups() (all []ThingGroup) {
	groups := x.ThingGroups()
	depth := func(g registry.ThingGroup) (n int) {
		for ; g.ParentGroupName != ""; n++ {
			g, _ = x.ThingGroup(g.ParentGroupName)
		}
		return n
	}
	slices.SortStableFunc(groups, func(a, b registry.ThingGroup) int { return depth(a) - depth(b) })
	for _, g := range groups {
		all = append(all, ThingGroup{ThingGroupName: g.ThingGroupName, ParentGroupName: g.ParentGroupName, ThingGroupDescription: g.Description,
			Attributes: filled(g.Attributes), Things: x.ThingsIn(g.ThingGroupName), Policies: x.attached(g.ThingGroupArn)})
	}
	return all
}
