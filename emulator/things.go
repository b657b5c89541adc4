package emulator

import (
	"errors"

	"github.com/suback/suback/emulator/registry"
)

// What suback.yaml says of things, their types and groups.

func (c *Config) putThingTypes(r *registry.Registry) error {
	return each(c.ThingTypes, func(i int, t ThingType) error {
		made := registry.ThingType{ThingTypeName: t.ThingTypeName, Description: t.ThingTypeDescription, SearchableAttributes: t.SearchableAttributes}
		if c := t.MQTT5Configuration; c != nil {
			made.PropagatingAttributes = c.PropagatingAttributes
		}
		_, err := r.CreateThingType(made)
		return c.refused([]any{"thingTypes", i}, err)
	})
}

func (c *Config) deprecateThingTypes(r *registry.Registry) error {
	return each(c.ThingTypes, func(i int, t ThingType) error {
		if !t.Deprecated {
			return nil
		}
		return c.refused([]any{"thingTypes", i}, r.DeprecateThingType(t.ThingTypeName))
	})
}

func (c *Config) putBillingGroups(r *registry.Registry) error {
	return each(c.BillingGroups, func(i int, g registry.BillingGroup) error {
		_, err := r.CreateBillingGroup(g)
		return c.refused([]any{"billingGroups", i}, err)
	})
}

func (c *Config) putThings(r *registry.Registry) error {
	return each(c.Things, func(i int, t Thing) error {
		if _, ok := r.ThingType(t.ThingTypeName); !ok && t.ThingTypeName != "" {
			if _, err := r.CreateThingType(registry.ThingType{ThingTypeName: t.ThingTypeName}); err != nil {
				return c.refused([]any{"things", i}, err)
			}
		}
		_, err := r.CreateThing(registry.Thing{
			ThingName: t.ThingName, ThingTypeName: t.ThingTypeName, BillingGroupName: t.BillingGroupName, Attributes: t.Attributes})
		return c.refused([]any{"things", i}, err)
	})
}

func (c *Config) putThingGroups(r *registry.Registry) error {
	return each(c.ThingGroups, func(i int, g ThingGroup) error {
		at := []any{"thingGroups", i}
		made, err := r.CreateThingGroup(registry.ThingGroup{
			ThingGroupName: g.ThingGroupName, ParentGroupName: g.ParentGroupName, Description: g.ThingGroupDescription, Attributes: g.Attributes})
		if err != nil {
			return c.refused(at, err)
		}
		err = each(g.Things, func(j int, thing string) error {
			return c.refused(append(at, "things", j), r.AddThingToThingGroup(thing, g.ThingGroupName))
		})
		return errors.Join(err, c.attach(r, at, g.Policies, made.ThingGroupArn))
	})
}
