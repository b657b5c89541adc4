package control

import (
	"context"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// Thing groups
//
//   - static ones; the operations of dynamic groups answer 501
//   - ListThingGroups has the groups below one, or all; without recursive those
//     directly below, or the roots [A-351, guess]
//   - lists are sorted by name [A-328, guess]

func (s *service) thingGroupOperations() operations {
	return operations{
		"CreateThingGroup":   register(s.createThingGroup),
		"DescribeThingGroup": register(s.describeThingGroup),
		"UpdateThingGroup":   register(s.updateThingGroup),
		"DeleteThingGroup":   register(s.deleteThingGroup),
		"ListThingGroups":    register(s.listThingGroups),
	}
}

type thingGroupProperties struct {
	ThingGroupDescription *string           `json:"thingGroupDescription,omitempty"`
	AttributePayload      *attributePayload `json:"attributePayload,omitempty"`
}

func (p thingGroupProperties) attributes() attributePayload {
	if p.AttributePayload == nil {
		return attributePayload{}
	}
	return *p.AttributePayload
}

type createThingGroupInput struct {
	ThingGroupName       string               `json:"thingGroupName"`
	ParentGroupName      string               `json:"parentGroupName"`
	ThingGroupProperties thingGroupProperties `json:"thingGroupProperties"`
	Tags                 []tag                `json:"tags"`
}

type createThingGroupOutput struct {
	ThingGroupName string `json:"thingGroupName"`
	ThingGroupArn  string `json:"thingGroupArn"`
	ThingGroupID   string `json:"thingGroupId"`
}

func (s *service) createThingGroup(
	_ context.Context, in createThingGroupInput,
) (createThingGroupOutput, error) {
	if err := registry.CheckTags(s.arn("thinggroup/"+in.ThingGroupName), asMap(in.Tags)); err != nil {
		return createThingGroupOutput{}, err
	}
	_, existed := s.registry.ThingGroup(in.ThingGroupName)
	g := registry.ThingGroup{
		ThingGroupName: in.ThingGroupName, ParentGroupName: in.ParentGroupName,
		Attributes: in.ThingGroupProperties.attributes().Attributes,
	}
	if d := in.ThingGroupProperties.ThingGroupDescription; d != nil {
		g.Description = *d
	}
	g, err := s.registry.CreateThingGroup(g)
	if err == nil && !existed {
		err = s.registry.TagResource(g.ThingGroupArn, asMap(in.Tags))
	}
	return createThingGroupOutput{g.ThingGroupName, g.ThingGroupArn, g.ThingGroupID}, err
}

type thingGroupName struct {
	ThingGroupName string `json:"thingGroupName"`
}

type groupNameAndARN struct {
	GroupName string `json:"groupName"`
	GroupArn  string `json:"groupArn"`
}

type thingGroupMetadata struct {
	ParentGroupName         string            `json:"parentGroupName,omitempty"`
	RootToParentThingGroups []groupNameAndARN `json:"rootToParentThingGroups"`
	CreationDate            date              `json:"creationDate"`
}

type describeThingGroupOutput struct {
	ThingGroupName       string               `json:"thingGroupName"`
	ThingGroupID         string               `json:"thingGroupId"`
	ThingGroupArn        string               `json:"thingGroupArn"`
	Version              int64                `json:"version"`
	ThingGroupProperties thingGroupProperties `json:"thingGroupProperties"`
	ThingGroupMetadata   thingGroupMetadata   `json:"thingGroupMetadata"`
}

func (s *service) describeThingGroup(_ context.Context, in thingGroupName) (describeThingGroupOutput, error) {
	g, err := s.thingGroup(in.ThingGroupName)
	if err != nil {
		return describeThingGroupOutput{}, err
	}
	p := thingGroupProperties{} // Terraform sees a change in an empty attributePayload
	if len(g.Attributes) > 0 {
		p.AttributePayload = &attributePayload{Attributes: g.Attributes}
	}
	if g.Description != "" {
		p.ThingGroupDescription = &g.Description
	}
	return describeThingGroupOutput{
		g.ThingGroupName, g.ThingGroupID, g.ThingGroupArn, g.Version, p,
		thingGroupMetadata{g.ParentGroupName, s.rootToParent(g), date{g.CreationDate}},
	}, nil
}

// thingGroup finds a thing group, or says that there is none.
func (s *service) thingGroup(name string) (registry.ThingGroup, error) {
	g, ok := s.registry.ThingGroup(name)
	if !ok {
		return g, missing("thing group", name)
	}
	return g, nil
}

// rootToParent lists the groups above g, the root first.
func (s *service) rootToParent(g registry.ThingGroup) []groupNameAndARN {
	above := []groupNameAndARN{}
	for parent, ok := s.registry.ThingGroup(g.ParentGroupName); ok; parent, ok =
		s.registry.ThingGroup(parent.ParentGroupName) {
		above = append(above, groupNameAndARN{parent.ThingGroupName, parent.ThingGroupArn})
	}
	slices.Reverse(above)
	return above
}

type updateThingGroupInput struct {
	ThingGroupName       string               `json:"thingGroupName"`
	ThingGroupProperties thingGroupProperties `json:"thingGroupProperties"`
	ExpectedVersion      *int64               `json:"expectedVersion"`
}

// A versionOutput is what an update of a group answers.
type versionOutput struct {
	Version int64 `json:"version"`
}

func (s *service) updateThingGroup(_ context.Context, in updateThingGroupInput) (versionOutput, error) {
	p := in.ThingGroupProperties
	g, err := s.registry.UpdateThingGroup(in.ThingGroupName, registry.ThingGroupUpdate{
		Description: p.ThingGroupDescription, Attributes: p.attributes().Attributes, Merge: p.attributes().Merge,
		ExpectedVersion: expected(in.ExpectedVersion),
	})
	return versionOutput{g.Version}, err
}

type deleteThingGroupInput struct {
	ThingGroupName  string `json:"thingGroupName"`
	ExpectedVersion *int64 `json:"expectedVersion"`
}

func (s *service) deleteThingGroup(_ context.Context, in deleteThingGroupInput) (none, error) {
	return none{}, s.registry.DeleteThingGroup(in.ThingGroupName, expected(in.ExpectedVersion))
}

type listThingGroupsInput struct {
	listing
	ParentGroup      string `json:"parentGroup"`
	NamePrefixFilter string `json:"namePrefixFilter"`
	Recursive        *bool  `json:"recursive"`
}

type thingGroupsOutput struct {
	ThingGroups []groupNameAndARN `json:"thingGroups"`
	NextToken   string            `json:"nextToken,omitempty"`
}

func (s *service) listThingGroups(_ context.Context, in listThingGroupsInput) (thingGroupsOutput, error) {
	if in.ParentGroup != "" {
		if _, err := s.thingGroup(in.ParentGroup); err != nil {
			return thingGroupsOutput{}, err
		}
	}
	all := []groupNameAndARN{}
	for _, g := range s.registry.ThingGroups() {
		below := g.ParentGroupName == in.ParentGroup
		if in.Recursive == nil || *in.Recursive {
			below = s.isBelow(g, in.ParentGroup)
		}
		if below && strings.HasPrefix(g.ThingGroupName, in.NamePrefixFilter) {
			all = append(all, groupNameAndARN{g.ThingGroupName, g.ThingGroupArn})
		}
	}
	part, next, err := page("ListThingGroups", in.listing, all, groupNameAndARN.key, ascending)
	return thingGroupsOutput{part, next}, err
}

// isBelow says whether a group has another above it; all are below "".
func (s *service) isBelow(g registry.ThingGroup, name string) bool {
	return name == "" || slices.ContainsFunc(s.rootToParent(g),
		func(above groupNameAndARN) bool { return above.GroupName == name })
}

func (g groupNameAndARN) key() string { return g.GroupName }
