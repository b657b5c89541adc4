package control

import (
	"context"
	"slices"
	"strings"
)

// Things in thing groups
//
//   - both are named by name or ARN; if by both, they must agree [guess]
//   - UpdateThingGroupsForThing removes first, so that a thing may change groups
//     at the limit; nothing is changed if one of the groups does not exist
//     [A-351, guess]
//   - a list of the things of a group has those of child groups if it is
//     recursive

func (s *service) thingGroupMemberOperations() operations {
	return operations{
		"AddThingToThingGroup":      register(s.addThingToThingGroup),
		"RemoveThingFromThingGroup": register(s.removeThingFromThingGroup),
		"UpdateThingGroupsForThing": register(s.updateThingGroupsForThing),
		"ListThingGroupsForThing":   register(s.listThingGroupsForThing),
		"ListThingsInThingGroup":    register(s.listThingsInThingGroup),
	}
}

type removeFromThingGroupInput struct {
	ThingGroupName string `json:"thingGroupName"`
	ThingGroupArn  string `json:"thingGroupArn"`
	ThingName      string `json:"thingName"`
	ThingArn       string `json:"thingArn"`
}

type addToThingGroupInput struct {
	removeFromThingGroupInput
	OverrideDynamicGroups bool `json:"overrideDynamicGroups"` // there are none
}

func (s *service) addThingToThingGroup(_ context.Context, in addToThingGroupInput) (none, error) {
	thing, group, err := s.member(in.removeFromThingGroupInput)
	if err != nil {
		return none{}, err
	}
	return none{}, s.registry.AddThingToThingGroup(thing, group)
}

func (s *service) removeThingFromThingGroup(_ context.Context, in removeFromThingGroupInput) (none, error) {
	thing, group, err := s.member(in)
	if err != nil {
		return none{}, err
	}
	return none{}, s.registry.RemoveThingFromThingGroup(thing, group)
}

func (s *service) member(in removeFromThingGroupInput) (thing, group string, err error) {
	if thing, err = s.nameOf("thing", "thing/", in.ThingName, in.ThingArn); err != nil {
		return "", "", err
	}
	group, err = s.nameOf("thingGroup", "thinggroup/", in.ThingGroupName, in.ThingGroupArn)
	return thing, group, err
}

// nameOf returns the name of what a request names as <member>Name, as <member>Arn
// or both. The kind is what the ARN has before the name.
func (s *service) nameOf(member, kind, name, arn string) (string, error) {
	if name == "" && arn == "" {
		return "", refuse(invalidRequest, "%sName and %sArn are missing, want one of them", member, member)
	}
	if arn == "" {
		return name, nil
	}
	of, ok := s.ours(arn, kind)
	switch {
	case !ok:
		return "", refuse(invalidRequest, "%sArn is %q, want %s", member, arn, s.arn(kind+"<name>"))
	case name != "" && name != of:
		return "", refuse(invalidRequest, "%sName is %q and %sArn is %q, want them to agree", member, name, member,
			arn)
	}
	return of, nil
}

type updateThingGroupsInput struct {
	ThingName             string   `json:"thingName"`
	ThingGroupsToAdd      []string `json:"thingGroupsToAdd"`
	ThingGroupsToRemove   []string `json:"thingGroupsToRemove"`
	OverrideDynamicGroups bool     `json:"overrideDynamicGroups"`
}

func (s *service) updateThingGroupsForThing(_ context.Context, in updateThingGroupsInput) (none, error) {
	if in.ThingName == "" {
		return none{}, refuse(invalidRequest, "thingName is missing, want the name of a thing")
	}
	if _, err := s.thing(in.ThingName); err != nil {
		return none{}, err
	}
	for _, group := range slices.Concat(in.ThingGroupsToAdd, in.ThingGroupsToRemove) {
		if _, err := s.thingGroup(group); err != nil {
			return none{}, err
		}
	}
	for _, group := range in.ThingGroupsToRemove {
		if err := s.registry.RemoveThingFromThingGroup(in.ThingName, group); err != nil {
			return none{}, err
		}
	}
	for _, group := range in.ThingGroupsToAdd {
		if err := s.registry.AddThingToThingGroup(in.ThingName, group); err != nil {
			return none{}, err
		}
	}
	return none{}, nil
}

type thingGroupsForThingInput struct {
	listing
	ThingName string `json:"thingName"`
}

func (s *service) listThingGroupsForThing(
	_ context.Context, in thingGroupsForThingInput,
) (thingGroupsOutput, error) {
	if _, err := s.thing(in.ThingName); err != nil {
		return thingGroupsOutput{}, err
	}
	all := []groupNameAndARN{}
	for _, name := range s.registry.ThingGroupsOf(in.ThingName) {
		all = append(all, groupNameAndARN{name, s.arn("thinggroup/" + name)})
	}
	part, next, err := page("ListThingGroupsForThing", in.listing, all, groupNameAndARN.key, ascending)
	return thingGroupsOutput{part, next}, err
}

type thingsInThingGroupInput struct {
	listing
	ThingGroupName string `json:"thingGroupName"`
	Recursive      bool   `json:"recursive"`
}

type thingNamesOutput struct {
	Things    []string `json:"things"`
	NextToken string   `json:"nextToken,omitempty"`
}

func (s *service) listThingsInThingGroup(
	_ context.Context, in thingsInThingGroupInput,
) (thingNamesOutput, error) {
	if _, err := s.thingGroup(in.ThingGroupName); err != nil {
		return thingNamesOutput{}, err
	}
	all := s.registry.ThingsIn(in.ThingGroupName)
	if in.Recursive {
		for _, g := range s.registry.ThingGroups() {
			if s.isBelow(g, in.ThingGroupName) {
				all = append(all, s.registry.ThingsIn(g.ThingGroupName)...)
			}
		}
		slices.Sort(all)
		all = slices.Compact(all)
	}
	return thingNames("ListThingsInThingGroup", in.listing, all)
}

// thingNames is a page of names.
func thingNames(operation string, l listing, all []string) (thingNamesOutput, error) {
	part, next, err := page(operation, l, all, strings.Clone, ascending)
	return thingNamesOutput{append([]string{}, part...), next}, err
}
