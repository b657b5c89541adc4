package control

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
)

func TestThingTypes(t *testing.T) {
	b := withThings(t)
	tags := []types.Tag{{Key: str("k"), Value: str("v")}}
	properties := &types.ThingTypeProperties{ThingTypeDescription: str("a valve"), SearchableAttributes: []string{"site"}}
	for _, tt := range []struct {
		name   string
		in     iot.CreateThingTypeInput
		want   refusal
		source string
	}{
		{"new", iot.CreateThingTypeInput{ThingTypeName: str("valve"), ThingTypeProperties: properties, Tags: tags}, good, "API:CreateThingType"},
		{"the same", iot.CreateThingTypeInput{ThingTypeName: str("valve"), ThingTypeProperties: properties}, good,
			"I:ministackorg/ministack#1349"},
		{"different", iot.CreateThingTypeInput{ThingTypeName: str("valve")}, conflict(""), "API:CreateThingType"},
		{"name", iot.CreateThingTypeInput{ThingTypeName: str("a b")}, invalid("thingTypeName"), "A-326"},
		{"4 attributes", iot.CreateThingTypeInput{ThingTypeName: str("x"),
			ThingTypeProperties: &types.ThingTypeProperties{SearchableAttributes: []string{"a", "b", "c", "d"}}},
			invalid("want at most 3"), "D:thing-types"},
		{"AWS's tag", iot.CreateThingTypeInput{ThingTypeName: str("x"), Tags: []types.Tag{{Key: str("aws:x"), Value: str("v")}}},
			invalid("starts with aws:"), "A-71"},
		{"after bad tags there is none", iot.CreateThingTypeInput{ThingTypeName: str("x")}, good, "design"},
		{"no MQTT 5 properties", iot.CreateThingTypeInput{ThingTypeName: str("y"),
			ThingTypeProperties: &types.ThingTypeProperties{Mqtt5Configuration: &types.Mqtt5Configuration{}}}, good, "A-352"},
	} {
		out, err := b.CreateThingType(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
		if err == nil {
			is(t, tt.name, fmt.Sprint(*out.ThingTypeName, *out.ThingTypeArn, len(*out.ThingTypeId)),
				*tt.in.ThingTypeName+"arn:aws:iot:us-east-1:000000000000:thingtype/"+*tt.in.ThingTypeName+"36", tt.source)
		}
	}
	tagged := must[*iot.ListTagsForResourceOutput](t)(b.ListTagsForResource(ctx, &iot.ListTagsForResourceInput{
		ResourceArn: str("arn:aws:iot:us-east-1:000000000000:thingtype/valve")}))
	is(t, "tags", len(tagged.Tags), 1, "A-71")
}

func TestThingTypeLife(t *testing.T) {
	b := withThings(t)
	name := &iot.DescribeThingTypeInput{ThingTypeName: str("pump")}
	out := must[*iot.DescribeThingTypeOutput](t)(b.DescribeThingType(ctx, name))
	is(t, "described", fmt.Sprint(*out.ThingTypeName, *out.ThingTypeArn, out.ThingTypeMetadata.Deprecated,
		out.ThingTypeMetadata.DeprecationDate),
		"pumparn:aws:iot:us-east-1:000000000000:thingtype/pumpfalse <nil>", "API:DescribeThingType")
	if since := time.Since(*out.ThingTypeMetadata.CreationDate); since < 0 || since > time.Minute {
		t.Errorf("creation: got %v ago, want just now (API:DescribeThingType)", since)
	}
	_, err := b.DescribeThingType(ctx, &iot.DescribeThingTypeInput{ThingTypeName: str("x")})
	wants(t, "none", err, none404(`"x" does not exist`), "API:DescribeThingType")
	_, err = b.DescribeThingType(ctx, &iot.DescribeThingTypeInput{ThingTypeName: str("a b")})
	wants(t, "name", err, invalid("thingTypeName"), "A-326")

	remove := func() error {
		_, err := b.DeleteThingType(ctx, &iot.DeleteThingTypeInput{ThingTypeName: str("pump")})
		return err
	}
	deprecate := func(undo bool) error {
		_, err := b.DeprecateThingType(ctx, &iot.DeprecateThingTypeInput{ThingTypeName: str("pump"), UndoDeprecate: undo})
		return err
	}
	wants(t, "delete", remove(), invalid("deprecated first"), "API:DeleteThingType")
	wants(t, "deprecate", deprecate(false), good, "API:DeprecateThingType")
	out = must[*iot.DescribeThingTypeOutput](t)(b.DescribeThingType(ctx, name))
	is(t, "deprecated", fmt.Sprint(out.ThingTypeMetadata.Deprecated, out.ThingTypeMetadata.DeprecationDate != nil), "true true",
		"API:DescribeThingType")
	wants(t, "undo", deprecate(true), good, "API:DeprecateThingType")
	wants(t, "deprecate again", deprecate(false), good, "API:DeprecateThingType")
	wants(t, "delete at once", remove(),
		invalid("Cannot delete thing type : pump. Please wait for 5 minutes after deprecation and then retry"), "A-350")
	b.registry.Advance(5 * time.Minute)
	wants(t, "delete with a thing", remove(), invalid(`thing "a" has it`), "API:DeleteThingType")
	_, err = b.UpdateThing(ctx, &iot.UpdateThingInput{ThingName: str("a"), RemoveThingType: true})
	wants(t, "remove the type", err, good, "API:UpdateThing")
	wants(t, "delete later", remove(), good, "API:DeleteThingType")
	wants(t, "delete twice", remove(), none404(""), "API:DeleteThingType")
	wants(t, "deprecate none", deprecate(false), none404(""), "API:DeprecateThingType")
}

// TestUpdateThingType: mqtt5Configuration is all of a type that can change.
func TestUpdateThingType(t *testing.T) {
	b := withThings(t)
	configuration := func(attributes ...types.PropagatingAttribute) *types.Mqtt5Configuration {
		return &types.Mqtt5Configuration{PropagatingAttributes: attributes}
	}
	site := types.PropagatingAttribute{UserPropertyKey: str("site"), ThingAttribute: str("site")}
	id := types.PropagatingAttribute{UserPropertyKey: str("id"), ConnectionAttribute: str("iot:ClientId")}
	const only = "Can only update mqtt5Configuration."
	for _, tt := range []struct {
		name       string
		thingType  string
		properties *types.ThingTypeProperties
		want       refusal
		state      string
		source     string
	}{
		{"two", "pump", &types.ThingTypeProperties{Mqtt5Configuration: configuration(site, id)}, good, "site=site id=iot:ClientId",
			"API:UpdateThingType"},
		{"nothing", "pump", nil, good, "site=site id=iot:ClientId", "A-352, guess"},
		{"description", "pump", &types.ThingTypeProperties{ThingTypeDescription: str("new"), Mqtt5Configuration: configuration(id)},
			invalid(only),
			"site=site id=iot:ClientId", "I:aws/aws-cli#9884"},
		{"attributes", "pump", &types.ThingTypeProperties{SearchableAttributes: []string{"a"}}, invalid(only), "site=site id=iot:ClientId",
			"I:aws/aws-cli#9884"},
		{"odd key", "pump", &types.ThingTypeProperties{Mqtt5Configuration: configuration(types.PropagatingAttribute{UserPropertyKey: str("a b"),
			ThingAttribute: str("site")})},
			invalid("userPropertyKey"), "site=site id=iot:ClientId", "A-326"},
		{"no source", "pump", &types.ThingTypeProperties{
			Mqtt5Configuration: configuration(types.PropagatingAttribute{UserPropertyKey: str("a")})},
			invalid("want thingAttribute or connectionAttribute"), "site=site id=iot:ClientId", "A-352, guess"},
		{"one", "pump", &types.ThingTypeProperties{Mqtt5Configuration: configuration(id)}, good, "id=iot:ClientId", "API:UpdateThingType"},
		{"none", "pump", &types.ThingTypeProperties{Mqtt5Configuration: configuration()}, good, "", "S:aws-cloudformation"},
		{"no type", "x", &types.ThingTypeProperties{ThingTypeDescription: str("new")}, none404(""), "", "API:UpdateThingType"},
	} {
		_, err := b.UpdateThingType(ctx, &iot.UpdateThingTypeInput{ThingTypeName: &tt.thingType, ThingTypeProperties: tt.properties})
		wants(t, tt.name, err, tt.want, tt.source)
		out := must[*iot.DescribeThingTypeOutput](t)(b.DescribeThingType(ctx, &iot.DescribeThingTypeInput{ThingTypeName: str("pump")}))
		is(t, tt.name, propagating(out.ThingTypeProperties.Mqtt5Configuration), tt.state, tt.source)
	}
	properties := &types.ThingTypeProperties{Mqtt5Configuration: configuration(id, site)}
	must[*iot.CreateThingTypeOutput](t)(b.CreateThingType(ctx,
		&iot.CreateThingTypeInput{ThingTypeName: str("new"), ThingTypeProperties: properties}))
	_, err := b.CreateThingType(ctx,
		&iot.CreateThingTypeInput{ThingTypeName: str("new"),
			ThingTypeProperties: &types.ThingTypeProperties{Mqtt5Configuration: configuration(id)}})
	wants(t, "create another", err, conflict(""), "API:CreateThingType")
	for _, listed := range must[*iot.ListThingTypesOutput](t)(b.ListThingTypes(ctx, &iot.ListThingTypesInput{ThingTypeName: str("new")})).
		ThingTypes {
		is(t, "listed", propagating(listed.ThingTypeProperties.Mqtt5Configuration), "id=iot:ClientId site=site", "API:ListThingTypes")
	}
}

func propagating(c *types.Mqtt5Configuration) string {
	if c == nil {
		return ""
	}
	var all []string
	for _, a := range c.PropagatingAttributes {
		all = append(all, *a.UserPropertyKey+"="+aws.ToString(a.ThingAttribute)+aws.ToString(a.ConnectionAttribute))
	}
	return strings.Join(all, " ")
}

func TestListThingTypes(t *testing.T) {
	b := withThings(t)
	must[*iot.CreateThingTypeOutput](t)(b.CreateThingType(ctx, &iot.CreateThingTypeInput{ThingTypeName: str("alarm")}))
	var names []string
	for pages := iot.NewListThingTypesPaginator(b, &iot.ListThingTypesInput{MaxResults: new(int32(1))}); pages.HasMorePages(); {
		for _, kind := range must[*iot.ListThingTypesOutput](t)(pages.NextPage(ctx)).ThingTypes {
			names = append(names, *kind.ThingTypeName)
		}
	}
	is(t, "pages", strings.Join(names, " "), "alarm pump", "API:ListThingTypes")
	one := must[*iot.ListThingTypesOutput](t)(b.ListThingTypes(ctx, &iot.ListThingTypesInput{ThingTypeName: str("pump")}))
	is(t, "by name", fmt.Sprint(len(one.ThingTypes), *one.ThingTypes[0].ThingTypeArn), "1arn:aws:iot:us-east-1:000000000000:thingtype/pump",
		"API:ListThingTypes")
	_, err := b.ListThingTypes(ctx, &iot.ListThingTypesInput{NextToken: str("x")})
	wants(t, "token", err, invalid("listThingTypes"), "A-328")
}
