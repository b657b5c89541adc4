package config

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// Things in suback.yaml and in a CloudFormation template
//
//   - CloudFormation gives a thing neither type nor groups: these are listed

const thingResource = "AWS::IoT::Thing"

func thingKind() kind {
	return kind{key: "things", after: []string{"thingTypes", "billingGroups"},
		put: func(c *Config, r *registry.Registry) error {
			return errors.Join(c.putThings(r), c.deprecateThingTypes(r)) // no new thing may have such a type
		},
		read: func(x *exporting, c *Config) { c.Things = x.things() }, add: (*template).addThings}
}

// A Thing is a device in the registry.
type Thing struct {
	ThingName        string            `yaml:"thingName"`
	ThingTypeName    string            `yaml:"thingTypeName"` // made if need be
	BillingGroupName string            `yaml:"billingGroupName"`
	Attributes       map[string]string `yaml:"attributes"`
}

func (c *Config) putThings(r *registry.Registry) error {
	return each(c.Things, func(i int, t Thing) error {
		if _, ok := r.ThingType(t.ThingTypeName); !ok && t.ThingTypeName != "" {
			if _, err := r.CreateThingType(registry.ThingType{ThingTypeName: t.ThingTypeName}); err != nil {
				return c.refused([]any{"things", i}, err)
			}
		}
		_, err := r.CreateThing(registry.Thing{
			ThingName: t.ThingName, ThingTypeName: t.ThingTypeName, BillingGroupName: t.BillingGroupName,
			Attributes: t.Attributes})
		return c.refused([]any{"things", i}, err)
	})
}

func (x *exporting) things() (all []Thing) {
	for _, t := range x.Things() {
		all = append(all, Thing{ThingName: t.ThingName, ThingTypeName: t.ThingTypeName,
			BillingGroupName: t.BillingGroupName, Attributes: filled(t.Attributes)})
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
