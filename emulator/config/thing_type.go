package config

import (
	"maps"

	"github.com/suback/suback/emulator/registry"
)

// Thing types in suback.yaml and in a CloudFormation template.

func thingTypeKind() kind {
	return kind{key: "thingTypes", put: (*Config).putThingTypes,
		read: func(x *exporting, c *Config) { c.ThingTypes = x.thingTypes() }, add: (*template).addThingTypes}
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

func (t *template) addThingTypes() {
	for _, y := range t.ThingTypes() {
		properties := map[string]any{"ThingTypeName": y.ThingTypeName,
			"Tags": t.tagsWithValues("AWS::IoT::ThingType", y.ThingTypeName, y.ThingTypeArn)}
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
		one := map[string]any{
			"UserPropertyKey": a.UserPropertyKey, "ThingAttribute": a.ThingAttribute,
			"ConnectionAttribute": a.ConnectionAttribute,
		}
		maps.DeleteFunc(one, func(_ string, v any) bool { return v == "" })
		all = append(all, one)
	}
	return all
}
