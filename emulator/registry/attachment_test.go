package registry

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/policy"
)

const someIdentity = "us-east-1:11111111-2222-3333-4444-555555555555"

func docNames(docs []*policy.Document) string {
	var names []string
	for _, d := range docs {
		names = append(names, d.Name)
	}
	return strings.Join(names, " ")
}

func TestAttachPolicy(t *testing.T) {
	r := newRegistry(t, Options{})
	arn := must(r.CreateCertificate(sign(t, newTemplate("device"), nil).pem, Active))(t).CertificateArn
	group := must(r.CreateThingGroup(ThingGroup{ThingGroupName: "g"}))(t).ThingGroupArn
	must(r.CreatePolicy("p", allow))(t)
	tests := []struct {
		name           string
		policy, target string
		code, part     string
		source         string
	}{
		{"certificate", "p", arn, "", "", "API:AttachPolicy"},
		{"again", "p", arn, "", "", "API:AttachPolicy"},
		{"thing group", "p", group, "", "", "A-232"},
		{"Cognito identity", "p", someIdentity, "", "", "A-218"},
		{"unknown policy", "x", arn, NotFound, `policy "x"`, "API:AttachPolicy"},
		{"unknown certificate", "p", strings.Replace(arn, "cert/", "cert/00", 1), NotFound, "certificate", "API:AttachPolicy"},
		{"unknown group", "p", group + "2", NotFound, `thing group "g2"`, "API:AttachPolicy"},
		{"of another account", "p", strings.Replace(arn, "000000000000", "123456789012", 1), InvalidRequest, "is no principal",
			"API:AttachPolicy"},
		{"a thing", "p", "arn:aws:iot:us-east-1:000000000000:thing/x", InvalidRequest, "is no principal", "API:AttachPolicy"},
		{"no region", "p", "11111111-2222-3333-4444-555555555555", InvalidRequest, "is no principal", "A-221"},
	}
	for _, tt := range tests {
		expect(t, tt.name, r.AttachPolicy(tt.policy, tt.target), tt.code, tt.part, tt.source)
	}
	if got, want := fmt.Sprint(r.TargetsOf("p")), fmt.Sprint([]string{arn, group, someIdentity}); got != want {
		t.Errorf("TargetsOf: got %s, want %s (design: stable order)", got, want)
	}
	expect(t, "detach", r.DetachPolicy("p", arn), "", "", "API:DetachPolicy")
	expect(t, "detach again", r.DetachPolicy("p", arn), "", "", "API:DetachPolicy")
	expect(t, "detach what is not there", r.DetachPolicy("x", arn), NotFound, "", "guess")
	if got := docNames(r.AttachedDocuments(arn)); got != "" {
		t.Errorf("AttachedDocuments: got %s, want none (API:DetachPolicy)", got)
	}
}

func TestTenPoliciesPerTarget(t *testing.T) {
	r := newRegistry(t, Options{})
	for i := range 11 {
		must(r.CreatePolicy(fmt.Sprintf("p%02d", i), allow))(t)
	}
	for i := range 10 {
		expect(t, "attach", r.AttachPolicy(fmt.Sprintf("p%02d", 9-i), someIdentity), "", "", "A-221")
	}
	expect(t, "11th", r.AttachPolicy("p10", someIdentity), LimitExceeded, "the target has 10 policies, want at most 10", "A-221, B-128")
	expect(t, "one of the ten", r.AttachPolicy("p09", someIdentity), "", "", "API:AttachPolicy")
	if got := docNames(r.AttachedDocuments(someIdentity)); got != "p00 p01 p02 p03 p04 p05 p06 p07 p08 p09" {
		t.Errorf("got %s, want p00 to p09 (design: stable order)", got)
	}
}

func TestPrincipalDocuments(t *testing.T) {
	r := newRegistry(t, Options{})
	c := must(r.CreateCertificate(sign(t, newTemplate("device"), nil).pem, Active))(t)
	for _, name := range []string{"own", "both", "group", "parent", "elsewhere"} {
		must(r.CreatePolicy(name, allow))(t)
	}
	parent := must(r.CreateThingGroup(ThingGroup{ThingGroupName: "parent"}))(t).ThingGroupArn
	group := must(r.CreateThingGroup(ThingGroup{ThingGroupName: "group", ParentGroupName: "parent"}))(t).ThingGroupArn
	elsewhere := must(r.CreateThingGroup(ThingGroup{ThingGroupName: "elsewhere"}))(t).ThingGroupArn
	must(r.CreateThing(Thing{ThingName: "x"}))(t)
	for _, at := range [][2]string{{"own", c.CertificateArn}, {"both", c.CertificateArn}, {"both", group}, {"group", group},
		{"parent", parent}, {"elsewhere", elsewhere}} {
		expect(t, "attach", r.AttachPolicy(at[0], at[1]), "", "", "API")
	}
	steps := []struct {
		name   string
		do     func() error
		want   string
		source string
	}{
		{"its own", func() error { return nil }, "both own", "A-232"},
		{"thing in no group", func() error { return r.AttachThingPrincipal("x", c.CertificateArn, "") }, "both own", "A-232"},
		{"group and its parent", func() error { return r.AddThingToThingGroup("x", "group") }, "both group own parent", "A-232, B-134"},
		{"another default version", func() error {
			_, err := r.CreatePolicyVersion("own", strings.Replace(allow, "iot:", "", 1), true)
			return err
		}, "both group own parent", "B-129"},
		{"thing detached", func() error { return r.DetachThingPrincipal("x", c.CertificateArn) }, "both own", "A-232"},
	}
	for _, tt := range steps {
		expect(t, tt.name, tt.do(), "", "", tt.source)
		thing := slices.Concat(slices.Collect(maps.Keys(r.ThingsOf(c.CertificateArn))), []string{""})[0]
		if got := docNames(r.PrincipalDocuments(c.CertificateArn, thing)); got != tt.want {
			t.Errorf("%s: got %q, want %q (%s)", tt.name, got, tt.want, tt.source)
		}
		if got := docNames(r.PrincipalDocuments(c.CertificateArn, "")); got != "both own" {
			t.Errorf("%s, as no thing: got %q, want its own alone (B-134)", tt.name, got)
		}
	}
	if got := docNames(documents(r.InheritedPolicies(group))); got != "both group parent" {
		t.Errorf("recursive: got %q, want the parent's too (API:ListAttachedPolicies)", got)
	}
	if got := docNames(r.AttachedDocuments(group)); got != "both group" {
		t.Errorf("got %q, want the group's own (API:ListAttachedPolicies)", got)
	}
	before, _ := r.Policy("own")
	if docs := r.AttachedDocuments(c.CertificateArn); docs[1] != before.Default().Parsed {
		t.Errorf("got %v, want the default version (B-129)", docs[1])
	}
}
