package cloudformation

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/registry/registrytest"
)

// done wants no error.
func done[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// written is the template of what r has.
func written(t *testing.T, r *registry.Registry) string {
	t.Helper()
	text := new(bytes.Buffer)
	if err := Write(text, r); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// TestExportTemplate: the template is one that CloudFormation takes, and makes
// in another account what is here.
func TestExportTemplate(t *testing.T) {
	t.Parallel()
	fixture := done(config.Load("../../fixtures/suback.yaml"))(t)
	for _, tt := range []struct {
		name   string
		config *config.Config
		fill   func(*testing.T, *registry.Registry)
	}{
		{"fixtures/suback.yaml", fixture, func(*testing.T, *registry.Registry) {}},
		{"everything the API can make", &config.Config{}, registrytest.Fill},
		{"both", fixture, registrytest.Fill},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := done(tt.config.Registry(config.InGo{}, nil))(t)
			tt.fill(t, r)
			text := written(t, r)
			s, _ := deploy(t, text)
			count := map[string]int{}
			for _, made := range s.Resources {
				count[made.Type]++
			}
			for kind, want := range map[string]int{
				"AWS::IoT::Authorizer": len(r.Authorizers()), "AWS::IoT::DomainConfiguration": len(r.DomainConfigurations()),
				"AWS::IoT::Policy":      len(r.Policies()),
				"AWS::IoT::Certificate": len(r.Certificates()), "AWS::IoT::CACertificate": len(r.CACertificates()), "AWS::IoT::Thing": len(r.Things()),
				"AWS::IoT::ThingType": len(r.ThingTypes()), "AWS::IoT::ThingGroup": len(r.ThingGroups()),
				"AWS::IoT::BillingGroup": len(r.BillingGroups()),
				"AWS::IoT::RoleAlias":    len(r.RoleAliases()), "AWS::IAM::Role": len(r.Roles()), "AWS::IAM::User": len(r.Users()),
				"AWS::IoT::Logging":          1,
				"AWS::Cognito::IdentityPool": len(r.IdentityPools()),
			} {
				if count[kind] != want {
					t.Errorf("got %d of %s, want %d (issue 6)", count[kind], kind, want)
				}
			}
			for _, secret := range []string{"very secret", "PRIVATE KEY", "SecretAccessKey"} {
				if strings.Contains(text, secret) {
					t.Errorf("got %q in it, want no secrets (issue 6)", secret)
				}
			}
			if n := strings.Count(withoutMetadata(text), ":"+r.Account()+":"); n > 0 {
				t.Errorf("got this account's id in %d ARNs, want AWS::AccountId (issue 6)", n)
			}
		})
	}
}

func withoutMetadata(text string) string {
	before, rest, _ := strings.Cut(text, "Metadata:")
	return before + rest[strings.Index(rest, "Resources:"):]
}

