package control

import (
	"context"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// Billing groups: nobody is billed here, but a thing has its group, and a
// policy may ask for it. Lists are sorted by name [A-328, guess].

func (s *service) billingGroupOperations() operations {
	return operations{
		"CreateBillingGroup":          register(s.createBillingGroup),
		"DescribeBillingGroup":        register(s.describeBillingGroup),
		"UpdateBillingGroup":          register(s.updateBillingGroup),
		"DeleteBillingGroup":          register(s.deleteBillingGroup),
		"ListBillingGroups":           register(s.listBillingGroups),
		"AddThingToBillingGroup":      register(s.addThingToBillingGroup),
		"RemoveThingFromBillingGroup": register(s.removeThingFromBillingGroup),
		"ListThingsInBillingGroup":    register(s.listThingsInBillingGroup),
	}
}

type billingGroupProperties struct {
	BillingGroupDescription string `json:"billingGroupDescription,omitempty"`
}

type createBillingGroupInput struct {
	BillingGroupName       string                 `json:"billingGroupName"`
	BillingGroupProperties billingGroupProperties `json:"billingGroupProperties"`
	Tags                   []tag                  `json:"tags"`
}

type createBillingGroupOutput struct {
	BillingGroupName string `json:"billingGroupName"`
	BillingGroupArn  string `json:"billingGroupArn"`
	BillingGroupID   string `json:"billingGroupId"`
}

func (s *service) createBillingGroup(
	_ context.Context, in createBillingGroupInput,
) (createBillingGroupOutput, error) {
	if err := registry.CheckTags(s.arn("billinggroup/"+in.BillingGroupName), asMap(in.Tags)); err != nil {
		return createBillingGroupOutput{}, err
	}
	_, existed := s.registry.BillingGroup(in.BillingGroupName)
	g, err := s.registry.CreateBillingGroup(registry.BillingGroup{
		BillingGroupName: in.BillingGroupName, Description: in.BillingGroupProperties.BillingGroupDescription,
	})
	if err == nil && !existed {
		err = s.registry.TagResource(g.BillingGroupArn, asMap(in.Tags))
	}
	return createBillingGroupOutput{g.BillingGroupName, g.BillingGroupArn, g.BillingGroupID}, err
}

type billingGroupName struct {
	BillingGroupName string `json:"billingGroupName"`
}

type billingGroupMetadata struct {
	CreationDate date `json:"creationDate"`
}

type describeBillingGroupOutput struct {
	BillingGroupName       string                 `json:"billingGroupName"`
	BillingGroupID         string                 `json:"billingGroupId"`
	BillingGroupArn        string                 `json:"billingGroupArn"`
	Version                int64                  `json:"version"`
	BillingGroupProperties billingGroupProperties `json:"billingGroupProperties"`
	BillingGroupMetadata   billingGroupMetadata   `json:"billingGroupMetadata"`
}

func (s *service) describeBillingGroup(
	_ context.Context, in billingGroupName,
) (describeBillingGroupOutput, error) {
	g, err := s.billingGroup(in.BillingGroupName)
	return describeBillingGroupOutput{
		g.BillingGroupName, g.BillingGroupID, g.BillingGroupArn, g.Version,
		billingGroupProperties{g.Description}, billingGroupMetadata{date{g.CreationDate}},
	}, err
}

// billingGroup finds a billing group, or says that there is none.
func (s *service) billingGroup(name string) (registry.BillingGroup, error) {
	g, ok := s.registry.BillingGroup(name)
	if !ok {
		return g, missing("billing group", name)
	}
	return g, nil
}

type updateBillingGroupInput struct {
	BillingGroupName       string                 `json:"billingGroupName"`
	BillingGroupProperties billingGroupProperties `json:"billingGroupProperties"`
	ExpectedVersion        *int64                 `json:"expectedVersion"`
}

func (s *service) updateBillingGroup(_ context.Context, in updateBillingGroupInput) (versionOutput, error) {
	g, err := s.registry.UpdateBillingGroup(in.BillingGroupName,
		in.BillingGroupProperties.BillingGroupDescription, expected(in.ExpectedVersion))
	return versionOutput{g.Version}, err
}

type deleteBillingGroupInput struct {
	BillingGroupName string `json:"billingGroupName"`
	ExpectedVersion  *int64 `json:"expectedVersion"`
}

func (s *service) deleteBillingGroup(_ context.Context, in deleteBillingGroupInput) (none, error) {
	return none{}, s.registry.DeleteBillingGroup(in.BillingGroupName, expected(in.ExpectedVersion))
}

type listBillingGroupsInput struct {
	listing
	NamePrefixFilter string `json:"namePrefixFilter"`
}

type listBillingGroupsOutput struct {
	BillingGroups []groupNameAndARN `json:"billingGroups"`
	NextToken     string            `json:"nextToken,omitempty"`
}

func (s *service) listBillingGroups(
	_ context.Context, in listBillingGroupsInput,
) (listBillingGroupsOutput, error) {
	all := []groupNameAndARN{}
	for _, g := range s.registry.BillingGroups() {
		if strings.HasPrefix(g.BillingGroupName, in.NamePrefixFilter) {
			all = append(all, groupNameAndARN{g.BillingGroupName, g.BillingGroupArn})
		}
	}
	part, next, err := page("ListBillingGroups", in.listing, all, groupNameAndARN.key, ascending)
	return listBillingGroupsOutput{part, next}, err
}

type inBillingGroupInput struct {
	BillingGroupName string `json:"billingGroupName"`
	BillingGroupArn  string `json:"billingGroupArn"`
	ThingName        string `json:"thingName"`
	ThingArn         string `json:"thingArn"`
}

func (s *service) addThingToBillingGroup(_ context.Context, in inBillingGroupInput) (none, error) {
	return none{}, s.bill(in, s.registry.AddThingToBillingGroup)
}

func (s *service) removeThingFromBillingGroup(_ context.Context, in inBillingGroupInput) (none, error) {
	return none{}, s.bill(in, s.registry.RemoveThingFromBillingGroup)
}

// bill changes the billing group of a thing.
func (s *service) bill(in inBillingGroupInput, change func(thing, group string) error) error {
	thing, err := s.nameOf("thing", "thing/", in.ThingName, in.ThingArn)
	if err != nil {
		return err
	}
	group, err := s.nameOf("billingGroup", "billinggroup/", in.BillingGroupName, in.BillingGroupArn)
	if err != nil {
		return err
	}
	return change(thing, group)
}

type thingsInBillingGroupInput struct {
	listing
	BillingGroupName string `json:"billingGroupName"`
}

func (s *service) listThingsInBillingGroup(
	_ context.Context, in thingsInBillingGroupInput,
) (thingNamesOutput, error) {
	if _, err := s.billingGroup(in.BillingGroupName); err != nil {
		return thingNamesOutput{}, err
	}
	return thingNames("ListThingsInBillingGroup", in.listing,
		s.registry.ThingsInBillingGroup(in.BillingGroupName))
}
