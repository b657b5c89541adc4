package registry

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
)

// TestLoadMends: what names something that is not there is taken out.
func TestLoadMends(t *testing.T) {
	tests := []struct {
		gone string // kind
		want func(r *Registry) bool
	}{
		{"authorizers", func(r *Registry) bool { return r.DefaultAuthorizer() == "" }},
		{"policies", func(r *Registry) bool {
			role, _ := r.Role("r")
			return len(r.attached.seconds) == 0 && len(role.Policies) == 0 && len(r.Users()[0].Policies) == 0
		}},
		{"certificates", func(r *Registry) bool { return len(r.attached.seconds) == 0 && len(r.principals.seconds) == 0 }},
		{"things", func(r *Registry) bool { return len(r.principals.seconds) == 0 && len(r.groupsOf.seconds) == 0 }},
		{"thingGroups", func(r *Registry) bool { return len(r.groupsOf.seconds) == 0 && len(r.tags.seconds) == 0 }},
		{"thingTypes", func(r *Registry) bool { return r.Things()[0].ThingTypeName == "" }},
		{"billingGroups", func(r *Registry) bool { return r.Things()[0].BillingGroupName == "" }},
		{"roles", func(r *Registry) bool {
			p, _ := r.IdentityPool(somePool)
			return p.UnauthenticatedRole == "" && p.AuthenticatedRole == ""
		}},
	}
	whole := full(t)
	for _, tt := range tests {
		t.Run(tt.gone, func(t *testing.T) {
			s := whole.State()
			delete(s, tt.gone)
			if r := must(Load(whole.options, s))(t); !tt.want(r) {
				t.Errorf("got what names one of %s kept, want it taken out (issue 6)", tt.gone)
			}
		})
	}
}

// TestLoadBreaksCircles: a merge can make two groups each other's parent.
func TestLoadBreaksCircles(t *testing.T) {
	r := newRegistry(t, Options{})
	must(r.CreateThingGroup(ThingGroup{ThingGroupName: "a"}))(t)
	must(r.CreateThingGroup(ThingGroup{ThingGroupName: "b", ParentGroupName: "a"}))(t)
	must(r.CreateThingGroup(ThingGroup{ThingGroupName: "c", ParentGroupName: "b"}))(t)
	for name, want := range map[string]int{"a": 1, "b": 2, "c": 3, "none": 1} {
		s := r.State()
		groups := maps.Clone(s["thingGroups"])
		groups["a"] = json.RawMessage(`{"ThingGroupName": "a", "ParentGroupName": "` + name + `"}`)
		s["thingGroups"] = groups
		loaded := must(Load(Options{}, s))(t)
		if got := len(loaded.withParents("a")); got != want {
			t.Errorf("a below %s: got %d levels, want %d (issue 6)", name, got, want)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	r := newRegistry(t, Options{})
	must(r.CreateDomainConfiguration(DomainConfiguration{DomainConfigurationName: "d", DomainName: "a.test"}))(t)
	must(r.PutFunction(Function{FunctionName: "f"}))(t)
	tests := []struct{ kind, key, value, part, source string }{
		{"domains", "e", `{"DomainConfigurationName": "e", "DomainName": "A.TEST"}`, `which domain configuration "e" has`, "A-28"},
		{"functions", "g", `{"FunctionName": "g", "FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:f"}`,
			`is the ARN of function "f"`, "A-72"},
		{"certificates", "x", `{"CertificatePem": "x"}`, `certificates "x": `, "A-223"},
		{"policies", "p", `{"Policy": {"Versions": [{"Document": "{"}]}}`, `policies "p": `, "B-113"},
		{"policies", "p", `{"Policy": {"PolicyName": "p"}}`, `have 0 with isDefaultVersion, want 1`, "B-129"},
		{"things", "t", `{"ThingName": 1}`, `things "t": `, "issue 6"},
		{"serverCerts", "s", `{}`, `serverCerts "s": `, "A-268"},
		{"credentials", "AKIA", `{"SessionPolicies": [{"Text": ""}]}`, `credentials "AKIA": `, "A-262"},
	}
	for _, tt := range tests {
		s := r.State()
		s.put(tt.kind, tt.key, json.RawMessage(tt.value))
		_, err := Load(Options{}, s)
		if err == nil || !strings.Contains(err.Error(), tt.part) {
			t.Errorf("%s: got %v, want …%s… (%s)", tt.kind, err, tt.part, tt.source)
		}
	}
}
