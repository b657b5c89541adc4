package registry

import (
	"fmt"
	"maps"
	"strings"
	"testing"
)

func TestTags(t *testing.T) {
	const pumps = "arn:aws:iot:us-east-1:000000000000:authorizer/pumps"
	many := map[string]string{}
	for i := range 51 {
		many[fmt.Sprint("k", i)] = ""
	}
	tests := []struct {
		name, arn  string
		tags       map[string]string
		code, part string
		source     string
	}{
		{"good", pumps, map[string]string{"team": "pumps & gates", "Ünï code_.:/=+-@": ""}, "", "", "A-71"},
		{"unknown", pumps + "2", map[string]string{"a": "b"}, NotFound, `resource "` + pumps + `2" does not exist`, "API:TagResource"},
		{"empty key", pumps, map[string]string{"": "b"}, InvalidRequest, "has no key", "API:Tag"},
		{"long key", pumps, map[string]string{strings.Repeat("k", 129): "b"}, InvalidRequest, "key has 129 characters", "API:Tag"},
		{"long value", pumps, map[string]string{"a": strings.Repeat("v", 257)}, InvalidRequest, "has 257 characters, want at most 256",
			"API:Tag"},
		{"odd key", pumps, map[string]string{"a,b": "c"}, InvalidRequest, "odd character at byte 2", "API:Tag"},
		{"AWS's own", pumps, map[string]string{"aws:x": "c"}, InvalidRequest, "starts with aws:", "D:tagging-iot"},
		{"51", pumps, many, LimitExceeded, "has 51 tags, want at most 50", "D:tagging-iot"},
	}
	for _, tt := range tests {
		expect(t, tt.name, newRegistry(t, Options{}).TagResource(tt.arn, tt.tags), tt.code, tt.part, tt.source)
	}
}

func TestTagsComeAndGo(t *testing.T) {
	r := newRegistry(t, Options{})
	arn := must(r.CreatePolicy("p", allow))(t).PolicyArn
	expect(t, "tag", r.TagResource(arn, map[string]string{"a": "1", "b": "2"}), "", "", "API:TagResource")
	expect(t, "tag", r.TagResource(arn, map[string]string{"b": "3", "c": "4"}), "", "", "API:TagResource")
	expect(t, "untag", r.UntagResource(arn, []string{"a", "none"}), "", "", "API:UntagResource")
	if got, want := must(r.Tags(arn))(t), map[string]string{"b": "3", "c": "4"}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v (API:ListTagsForResource)", got, want)
	}
	expect(t, "delete", r.DeletePolicy("p"), "", "", "API")
	_, err := r.Tags(arn)
	expect(t, "gone", err, NotFound, "", "API:ListTagsForResource")
	expect(t, "untag what is gone", r.UntagResource(arn, nil), NotFound, "", "API:UntagResource")
	must(r.CreatePolicy("p", allow))(t)
	if got := must(r.Tags(arn))(t); len(got) != 0 {
		t.Errorf("got %v, want none of the one before (API:DeletePolicy)", got)
	}
}

// Everything that may have tags is found by its ARN.
func TestTaggedResources(t *testing.T) {
	r := newRegistry(t, Options{})
	s := sign(t, serverTemplate("a.example.test"), nil)
	must(r.PutRole(Role{RoleName: "app"}))(t)
	for _, arn := range []string{
		must(r.CreateDomainConfiguration(DomainConfiguration{DomainConfigurationName: "d"}))(t).DomainConfigurationArn,
		must(r.CreateThingType(ThingType{ThingTypeName: "t"}))(t).ThingTypeArn,
		must(r.CreateThingGroup(ThingGroup{ThingGroupName: "g"}))(t).ThingGroupArn,
		must(r.CreateBillingGroup(BillingGroup{BillingGroupName: "b"}))(t).BillingGroupArn,
		must(r.RegisterCACertificate(CACertificate{CertificatePem: newCA(t, "ca").pem}))(t).CertificateArn,
		must(r.CreateRoleAlias(RoleAlias{RoleAlias: "a", RoleArn: "app"}))(t).RoleAliasArn,
		must(r.CreateTopicRule(TopicRule{RuleName: "r", SQL: "SELECT 1"}))(t).RuleArn,
		must(r.PutServerCertificate(ServerCertificate{PEM: s.pem}, s.keyPEM))(t).CertificateArn,
	} {
		expect(t, arn, r.TagResource(arn, map[string]string{"a": "b"}), "", "", "A-71; API:TagResource")
	}
}
