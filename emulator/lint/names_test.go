package lint

import (
	"slices"
	"strings"
	"testing"
)

// Who has which variables.
func TestVariablesOfPrincipals(t *testing.T) {
	const certificate, thing, identity, user = "iot:Certificate.Subject.CommonName", "iot:Connection.Thing.ThingName",
		"cognito-identity.amazonaws.com:sub", "aws:username"
	tests := []struct {
		principal Principal
		lacks     []string
		source    string
	}{
		{Anybody, nil, "nothing is known"},
		{Certificate, []string{identity, user}, "B-335"},
		{Authorizer, []string{certificate, thing, identity, user}, "B-328, B-330, B-335"},
		{Identity, []string{certificate, identity, user}, "B-330, B-335"},
		{IAM, []string{certificate, thing}, "B-325, B-330"},
	}
	for _, tt := range tests {
		for _, name := range []string{certificate, thing, identity, user, "iot:ClientId", "aws:SourceIp", "iot:CertificateId"} {
			text := statementOf(t, "Allow", "iot:Publish", "topic/${"+name+"}/a", `{"StringLike":{"`+name+`":"a"}}`)
			all := withoutPool(Text("p.json", []byte(text), Options{Principal: tt.principal}))
			want := slices.Contains(tt.lacks, name) || name == "iot:CertificateId" && slices.Contains(tt.lacks, certificate)
			if got := slices.Equal(all, []string{"variable-principal", "variable-principal"}); got != want || !want && len(all) > 0 {
				t.Errorf("%q and ${%s}: got %q, want findings of both uses: %v (%s)", tt.principal, name, all, want, tt.source)
			}
		}
	}
}

// A name that there is not is told with the one that is meant.
func TestNearestNames(t *testing.T) {
	tests := []struct{ actions, resources, condition, want string }{
		{"iot:Recieve", "topic/a", "", "write iot:Receive"},
		{"iot:Unsubscribe", "topicfilter/a", "", "leave it out: whoever is subscribed may unsubscribe"},
		{"iot:Zzzzzzzzzzzz", "topicfilter/a", "", "see suback rule B-121 for those that there are"},
		{"iot:Connect", "client/${iot:ClientID}", "", "write such as ${iot:ClientId}"},
		{"iot:Connect", "client/a", `{"Bool":{"iot:Connection.Thing.IsAtached":"true"}}`, "write such as iot:Connection.Thing.IsAttached"},
	}
	for _, tt := range tests {
		all := Text("p.json", []byte(statementOf(t, "Allow", tt.actions, tt.resources, tt.condition)), Options{})
		if !slices.ContainsFunc(all, func(f Finding) bool { return strings.Contains(f.Cure, tt.want) }) {
			t.Errorf("%s on %s: got %+v, want the cure %q", tt.actions, tt.resources, all, tt.want)
		}
	}
}
