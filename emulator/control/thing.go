package control

import (
	"context"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// Things
//
//   - their rules are the registry's: creating the same thing again succeeds,
//     an update counts the version
//   - an update without attributes keeps them; with some it replaces them all,
//     unless they are merged; an empty value removes one
//   - the list is sorted by name [A-328, guess]

func (s *service) thingOperations() operations {
	return operations{
		"CreateThing":   register(s.createThing),
		"DescribeThing": register(s.describeThing),
		"UpdateThing":   register(s.updateThing),
		"DeleteThing":   register(s.deleteThing),
		"ListThings":    register(s.listThings),
	}
}

// attributePayload are attributes that are given. Nil keeps those there are.
type attributePayload struct {
	Attributes map[string]string `json:"attributes"`
	Merge      bool              `json:"merge,omitempty"`
}

type createThingInput struct {
	ThingName        string           `json:"thingName"`
	ThingTypeName    string           `json:"thingTypeName"`
	AttributePayload attributePayload `json:"attributePayload"`
	BillingGroupName string           `json:"billingGroupName"`
}

type createThingOutput struct {
	ThingName string `json:"thingName"`
	ThingArn  string `json:"thingArn"`
	ThingID   string `json:"thingId"`
}

func (s *service) createThing(_ context.Context, in createThingInput) (createThingOutput, error) {
	t, err := s.registry.CreateThing(registry.Thing{
		ThingName: in.ThingName, ThingTypeName: in.ThingTypeName, BillingGroupName: in.BillingGroupName,
		Attributes: in.AttributePayload.Attributes,
	})
	return createThingOutput{t.ThingName, t.ThingArn, t.ThingID}, err
}

type thingName struct {
	ThingName string `json:"thingName"`
}

func (s *service) describeThing(_ context.Context, in thingName) (registry.ThingDescription, error) {
	t, err := s.thing(in.ThingName)
	return t.Description(), err
}

// thing finds a thing, or says that there is none.
func (s *service) thing(name string) (registry.Thing, error) {
	t, ok := s.registry.Thing(name)
	if !ok {
		return t, missing("thing", name)
	}
	return t, nil
}

type updateThingInput struct {
	ThingName        string           `json:"thingName"`
	ThingTypeName    string           `json:"thingTypeName"`
	AttributePayload attributePayload `json:"attributePayload"`
	ExpectedVersion  *int64           `json:"expectedVersion"`
	RemoveThingType  bool             `json:"removeThingType"`
}

func (s *service) updateThing(_ context.Context, in updateThingInput) (none, error) {
	_, err := s.registry.UpdateThing(in.ThingName, registry.ThingUpdate{
		ThingTypeName: in.ThingTypeName, RemoveThingType: in.RemoveThingType,
		Attributes: in.AttributePayload.Attributes, Merge: in.AttributePayload.Merge,
		ExpectedVersion: expected(in.ExpectedVersion),
	})
	return none{}, err
}

// expected makes the registry's version of AWS's: 0 is any there, and none here,
// for versions begin at 1.
func expected(version *int64) int64 {
	switch {
	case version == nil:
		return 0
	case *version == 0:
		return -1
	}
	return *version
}

type deleteThingInput struct {
	ThingName       string `json:"thingName"`
	ExpectedVersion *int64 `json:"expectedVersion"`
}

func (s *service) deleteThing(_ context.Context, in deleteThingInput) (none, error) {
	return none{}, s.registry.DeleteThing(in.ThingName, expected(in.ExpectedVersion))
}

type listThingsInput struct {
	listing
	AttributeName           string  `json:"attributeName"`
	AttributeValue          *string `json:"attributeValue"`
	ThingTypeName           string  `json:"thingTypeName"`
	UsePrefixAttributeValue bool    `json:"usePrefixAttributeValue"`
}

// wants tells the things that were asked for. An attribute's name alone wants
// those that have it [guess].
func (in listThingsInput) wants(t registry.Thing) bool {
	if in.ThingTypeName != "" && t.ThingTypeName != in.ThingTypeName {
		return false
	}
	value, has := t.Attributes[in.AttributeName]
	switch {
	case in.AttributeName == "":
		return true
	case in.AttributeValue == nil || !has:
		return has
	case in.UsePrefixAttributeValue:
		return strings.HasPrefix(value, *in.AttributeValue)
	}
	return value == *in.AttributeValue
}

type thingAttribute struct {
	ThingName     string            `json:"thingName"`
	ThingTypeName string            `json:"thingTypeName,omitempty"`
	ThingArn      string            `json:"thingArn"`
	Attributes    map[string]string `json:"attributes"`
	Version       int64             `json:"version"`
}

type listThingsOutput struct {
	Things    []thingAttribute `json:"things"`
	NextToken string           `json:"nextToken,omitempty"`
}

func (s *service) listThings(_ context.Context, in listThingsInput) (listThingsOutput, error) {
	if in.AttributeValue != nil && in.AttributeName == "" {
		return listThingsOutput{}, refuse(invalidRequest,
			"attributeValue is there without attributeName, want both")
	}
	part, next, err := pageInOrder("ListThings", in.listing,
		func(t thingAttribute) string { return t.ThingName },
		func(after string, n int) []thingAttribute {
			all := []thingAttribute{}
			for _, t := range s.registry.ThingsAfter(after, n, in.wants) {
				all = append(all, thingAttribute{t.ThingName, t.ThingTypeName, t.ThingArn, t.Attributes, t.Version})
			}
			return all
		})
	return listThingsOutput{part, next}, err
}
