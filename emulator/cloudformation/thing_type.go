package cloudformation

import (
	"maps"

	"github.com/suback/suback/emulator/registry"
)

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
