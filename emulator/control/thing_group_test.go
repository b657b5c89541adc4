package control

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"

	"github.com/suback/suback/emulator/registry"
)

func asError[E error](err error, target *E) bool { return errors.As(err, target) }

// withGroups has things a, b and c; in group plant/hall/line is b, in plant a.
func withGroups(t *testing.T) *bench {
	b := withThings(t)
	for _, g := range []registry.ThingGroup{
		{ThingGroupName: "plant"}, {ThingGroupName: "hall", ParentGroupName: "plant"}, {ThingGroupName: "line", ParentGroupName: "hall"},
		{ThingGroupName: "yard"},
	} {
		must[registry.ThingGroup](t)(b.registry.CreateThingGroup(g))
	}
	for thing, group := range map[string]string{"a": "plant", "b": "line"} {
		if err := b.registry.AddThingToThingGroup(thing, group); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func groupNames(groups []types.GroupNameAndArn) string {
	var names []string
	for _, g := range groups {
		names = append(names, *g.GroupName)
	}
	return strings.Join(names, " ")
}

func TestCreateThingGroup(t *testing.T) {
	b := withGroups(t)
	properties := &types.ThingGroupProperties{ThingGroupDescription: str("x"), AttributePayload: attributes("a=1")}
	for _, tt := range []struct {
		name   string
		in     iot.CreateThingGroupInput
		want   refusal
		source string
	}{
		{"new", iot.CreateThingGroupInput{ThingGroupName: str("new"), ThingGroupProperties: properties,
			Tags: []types.Tag{{Key: str("k"), Value: str("v")}}}, good, "API:CreateThingGroup"},
		{"the same", iot.CreateThingGroupInput{ThingGroupName: str("new"), ThingGroupProperties: properties}, good, "API:CreateThingGroup"},
		{"different", iot.CreateThingGroupInput{ThingGroupName: str("new")},
			conflict("Thing Group new already exists in current account with different properties"), "A-350, guess"},
		{"below", iot.CreateThingGroupInput{ThingGroupName: str("cell"), ParentGroupName: str("line")}, good, "API:CreateThingGroup"},
		{"no parent", iot.CreateThingGroupInput{ThingGroupName: str("x"), ParentGroupName: str("none")}, none404(`"none"`),
			"API:CreateThingGroup"},
		{"name", iot.CreateThingGroupInput{ThingGroupName: str("a b")}, invalid("thingGroupName"), "A-326"},
		{"AWS's tag", iot.CreateThingGroupInput{ThingGroupName: str("yard"), Tags: []types.Tag{{Key: str("aws:x"), Value: str("v")}}},
			invalid("starts with aws:"), "A-71"},
	} {
		out, err := b.CreateThingGroup(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
		if err == nil {
			is(t, tt.name, *out.ThingGroupArn, "arn:aws:iot:us-east-1:000000000000:thinggroup/"+*tt.in.ThingGroupName, tt.source)
		}
	}
	if _, ok := b.registry.ThingGroup("yard"); !ok {
		t.Error("a group that was there is gone after bad tags, want it (design)")
	}
}

func TestDescribeThingGroup(t *testing.T) {
	b := withGroups(t)
	out := must[*iot.DescribeThingGroupOutput](t)(b.DescribeThingGroup(ctx, &iot.DescribeThingGroupInput{ThingGroupName: str("line")}))
	is(t, "group", fmt.Sprint(*out.ThingGroupName, *out.ThingGroupArn, len(*out.ThingGroupId), out.Version),
		"linearn:aws:iot:us-east-1:000000000000:thinggroup/line36 1", "API:DescribeThingGroup")
	is(t, "parents", *out.ThingGroupMetadata.ParentGroupName+": "+groupNames(out.ThingGroupMetadata.RootToParentThingGroups),
		"hall: plant hall", "API:ThingGroupMetadata")
	is(t, "date", out.ThingGroupMetadata.CreationDate != nil, true, "API:ThingGroupMetadata")
	_, err := b.DescribeThingGroup(ctx, &iot.DescribeThingGroupInput{ThingGroupName: str("x")})
	wants(t, "none", err, none404(`"x" does not exist`), "API:DescribeThingGroup")
	_, err = b.DescribeThingGroup(ctx, &iot.DescribeThingGroupInput{ThingGroupName: str("a b")})
	wants(t, "name", err, invalid("thingGroupName"), "A-326")
}

func TestUpdateAndDeleteThingGroup(t *testing.T) {
	b := withGroups(t)
	update := func(name string, expected *int64) (*iot.UpdateThingGroupOutput, error) {
		return b.UpdateThingGroup(ctx, &iot.UpdateThingGroupInput{ThingGroupName: &name, ExpectedVersion: expected,
			ThingGroupProperties: &types.ThingGroupProperties{ThingGroupDescription: str("new"), AttributePayload: attributes("a=1")}})
	}
	out, err := update("hall", aws.Int64(1))
	wants(t, "update", err, good, "API:UpdateThingGroup")
	is(t, "version", out.Version, int64(2), "API:UpdateThingGroup")
	g, _ := b.registry.ThingGroup("hall")
	is(t, "updated", fmt.Sprint(g.Description, g.Attributes, g.ParentGroupName), "newmap[a:1]plant", "API:UpdateThingGroup")
	_, err = update("hall", aws.Int64(1))
	wants(t, "version", err, version("expectedVersion"), "API:UpdateThingGroup")
	_, err = update("x", nil)
	wants(t, "none", err, none404(""), "API:UpdateThingGroup")
	_, err = b.UpdateThingGroup(ctx,
		&iot.UpdateThingGroupInput{ThingGroupName: str("a b"), ThingGroupProperties: &types.ThingGroupProperties{}})
	wants(t, "name", err, invalid("thingGroupName"), "A-326")

	for _, tt := range []struct {
		name   string
		in     iot.DeleteThingGroupInput
		want   refusal
		source string
	}{
		{"with children", iot.DeleteThingGroupInput{ThingGroupName: str("hall")},
			invalid("Cannot delete thing group : hall when there are still child groups attached to it"), "A-350"},
		{"version", iot.DeleteThingGroupInput{ThingGroupName: str("line"), ExpectedVersion: aws.Int64(9)}, version("expectedVersion"),
			"API:DeleteThingGroup"},
		{"with a thing", iot.DeleteThingGroupInput{ThingGroupName: str("line"), ExpectedVersion: aws.Int64(1)}, good, "API:DeleteThingGroup"},
		{"again", iot.DeleteThingGroupInput{ThingGroupName: str("line")}, good, "API:DeleteThingGroup"},
		{"name", iot.DeleteThingGroupInput{ThingGroupName: str("a b")}, invalid("thingGroupName"), "A-326"},
	} {
		_, err := b.DeleteThingGroup(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
	}
}

func TestListThingGroups(t *testing.T) {
	b := withGroups(t)
	for _, tt := range []struct {
		name   string
		in     iot.ListThingGroupsInput
		want   string
		bad    refusal
		source string
	}{
		{"all", iot.ListThingGroupsInput{}, "hall line plant yard", good, "API:ListThingGroups"},
		{"roots", iot.ListThingGroupsInput{Recursive: new(false)}, "plant yard", good, "A-351"},
		{"below", iot.ListThingGroupsInput{ParentGroup: str("plant")}, "hall line", good, "A-351"},
		{"directly below", iot.ListThingGroupsInput{ParentGroup: str("plant"), Recursive: new(false)}, "hall", good, "API:ListThingGroups"},
		{"prefix", iot.ListThingGroupsInput{NamePrefixFilter: str("l")}, "line", good, "API:ListThingGroups"},
		{"no parent", iot.ListThingGroupsInput{ParentGroup: str("x")}, "", none404(`"x"`), "API:ListThingGroups"},
		{"page size", iot.ListThingGroupsInput{MaxResults: new(int32(0))}, "", invalid("maxResults"), "A-326"},
	} {
		out, err := b.ListThingGroups(ctx, &tt.in)
		wants(t, tt.name, err, tt.bad, tt.source)
		if err == nil {
			is(t, tt.name, groupNames(out.ThingGroups), tt.want, tt.source)
		}
	}
	first := must[*iot.ListThingGroupsOutput](t)(b.ListThingGroups(ctx, &iot.ListThingGroupsInput{MaxResults: new(int32(3))}))
	rest := must[*iot.ListThingGroupsOutput](t)(b.ListThingGroups(ctx, &iot.ListThingGroupsInput{NextToken: first.NextToken}))
	is(t, "pages", groupNames(first.ThingGroups)+" | "+groupNames(rest.ThingGroups), "hall line plant | yard", "API:ListThingGroups")
}
