package control

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
)

func TestBillingGroups(t *testing.T) {
	b := withThings(t)
	described := &types.BillingGroupProperties{BillingGroupDescription: str("x")}
	for _, tt := range []struct {
		name   string
		in     iot.CreateBillingGroupInput
		want   refusal
		source string
	}{
		{"new", iot.CreateBillingGroupInput{BillingGroupName: str("new"), BillingGroupProperties: described,
			Tags: []types.Tag{{Key: str("k"), Value: str("v")}}}, good, "API:CreateBillingGroup"},
		{"the same", iot.CreateBillingGroupInput{BillingGroupName: str("new"), BillingGroupProperties: described}, good,
			"API:CreateBillingGroup"},
		{"different", iot.CreateBillingGroupInput{BillingGroupName: str("new")}, conflict(""), "API:CreateBillingGroup"},
		{"name", iot.CreateBillingGroupInput{BillingGroupName: str("a b")}, invalid("billingGroupName"), "A-326"},
		{"AWS's tag", iot.CreateBillingGroupInput{BillingGroupName: str("x"), Tags: []types.Tag{{Key: str("aws:x"), Value: str("v")}}},
			invalid("starts with aws:"), "A-71"},
	} {
		out, err := b.CreateBillingGroup(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
		if err == nil {
			is(t, tt.name, *out.BillingGroupArn, "arn:aws:iot:us-east-1:000000000000:billinggroup/new", tt.source)
		}
	}

	out := must[*iot.DescribeBillingGroupOutput](t)(b.DescribeBillingGroup(ctx, &iot.DescribeBillingGroupInput{BillingGroupName: str("new")}))
	is(t, "described", fmt.Sprint(*out.BillingGroupName, out.Version, *out.BillingGroupProperties.BillingGroupDescription,
		out.BillingGroupMetadata.CreationDate != nil, len(*out.BillingGroupId)),
		"new1xtrue 36", "API:DescribeBillingGroup")
	_, err := b.DescribeBillingGroup(ctx, &iot.DescribeBillingGroupInput{BillingGroupName: str("x")})
	wants(t, "none", err, none404(`"x"`), "API:DescribeBillingGroup")
	_, err = b.DescribeBillingGroup(ctx, &iot.DescribeBillingGroupInput{BillingGroupName: str("a b")})
	wants(t, "name", err, invalid("billingGroupName"), "A-326")

	list := must[*iot.ListBillingGroupsOutput](t)(b.ListBillingGroups(ctx, &iot.ListBillingGroupsInput{}))
	is(t, "list", groupNames(list.BillingGroups), "new north", "API:ListBillingGroups")
	list = must[*iot.ListBillingGroupsOutput](t)(b.ListBillingGroups(ctx, &iot.ListBillingGroupsInput{NamePrefixFilter: str("no")}))
	is(t, "prefix", groupNames(list.BillingGroups), "north", "API:ListBillingGroups")
	_, err = b.ListBillingGroups(ctx, &iot.ListBillingGroupsInput{NextToken: str("x")})
	wants(t, "token", err, invalid("listBillingGroups"), "A-328")
}

func TestUpdateAndDeleteBillingGroup(t *testing.T) {
	b := withThings(t)
	for _, tt := range []struct {
		name     string
		group    string
		expected *int64
		want     refusal
		source   string
	}{
		{"update", "north", aws.Int64(1), good, "API:UpdateBillingGroup"},
		{"old version", "north", aws.Int64(1), version("expectedVersion"), "API:UpdateBillingGroup"},
		{"none", "x", nil, none404(`"x"`), "API:UpdateBillingGroup"},
		{"name", "a b", nil, invalid("billingGroupName"), "A-326"},
	} {
		out, err := b.UpdateBillingGroup(ctx, &iot.UpdateBillingGroupInput{BillingGroupName: &tt.group, ExpectedVersion: tt.expected,
			BillingGroupProperties: &types.BillingGroupProperties{BillingGroupDescription: str("new")}})
		wants(t, tt.name, err, tt.want, tt.source)
		if err == nil {
			is(t, tt.name, out.Version, int64(2), tt.source)
		}
	}
	for _, tt := range []struct {
		name   string
		in     iot.DeleteBillingGroupInput
		want   refusal
		source string
	}{
		{"version", iot.DeleteBillingGroupInput{BillingGroupName: str("north"), ExpectedVersion: aws.Int64(1)}, version(""),
			"API:DeleteBillingGroup"},
		{"name", iot.DeleteBillingGroupInput{BillingGroupName: str("a b")}, invalid("billingGroupName"), "A-326"},
		{"none", iot.DeleteBillingGroupInput{BillingGroupName: str("x")}, good, "API:DeleteBillingGroup"},
		{"with a thing", iot.DeleteBillingGroupInput{BillingGroupName: str("north")}, good, "A-350"},
	} {
		_, err := b.DeleteBillingGroup(ctx, &tt.in)
		wants(t, "delete "+tt.name, err, tt.want, tt.source)
	}
}

func TestThingsInBillingGroup(t *testing.T) {
	b := withThings(t)
	things := func() string {
		out := must[*iot.ListThingsInBillingGroupOutput](t)(b.ListThingsInBillingGroup(ctx,
			&iot.ListThingsInBillingGroupInput{BillingGroupName: str("north")}))
		return strings.Join(out.Things, " ")
	}
	for _, tt := range []struct {
		name           string
		thing, arn     *string
		group          *string
		want           refusal
		added, removed string
		source         string
	}{
		{"name", str("b"), nil, str("north"), good, "a b", "a", "API:AddThingToBillingGroup"},
		{"ARN", nil, str("arn:aws:iot:us-east-1:000000000000:thing/c"), str("north"), good, "a c", "a", "API:AddThingToBillingGroup"},
		{"no such thing", str("x"), nil, str("north"), none404(`"x"`), "a", "a", "API:AddThingToBillingGroup"},
		{"no such group", str("b"), nil, str("x"), none404(`"x"`), "a", "a", "API:AddThingToBillingGroup"},
		{"no group", str("b"), nil, nil, invalid("billingGroupName and billingGroupArn are missing"), "a", "a", "API:AddThingToBillingGroup"},
	} {
		_, err := b.AddThingToBillingGroup(ctx,
			&iot.AddThingToBillingGroupInput{ThingName: tt.thing, ThingArn: tt.arn, BillingGroupName: tt.group})
		wants(t, "add "+tt.name, err, tt.want, tt.source)
		is(t, "add "+tt.name, things(), tt.added, tt.source)
		_, err = b.RemoveThingFromBillingGroup(ctx,
			&iot.RemoveThingFromBillingGroupInput{ThingName: tt.thing, ThingArn: tt.arn, BillingGroupName: tt.group})
		wants(t, "remove "+tt.name, err, tt.want, tt.source)
		is(t, "remove "+tt.name, things(), tt.removed, tt.source)
	}
	_, err := b.ListThingsInBillingGroup(ctx, &iot.ListThingsInBillingGroupInput{BillingGroupName: str("x")})
	wants(t, "list of none", err, none404(`"x"`), "API:ListThingsInBillingGroup")
	_, err = b.ListThingsInBillingGroup(ctx, &iot.ListThingsInBillingGroupInput{BillingGroupName: str("a b")})
	wants(t, "list by a bad name", err, invalid("billingGroupName"), "A-326")
}