// TestExportTemplateProperties: resources in detail.
func TestExportTemplateProperties(t *testing.T) {
	r := done(registry.New(registry.Options{}))(t)
	registrytest.Fill(t, r)
	s, made := deploy(t, written(t, r))
	attic := map[string]any{"ThingGroupName": "attic", "ParentGroupName": "zone",
		"ThingGroupProperties": map[string]any{"ThingGroupDescription": "d",
			"AttributePayload": map[string]any{"Attributes": map[string]any{"a": "b"}}}}
	many := map[string]any{"PolicyName": "many", "PolicyDocument": map[string]any{"Version": "2012-10-17", "Statement": []any{
		map[string]any{"Effect": "Allow", "Action": "iot:*", "Resource": "arn:aws:iot:eu-west-1:999999999999:client/${iot:ClientId}"}}}}
	tests := []struct {
		id     string
		want   map[string]any
		source string
	}{
		{"PolicyMany", many, "B-129: the default version"},
		{"ThingGroupAttic", attic, "issue 6"},
		{"Thing123", map[string]any{"ThingName": "123"}, "issue 6"},
		{"ThingLamp", map[string]any{"ThingName": "lamp",
			"AttributePayload": map[string]any{"Attributes": map[string]any{"a": "1", "b": "true"}}}, "issue 6"},
		{"ThingTypeOld", map[string]any{"ThingTypeName": "old", "DeprecateThingType": true,
			"ThingTypeProperties": map[string]any{"ThingTypeDescription": "no: longer #", "SearchableAttributes": []any{"a", "b"},
				"Mqtt5Configuration": map[string]any{"PropagatingAttributes": []any{map[string]any{"UserPropertyKey": "a", "ThingAttribute": "a"},
					map[string]any{"UserPropertyKey": "$id", "ConnectionAttribute": "iot:ClientId"}}}}}, "issue 6, A-352"},
		{"ThingTypeTagged", map[string]any{"ThingTypeName": "tagged"}, "the resource type's schema: a tag has a value of at least 1 character"},
		{"BillingGroupBills", map[string]any{"BillingGroupName": "bills",
			"BillingGroupProperties": map[string]any{"BillingGroupDescription": "d"}}, "issue 6"},
		{"DomainConfigurationManaged",
			map[string]any{"DomainConfigurationName": "managed", "DomainConfigurationStatus": "DISABLED", "ServiceType": "DATA",
				"AuthenticationType": "DEFAULT", "ApplicationProtocol": "DEFAULT"}, "A-266: without a domain name AWS makes one"},
		{"RoleAliasAlias", map[string]any{"RoleAlias": "alias", "RoleArn": "arn:aws:iot:eu-west-1:999999999999:thing/of-RoleApp2",
			"CredentialDurationSeconds": 900}, "A-253"},
		{"PermissionMade1", map[string]any{"FunctionName": "arn:aws:lambda:eu-west-1:999999999999:function:made",
			"Action":    "lambda:InvokeFunction",
			"Principal": "iot.amazonaws.com", "SourceArn": "arn:aws:iot:eu-west-1:999999999999:authorizer/made", "SourceAccount": "999999999999"},
			"A-138"},
		{"Logging", map[string]any{"AccountId": "999999999999", "RoleArn": "arn:aws:iam::999999999999:role/log", "DefaultLogLevel": "DISABLED",
			"EventConfigurations": []any{map[string]any{"EventType": "Connect", "LogLevel": "DEBUG"}}}, "A-340, A-341"},
		{"ResourceSpecificLoggingCLIENTIDLamp", map[string]any{"TargetType": "CLIENT_ID", "TargetName": "lamp", "LogLevel": "DEBUG"}, "A-340"},
	}
	for _, tt := range tests {
		if got := made[tt.id]; !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s:\ngot  %v\nwant %v (%s)", tt.id, got, tt.want, tt.source)
		}
	}
	for _, c := range r.Certificates() {
		got, want := made["Certificate"+camel(shortID(c.CertificateID))], c.Status
		if want == registry.PendingActivation {
			want = "INACTIVE"
		}
		if got["Status"] != want || got["CertificateMode"] != "SNI_ONLY" || got["CertificatePem"] != c.CertificatePem {
			t.Errorf("certificate %s: got %v %v, want %s SNI_ONLY (A-236)", c.Status, got["Status"], got["CertificateMode"], want)
		}
	}
	for _, want := range []string{"the default authorizer: aws iot set-default-authorizer --authorizer-name made",
		"version 3 of policy many, which is not its default",
		"type old of thing lamp", "billing group bills of thing lamp", "groups attic of thing lamp", "policy one of thing group attic",
		"tag a of AWS::IoT::ThingType tagged, which has no value", "access key AKIAMADE of user me: AWS gives another one",
		"event configurations: JOB, THING", "the indexing configuration: aws iot update-indexing-configuration",
		"V1 logging options: level INFO"} {
		if !slices.Contains(s.Metadata.Suback.NotIncluded, want) {
			t.Errorf("got no %q among what is left out, want it told (issue 6): %q", want, s.Metadata.Suback.NotIncluded)
		}
	}
	if got := s.Metadata.Suback.NeedsFunctions; !slices.Equal(got, []string{"forbidden", "made"}) {
		t.Errorf("got functions %v, want those that must be there (issue 6)", got)
	}
}
