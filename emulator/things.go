package emulator

import "github.com/suback/suback/emulator/registry"

// What suback.yaml says of things, their types and groups.

func (c *Config) putThingTypes(r *registry.Registry) error {
	for i, t := range c.ThingTypes {
		if _, err := r.CreateThingType(registry.ThingType{
			ThingTypeName: t.ThingTypeName, Description: t.ThingTypeDescription, SearchableAttributes: t.SearchableAttributes}); err != nil {
			return c.refused([]any{"thingTypes", i}, err)
		}
	}
	return nil
}

func (c *Config) deprecateThingTypes(r *registry.Registry) error {
	for i, t := range c.ThingTypes {
		if !t.Deprecated {
			continue
		}
		if err := r.DeprecateThingType(t.ThingTypeName); err != nil {
			return c.refused([]any{"thingTypes", i}, err)
		}
	}
	return nil
}

func (c *Config) putBillingGroups(r *registry.Registry) error {
	for i, g := range c.BillingGroups {
		if _, err := r.CreateBillingGroup(g); err != nil {
			return c.refused([]any{"billingGroups", i}, err)
		}
	}
	return nil
}

func (c *Config) putThings(r *registry.Registry) error {
	for i, t := range c.Things {
		if _, ok := r.ThingType(t.ThingTypeName); !ok && t.ThingTypeName != "" {
			if _, err := r.CreateThingType(registry.ThingType{ThingTypeName: t.ThingTypeName}); err != nil {
				return c.refused([]any{"things", i}, err)
			}
		}
		if _, err := r.CreateThing(registry.Thing{
			ThingName: t.ThingName, ThingTypeName: t.ThingTypeName, BillingGroupName: t.BillingGroupName, Attributes: t.Attributes}); err != nil {
			return c.refused([]any{"things", i}, err)
		}
	}
	return nil
}

func (c *Config) putThingGroups(r *registry.Registry) error {
	for i, g := range c.ThingGroups {
		at := []any{"thingGroups", i}
		made, err := r.CreateThingGroup(registry.ThingGroup{
			ThingGroupName: g.ThingGroupName, ParentGroupName: g.ParentGroupName, Description: g.ThingGroupDescription, Attributes: g.Attributes})
		if err != nil {
			return c.refused(at, err)
		}
		for j, thing := range g.Things {
			if err := r.AddThingToThingGroup(thing, g.ThingGroupName); err != nil {
				return c.errorf(append(at, "things", j), "%v", err)
			}
		}
		if err := c.attach(r, at, g.Policies, made.ThingGroupArn); err != nil {
			return err
		}
	}
	return nil
}
