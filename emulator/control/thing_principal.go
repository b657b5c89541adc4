package control

import (
	"context"
	"maps"
	"slices"
)

// Things and their principals
//
//   - a principal is a certificate or a Cognito identity; it may be attached
//     exclusively [B-325]
//   - the lists are sorted by name [A-328, guess]

func (s *service) thingPrincipalOperations() operations {
	return operations{
		"AttachThingPrincipal":  register(s.attachThingPrincipal),
		"DetachThingPrincipal":  register(s.detachThingPrincipal),
		"ListThingPrincipals":   register(s.listThingPrincipals),
		"ListThingPrincipalsV2": register(s.listThingPrincipalsV2),
		"ListPrincipalThings":   register(s.listPrincipalThings),
		"ListPrincipalThingsV2": register(s.listPrincipalThingsV2),
	}
}

type thingAndPrincipal struct {
	ThingName string `json:"thingName"`
	Principal string `json:"principal"`
}

type attachThingPrincipalInput struct {
	thingAndPrincipal
	ThingPrincipalType string `json:"thingPrincipalType"`
}

func (s *service) attachThingPrincipal(_ context.Context, in attachThingPrincipalInput) (none, error) {
	return none{}, s.registry.AttachThingPrincipal(in.ThingName, in.Principal, in.ThingPrincipalType)
}

func (s *service) detachThingPrincipal(_ context.Context, in thingAndPrincipal) (none, error) {
	return none{}, s.registry.DetachThingPrincipal(in.ThingName, in.Principal)
}

type listThingPrincipalsInput struct {
	listing
	ThingName string `json:"thingName"`
}

type listThingPrincipalsOutput struct {
	Principals []string `json:"principals"`
	NextToken  string   `json:"nextToken,omitempty"`
}

func (s *service) listThingPrincipals(
	_ context.Context, in listThingPrincipalsInput,
) (listThingPrincipalsOutput, error) {
	if _, ok := s.registry.Thing(in.ThingName); !ok {
		return listThingPrincipalsOutput{}, noPrincipals(in.ThingName)
	}
	part, next, err := page("ListThingPrincipals", in.listing, ofType(s.registry.PrincipalsOf(in.ThingName), ""),
		itself, ascending)
	return listThingPrincipalsOutput{orEmpty(part), next}, err
}

// noPrincipals is AWS's error about a thing that does not exist, of which somebody wants the
// principals.
func noPrincipals(thing string) error {
	return refuse(notFound, "Failed to list principals for thing %s because the thing does not exist in your account",
		thing)
}

// ofType returns the names that have the wanted type, or any if that is "".
func ofType(typeOf map[string]string, wanted string) (names []string) {
	for _, name := range slices.Sorted(maps.Keys(typeOf)) {
		if wanted == "" || wanted == typeOf[name] {
			names = append(names, name)
		}
	}
	return names
}

type listThingPrincipalsV2Input struct {
	listThingPrincipalsInput
	ThingPrincipalType string `json:"thingPrincipalType"`
}

type thingPrincipalObject struct {
	Principal          string `json:"principal"`
	ThingPrincipalType string `json:"thingPrincipalType"`
}

type listThingPrincipalsV2Output struct {
	ThingPrincipalObjects []thingPrincipalObject `json:"thingPrincipalObjects"`
	NextToken             string                 `json:"nextToken,omitempty"`
}

func (s *service) listThingPrincipalsV2(
	_ context.Context, in listThingPrincipalsV2Input,
) (listThingPrincipalsV2Output, error) {
	if _, ok := s.registry.Thing(in.ThingName); !ok {
		return listThingPrincipalsV2Output{}, noPrincipals(in.ThingName)
	}
	typeOf := s.registry.PrincipalsOf(in.ThingName)
	part, next, err := page("ListThingPrincipalsV2", in.listing, ofType(typeOf, in.ThingPrincipalType), itself,
		ascending)
	out := listThingPrincipalsV2Output{[]thingPrincipalObject{}, next}
	for _, principal := range part {
		out.ThingPrincipalObjects = append(out.ThingPrincipalObjects,
			thingPrincipalObject{principal, typeOf[principal]})
	}
	return out, err
}

type listPrincipalThingsInput struct {
	listing
	Principal string `json:"principal"`
}

type listPrincipalThingsOutput struct {
	Things    []string `json:"things"`
	NextToken string   `json:"nextToken,omitempty"`
}

func (s *service) listPrincipalThings(
	_ context.Context, in listPrincipalThingsInput,
) (listPrincipalThingsOutput, error) {
	if err := s.checkPrincipal(in.Principal); err != nil {
		return listPrincipalThingsOutput{}, err
	}
	part, next, err := page("ListPrincipalThings", in.listing, ofType(s.registry.ThingsOf(in.Principal), ""),
		itself, ascending)
	return listPrincipalThingsOutput{orEmpty(part), next}, err
}

type listPrincipalThingsV2Input struct {
	listPrincipalThingsInput
	ThingPrincipalType string `json:"thingPrincipalType"`
}

type principalThingObject struct {
	ThingName          string `json:"thingName"`
	ThingPrincipalType string `json:"thingPrincipalType"`
}

type listPrincipalThingsV2Output struct {
	PrincipalThingObjects []principalThingObject `json:"principalThingObjects"`
	NextToken             string                 `json:"nextToken,omitempty"`
}

func (s *service) listPrincipalThingsV2(
	_ context.Context, in listPrincipalThingsV2Input,
) (listPrincipalThingsV2Output, error) {
	if err := s.checkPrincipal(in.Principal); err != nil {
		return listPrincipalThingsV2Output{}, err
	}
	typeOf := s.registry.ThingsOf(in.Principal)
	part, next, err := page("ListPrincipalThingsV2", in.listing, ofType(typeOf, in.ThingPrincipalType), itself,
		ascending)
	out := listPrincipalThingsV2Output{[]principalThingObject{}, next}
	for _, name := range part {
		out.PrincipalThingObjects = append(out.PrincipalThingObjects, principalThingObject{name, typeOf[name]})
	}
	return out, err
}
