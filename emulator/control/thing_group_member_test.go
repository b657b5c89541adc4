package control

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iot"
)

func TestThingGroupMembers(t *testing.T) {
	const arn = "arn:aws:iot:us-east-1:000000000000:"
	for _, tt := range []struct {
		name   string
		in     iot.AddThingToThingGroupInput
		want   refusal
		source string
	}{
		{"names", iot.AddThingToThingGroupInput{ThingName: str("c"), ThingGroupName: str("yard")}, good, "API:AddThingToThingGroup"},
		{"ARNs", iot.AddThingToThingGroupInput{ThingArn: str(arn + "thing/c"), ThingGroupArn: str(arn + "thinggroup/yard")}, good,
			"API:AddThingToThingGroup"},
		{"both", iot.AddThingToThingGroupInput{ThingName: str("c"), ThingArn: str(arn + "thing/c"), ThingGroupName: str("yard")}, good, "guess"},
		{"of two things", iot.AddThingToThingGroupInput{ThingName: str("b"), ThingArn: str(arn + "thing/c"), ThingGroupName: str("yard")},
			invalid("want them to agree"), "guess"},
		{"another kind of ARN", iot.AddThingToThingGroupInput{ThingArn: str(arn + "thinggroup/c"), ThingGroupName: str("yard")},
			invalid("thingArn"), "API:AddThingToThingGroup"},
		{"no thing", iot.AddThingToThingGroupInput{ThingGroupName: str("yard")}, invalid("thingName and thingArn are missing"),
			"API:AddThingToThingGroup"},
		{"no group", iot.AddThingToThingGroupInput{ThingName: str("c")}, invalid("thingGroupName and thingGroupArn are missing"),
			"API:AddThingToThingGroup"},
		{"no such thing", iot.AddThingToThingGroupInput{ThingName: str("x"), ThingGroupName: str("yard")}, none404(`"x"`),
			"API:AddThingToThingGroup"},
		{"no such group", iot.AddThingToThingGroupInput{ThingName: str("c"), ThingGroupName: str("x")}, none404(`"x"`),
			"API:AddThingToThingGroup"},
	} {
		b := withGroups(t)
		_, err := b.AddThingToThingGroup(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
		if err == nil {
			is(t, tt.name, strings.Join(b.registry.ThingsIn("yard"), " "), "c", tt.source)
		}
		_, err = b.RemoveThingFromThingGroup(ctx, &iot.RemoveThingFromThingGroupInput{
			ThingName: tt.in.ThingName, ThingArn: tt.in.ThingArn, ThingGroupName: tt.in.ThingGroupName, ThingGroupArn: tt.in.ThingGroupArn})
		wants(t, "remove "+tt.name, err, tt.want, tt.source)
		is(t, "remove "+tt.name, len(b.registry.ThingsIn("yard")), 0, tt.source)
	}
}

func TestUpdateThingGroupsForThing(t *testing.T) {
	for _, tt := range []struct {
		name   string
		in     iot.UpdateThingGroupsForThingInput
		want   refusal
		left   string
		source string
	}{
		{"both", iot.UpdateThingGroupsForThingInput{ThingName: str("a"), ThingGroupsToAdd: []string{"yard", "hall"},
			ThingGroupsToRemove: []string{"plant"}}, good, "hall yard", "API:UpdateThingGroupsForThing"},
		{"nothing", iot.UpdateThingGroupsForThingInput{ThingName: str("a")}, good, "plant", "API:UpdateThingGroupsForThing"},
		{"no such group", iot.UpdateThingGroupsForThingInput{ThingName: str("a"), ThingGroupsToAdd: []string{"x"},
			ThingGroupsToRemove: []string{"plant"}}, none404(`"x"`), "plant", "A-351"},
		{"no such thing", iot.UpdateThingGroupsForThingInput{ThingName: str("x")}, none404(`"x"`), "plant", "API:UpdateThingGroupsForThing"},
		{"no thing", iot.UpdateThingGroupsForThingInput{}, invalid("thingName is missing"), "plant", "API:UpdateThingGroupsForThing"},
	} {
		b := withGroups(t)
		_, err := b.UpdateThingGroupsForThing(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
		is(t, tt.name, strings.Join(b.registry.ThingGroupsOf("a"), " "), tt.left, tt.source)
	}
}

func TestListThingGroupsForThing(t *testing.T) {
	b := withGroups(t)
	out := must[*iot.ListThingGroupsForThingOutput](t)(b.ListThingGroupsForThing(ctx, &iot.ListThingGroupsForThingInput{ThingName: str("a")}))
	is(t, "groups", groupNames(out.ThingGroups)+" "+*out.ThingGroups[0].GroupArn, "plant arn:aws:iot:us-east-1:000000000000:thinggroup/plant",
		"API:ListThingGroupsForThing")
	_, err := b.ListThingGroupsForThing(ctx, &iot.ListThingGroupsForThingInput{ThingName: str("x")})
	wants(t, "none", err, none404(`"x"`), "API:ListThingGroupsForThing")
	_, err = b.ListThingGroupsForThing(ctx, &iot.ListThingGroupsForThingInput{ThingName: str("a b")})
	wants(t, "name", err, invalid("thingName"), "A-326")
}

func TestListThingsInThingGroup(t *testing.T) {
	b := withGroups(t)
	for _, tt := range []struct {
		name   string
		in     iot.ListThingsInThingGroupInput
		want   string
		bad    refusal
		source string
	}{
		{"direct", iot.ListThingsInThingGroupInput{ThingGroupName: str("plant")}, "a", good, "API:ListThingsInThingGroup"},
		{"recursive", iot.ListThingsInThingGroupInput{ThingGroupName: str("plant"), Recursive: true}, "a b", good, "API:ListThingsInThingGroup"},
		{"empty", iot.ListThingsInThingGroupInput{ThingGroupName: str("yard")}, "", good, "API:ListThingsInThingGroup"},
		{"none", iot.ListThingsInThingGroupInput{ThingGroupName: str("x")}, "", none404(`"x"`), "API:ListThingsInThingGroup"},
		{"name", iot.ListThingsInThingGroupInput{ThingGroupName: str("a b")}, "", invalid("thingGroupName"), "A-326"},
	} {
		out, err := b.ListThingsInThingGroup(ctx, &tt.in)
		wants(t, tt.name, err, tt.bad, tt.source)
		if err == nil {
			is(t, tt.name, strings.Join(out.Things, " "), tt.want, tt.source)
		}
	}
}
