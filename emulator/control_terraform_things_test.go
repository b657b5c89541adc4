package emulator_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
)

// terraformThings are resources of the thing registry, and what an account has
// once. They come after the certificates.
var terraformThings = []resource{
	{
		name: "aws_iot_thing_type",
		create: func(s stack) (string, error) {
			out, err := s.CreateThingType(s, &iot.CreateThingTypeInput{ThingTypeName: aws.String("pump"), Tags: team,
				ThingTypeProperties: &types.ThingTypeProperties{ThingTypeDescription: aws.String("moves water"),
					SearchableAttributes: []string{"site"}}})
			return idOf(err, func() *string { return out.ThingTypeName })
		},
		read: func(s stack, id string) (string, error) {
			out, err := s.DescribeThingType(s, &iot.DescribeThingTypeInput{ThingTypeName: &id})
			if err != nil {
				return "", err
			}
			p := out.ThingTypeProperties
			return fmt.Sprint(*out.ThingTypeArn, " ", *p.ThingTypeDescription, " ", p.SearchableAttributes, " ", out.ThingTypeMetadata.Deprecated,
				" ", s.tagsOf(out.ThingTypeArn)), nil
		},
		remove: func(s stack, id string) error { // as often as AWS says to wait
			_, err := s.DeprecateThingType(s, &iot.DeprecateThingTypeInput{ThingTypeName: &id})
			must(s.t, err)
			_, err = s.DeleteThingType(s, &iot.DeleteThingTypeInput{ThingTypeName: &id})
			if err == nil || !strings.Contains(err.Error(), "Please wait for 5 minutes after deprecation and then retry") {
				return fmt.Errorf("got %v, want InvalidRequestException: Please wait … (A-350)", err)
			}
			s.Advance(5*time.Minute + time.Second)
			_, err = s.DeleteThingType(s, &iot.DeleteThingTypeInput{ThingTypeName: &id})
			return err
		},
		made: terraformARN + "thingtype/pump moves water [site] false team=pumps",
	},
	{
		name: "aws_iot_billing_group",
		create: func(s stack) (string, error) {
			out, err := s.CreateBillingGroup(s, &iot.CreateBillingGroupInput{BillingGroupName: aws.String("north"), Tags: team})
			return idOf(err, func() *string { return out.BillingGroupName })
		},
		read: func(s stack, id string) (string, error) {
			out, err := s.DescribeBillingGroup(s, &iot.DescribeBillingGroupInput{BillingGroupName: &id})
			if err != nil {
				return "", err
			}
			return fmt.Sprint(*out.BillingGroupArn, " ", aws.ToString(out.BillingGroupProperties.BillingGroupDescription), " ", out.Version, " ",
				s.tagsOf(out.BillingGroupArn)), nil
		},
		update: func(s stack, id string) error {
			_, err := s.UpdateBillingGroup(s, &iot.UpdateBillingGroupInput{BillingGroupName: &id, ExpectedVersion: aws.Int64(1),
				BillingGroupProperties: &types.BillingGroupProperties{BillingGroupDescription: aws.String("all of the north")}})
			return err
		},
		remove: func(s stack, id string) error {
			_, err := s.DeleteBillingGroup(s, &iot.DeleteBillingGroupInput{BillingGroupName: &id})
			return err
		},
		made: terraformARN + "billinggroup/north  1 team=pumps", changed: terraformARN + "billinggroup/north all of the north 2 team=pumps",
	},
	{
		name: "aws_iot_thing",
		create: func(s stack) (string, error) {
			out, err := s.CreateThing(s, &iot.CreateThingInput{ThingName: aws.String("pump-7"), ThingTypeName: aws.String("pump"),
				AttributePayload: &types.AttributePayload{Attributes: map[string]string{"site": "north"}}})
			return idOf(err, func() *string { return out.ThingName })
		},
		read: func(s stack, id string) (string, error) {
			out, err := s.DescribeThing(s, &iot.DescribeThingInput{ThingName: &id})
			if err != nil {
				return "", err
			}
			return fmt.Sprint(*out.ThingArn, " ", *out.DefaultClientId, " ", aws.ToString(out.ThingTypeName), " ", out.Attributes, " ", out.Version),
				nil
		},
		update: func(s stack, id string) error {
			_, err := s.UpdateThing(s, &iot.UpdateThingInput{ThingName: &id, RemoveThingType: true,
				AttributePayload: &types.AttributePayload{Attributes: map[string]string{}}})
			return err
		},
		remove: func(s stack, id string) error {
			_, err := s.DeleteThing(s, &iot.DeleteThingInput{ThingName: &id})
			return err
		},
		made: terraformARN + "thing/pump-7 pump-7 pump map[site:north] 1", changed: terraformARN + "thing/pump-7 pump-7  map[] 2",
	},
	{
		name: "aws_iot_thing_principal_attachment",
		create: func(s stack) (string, error) {
			principal := terraformARN + "cert/" + s.ids["aws_iot_certificate"]
			_, err := s.AttachThingPrincipal(s, &iot.AttachThingPrincipalInput{ThingName: aws.String("pump-7"), Principal: &principal})
			return principal, err
		},
		read: func(s stack, id string) (text string, err error) {
			out, err := s.ListThingPrincipalsV2(s, &iot.ListThingPrincipalsV2Input{ThingName: aws.String("pump-7")})
			if err != nil {
				return "", err
			}
			for _, p := range out.ThingPrincipalObjects {
				text += *p.Principal + " " + string(p.ThingPrincipalType)
			}
			return text, nil
		},
		remove: func(s stack, id string) error {
			_, err := s.DetachThingPrincipal(s, &iot.DetachThingPrincipalInput{ThingName: aws.String("pump-7"), Principal: &id})
			return err
		},
		made: "%s NON_EXCLUSIVE_THING",
	},
	{
		name: "aws_iot_thing_group",
		create: func(s stack) (string, error) {
			_, err := s.CreateThingGroup(s, &iot.CreateThingGroupInput{ThingGroupName: aws.String("site")})
			must(s.t, err)
			out, err := s.CreateThingGroup(s,
				&iot.CreateThingGroupInput{ThingGroupName: aws.String("hall"), ParentGroupName: aws.String("site"), Tags: team})
			return idOf(err, func() *string { return out.ThingGroupName })
		},
		read: func(s stack, id string) (string, error) {
			out, err := s.DescribeThingGroup(s, &iot.DescribeThingGroupInput{ThingGroupName: &id})
			if err != nil {
				return "", err
			}
			m := out.ThingGroupMetadata
			text := fmt.Sprint(*out.ThingGroupArn, " ", *m.ParentGroupName, " ", *m.RootToParentThingGroups[0].GroupName, " ", out.Version, " ",
				s.tagsOf(out.ThingGroupArn))
			if p := out.ThingGroupProperties; p != nil && p.AttributePayload != nil {
				text += fmt.Sprint(" ", aws.ToString(p.ThingGroupDescription), " ", p.AttributePayload.Attributes)
			}
			return text, nil
		},
		update: func(s stack, id string) error {
			_, err := s.UpdateThingGroup(s, &iot.UpdateThingGroupInput{ThingGroupName: &id, ExpectedVersion: aws.Int64(1),
				ThingGroupProperties: &types.ThingGroupProperties{ThingGroupDescription: aws.String("the hall"),
					AttributePayload: &types.AttributePayload{Attributes: map[string]string{"floor": "1"}}}})
			return errors.Join(err, s.retag(terraformARN+"thinggroup/hall"))
		},
		remove: func(s stack, id string) error { // in any order: a parent waits for its children
			_, err := s.DeleteThingGroup(s, &iot.DeleteThingGroupInput{ThingGroupName: aws.String("site")})
			if err == nil || !strings.Contains(err.Error(), "there are still child groups attached") {
				return fmt.Errorf("got %v, want InvalidRequestException: … there are still child groups attached … (A-350)", err)
			}
			_, err = s.DeleteThingGroup(s, &iot.DeleteThingGroupInput{ThingGroupName: &id})
			if err == nil {
				_, err = s.DeleteThingGroup(s, &iot.DeleteThingGroupInput{ThingGroupName: aws.String("site")})
			}
			return err
		},
		made:    terraformARN + "thinggroup/hall site site 1 team=pumps",
		changed: terraformARN + "thinggroup/hall site site 2 site=north the hall map[floor:1]",
	},
	{
		name: "aws_iot_thing_group_membership",
		create: func(s stack) (string, error) {
			_, err := s.AddThingToThingGroup(s, &iot.AddThingToThingGroupInput{ThingName: aws.String("pump-7"), ThingGroupName: aws.String("hall")})
			return "hall", err
		},
		read: func(s stack, id string) (text string, err error) {
			out, err := s.ListThingGroupsForThing(s, &iot.ListThingGroupsForThingInput{ThingName: aws.String("pump-7")})
			if err == nil && len(out.ThingGroups) > 0 {
				text = *out.ThingGroups[0].GroupName
			}
			return text, err
		},
		remove: func(s stack, id string) error {
			_, err := s.RemoveThingFromThingGroup(s, &iot.RemoveThingFromThingGroupInput{ThingName: aws.String("pump-7"), ThingGroupName: &id})
			return err
		},
		made: "hall",
	},
	{
		name: "aws_iot_logging_options",
		create: func(s stack) (string, error) {
			_, err := s.SetV2LoggingOptions(s,
				&iot.SetV2LoggingOptionsInput{DefaultLogLevel: types.LogLevelWarn, RoleArn: aws.String("arn:aws:iam::000000000000:role/logger")})
			return "", err
		},
		read: func(s stack, _ string) (string, error) {
			out, err := s.GetV2LoggingOptions(s, &iot.GetV2LoggingOptionsInput{})
			if err != nil {
				return "", err
			}
			return fmt.Sprint(out.DefaultLogLevel, " ", *out.RoleArn, " ", out.DisableAllLogs), nil
		},
		made: "WARN arn:aws:iam::000000000000:role/logger false",
	},
	{
		name:   "aws_iot_indexing_configuration", // its destroy leaves it as it is
		create: func(s stack) (string, error) { return "us-east-1", s.index("STATUS") },
		read: func(s stack, _ string) (string, error) {
			out, err := s.GetIndexingConfiguration(s, &iot.GetIndexingConfigurationInput{})
			if err != nil {
				return "", err
			}
			x := out.ThingIndexingConfiguration
			return fmt.Sprint(x.ThingIndexingMode, " ", x.ThingConnectivityIndexingMode, " ", x.DeviceDefenderIndexingMode, " ",
				x.NamedShadowIndexingMode, " ",
				len(x.ManagedFields), " ", x.Filter.NamedShadowNames, " ", out.ThingGroupIndexingConfiguration.ThingGroupIndexingMode), nil
		},
		update: func(s stack, _ string) error { return s.index("OFF") },
		made:   "REGISTRY STATUS OFF ON 15 [state] ON", changed: "REGISTRY OFF OFF ON 7 [state] ON",
	},
}

// index sends what the provider sends of aws_iot_indexing_configuration: all modes.
func (s stack) index(connectivity types.ThingConnectivityIndexingMode) error {
	_, err := s.UpdateIndexingConfiguration(s, &iot.UpdateIndexingConfigurationInput{
		ThingGroupIndexingConfiguration: &types.ThingGroupIndexingConfiguration{ThingGroupIndexingMode: types.ThingGroupIndexingModeOn},
		ThingIndexingConfiguration: &types.ThingIndexingConfiguration{ThingIndexingMode: types.ThingIndexingModeRegistry,
			ThingConnectivityIndexingMode: connectivity, DeviceDefenderIndexingMode: types.DeviceDefenderIndexingModeOff,
			NamedShadowIndexingMode: types.NamedShadowIndexingModeOn, Filter: &types.IndexingFilter{NamedShadowNames: []string{"state"}}}})
	return err
}
