package control

import (
	"context"

	"github.com/suback/suback/emulator/registry"
)

// Thing types
//
//   - one is deprecated first, and can be deleted 5 minutes later
//   - mqtt5Configuration is all that UpdateThingType takes
//   - the list is sorted by name [A-328, guess]

func (s *service) thingTypeOperations() operations {
	return operations{
		"CreateThingType":    register(s.createThingType),
		"DescribeThingType":  register(s.describeThingType),
		"UpdateThingType":    register(s.updateThingType),
		"DeprecateThingType": register(s.deprecateThingType),
		"DeleteThingType":    register(s.deleteThingType),
		"ListThingTypes":     register(s.listThingTypes),
	}
}

type thingTypeProperties struct {
	ThingTypeDescription *string             `json:"thingTypeDescription,omitempty"`
	SearchableAttributes []string            `json:"searchableAttributes"`
	MQTT5Configuration   *mqtt5Configuration `json:"mqtt5Configuration,omitempty"`
}

type mqtt5Configuration struct {
	PropagatingAttributes []registry.PropagatingAttribute `json:"propagatingAttributes"`
}

// propagating returns what there is of a configuration.
func (c *mqtt5Configuration) propagating() []registry.PropagatingAttribute {
	if c == nil {
		return nil
	}
	return c.PropagatingAttributes
}

type createThingTypeInput struct {
	ThingTypeName       string              `json:"thingTypeName"`
	ThingTypeProperties thingTypeProperties `json:"thingTypeProperties"`
	Tags                []tag               `json:"tags"`
}

type createThingTypeOutput struct {
	ThingTypeName string `json:"thingTypeName"`
	ThingTypeArn  string `json:"thingTypeArn"`
	ThingTypeID   string `json:"thingTypeId"`
}

func (s *service) createThingType(_ context.Context, in createThingTypeInput) (createThingTypeOutput, error) {
	if err := registry.CheckTags(s.arn("thingtype/"+in.ThingTypeName), asMap(in.Tags)); err != nil {
		return createThingTypeOutput{}, err
	}
	_, existed := s.registry.ThingType(in.ThingTypeName)
	t := registry.ThingType{ThingTypeName: in.ThingTypeName,
		SearchableAttributes:  in.ThingTypeProperties.SearchableAttributes,
		PropagatingAttributes: in.ThingTypeProperties.MQTT5Configuration.propagating()}
	if d := in.ThingTypeProperties.ThingTypeDescription; d != nil {
		t.Description = *d
	}
	t, err := s.registry.CreateThingType(t)
	if err == nil && !existed {
		err = s.registry.TagResource(t.ThingTypeArn, asMap(in.Tags))
	}
	return createThingTypeOutput{t.ThingTypeName, t.ThingTypeArn, t.ThingTypeID}, err
}

type thingTypeName struct {
	ThingTypeName string `json:"thingTypeName"`
}

type thingTypeMetadata struct {
	Deprecated      bool `json:"deprecated"`
	DeprecationDate date `json:"deprecationDate,omitzero"`
	CreationDate    date `json:"creationDate"`
}

// A thingTypeDefinition is what lists have.
type thingTypeDefinition struct {
	ThingTypeName       string              `json:"thingTypeName"`
	ThingTypeArn        string              `json:"thingTypeArn"`
	ThingTypeProperties thingTypeProperties `json:"thingTypeProperties"`
	ThingTypeMetadata   thingTypeMetadata   `json:"thingTypeMetadata"`
}

func definition(t registry.ThingType) thingTypeDefinition {
	p := thingTypeProperties{SearchableAttributes: append([]string{}, t.SearchableAttributes...)}
	if t.Description != "" {
		p.ThingTypeDescription = &t.Description
	}
	if len(t.PropagatingAttributes) > 0 {
		p.MQTT5Configuration = &mqtt5Configuration{t.PropagatingAttributes}
	}
	return thingTypeDefinition{
		t.ThingTypeName, t.ThingTypeArn, p,
		thingTypeMetadata{t.Deprecated, date{t.DeprecationDate}, date{t.CreationDate}},
	}
}

type describeThingTypeOutput struct {
	ThingTypeID string `json:"thingTypeId"`
	thingTypeDefinition
}

func (s *service) describeThingType(_ context.Context, in thingTypeName) (describeThingTypeOutput, error) {
	t, ok := s.registry.ThingType(in.ThingTypeName)
	if !ok {
		return describeThingTypeOutput{}, missing("thing type", in.ThingTypeName)
	}
	return describeThingTypeOutput{t.ThingTypeID, definition(t)}, nil
}

type updateThingTypeInput struct {
	ThingTypeName       string              `json:"thingTypeName"`
	ThingTypeProperties thingTypeProperties `json:"thingTypeProperties"`
}

func (s *service) updateThingType(_ context.Context, in updateThingTypeInput) (none, error) {
	p := in.ThingTypeProperties
	_, ok := s.registry.ThingType(in.ThingTypeName)
	switch {
	case !ok:
		return none{}, missing("thing type", in.ThingTypeName)
	case p.ThingTypeDescription != nil || p.SearchableAttributes != nil:
		return none{}, refuse(invalidRequest, "Can only update mqtt5Configuration.")
	case p.MQTT5Configuration == nil:
		return none{}, nil
	}
	_, err := s.registry.UpdateThingType(in.ThingTypeName, p.MQTT5Configuration.propagating())
	return none{}, err
}

type deprecateThingTypeInput struct {
	ThingTypeName string `json:"thingTypeName"`
	UndoDeprecate bool   `json:"undoDeprecate"`
}

func (s *service) deprecateThingType(_ context.Context, in deprecateThingTypeInput) (none, error) {
	if in.UndoDeprecate {
		return none{}, s.registry.UndeprecateThingType(in.ThingTypeName)
	}
	return none{}, s.registry.DeprecateThingType(in.ThingTypeName)
}

func (s *service) deleteThingType(_ context.Context, in thingTypeName) (none, error) {
	return none{}, s.registry.DeleteThingType(in.ThingTypeName)
}

type listThingTypesInput struct {
	listing
	ThingTypeName string `json:"thingTypeName"`
}

type listThingTypesOutput struct {
	ThingTypes []thingTypeDefinition `json:"thingTypes"`
	NextToken  string                `json:"nextToken,omitempty"`
}

func (s *service) listThingTypes(_ context.Context, in listThingTypesInput) (listThingTypesOutput, error) {
	all := []thingTypeDefinition{}
	for _, t := range s.registry.ThingTypes() {
		if in.ThingTypeName == "" || in.ThingTypeName == t.ThingTypeName {
			all = append(all, definition(t))
		}
	}
	part, next, err := page("ListThingTypes", in.listing, all,
		func(t thingTypeDefinition) string { return t.ThingTypeName }, ascending)
	return listThingTypesOutput{part, next}, err
}
