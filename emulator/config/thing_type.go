package config

import (
	"github.com/suback/suback/emulator/registry"
)

// Thing types in suback.yaml.

func thingTypeKind() kind {
	return kind{key: "thingTypes", put: (*Config).putThingTypes,
		read: func(x *exporting, c *Config) { c.ThingTypes = x.thingTypes() }}
}

// A ThingType is a description that things share.
type ThingType struct {
	ThingTypeName        string   `yaml:"thingTypeName"`
	ThingTypeDescription string   `yaml:"thingTypeDescription"`
	SearchableAttributes []string `yaml:"searchableAttributes"`
	Deprecated           bool     `yaml:"deprecated"` // things of this file may have it nevertheless

	MQTT5Configuration *MQTT5Configuration `yaml:"mqtt5Configuration"`
}

// An MQTT5Configuration says what a thing's messages get as user properties.
type MQTT5Configuration struct {
	PropagatingAttributes []registry.PropagatingAttribute `yaml:"propagatingAttributes"`
}

func (c *Config) putThingTypes(r *registry.Registry) error {
	return each(c.ThingTypes, func(i int, t ThingType) error {
		made := registry.ThingType{ThingTypeName: t.ThingTypeName, Description: t.ThingTypeDescription,
			SearchableAttributes: t.SearchableAttributes}
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
