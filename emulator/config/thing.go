package config

import (
	"errors"

	"github.com/suback/suback/emulator/registry"
)

// Things in suback.yaml.

func thingKind() kind {
	return kind{key: "things", after: []string{"thingTypes", "billingGroups"},
		put: func(c *Config, r *registry.Registry) error {
			return errors.Join(c.putThings(r), c.deprecateThingTypes(r)) // no new thing may have such a type
		},
		read: func(x *exporting, c *Config) { c.Things = x.things() }}
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
