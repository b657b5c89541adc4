package registry

import (
	"strings"
	"testing"

	"github.com/suback/suback/emulator/policy"
)

func TestTrusts(t *testing.T) {
	ann := Trustee{"AWS", []string{"arn:aws:iam::000000000000:user/ann", "000000000000"}}
	iot := Trustee{"Service", []string{"credentials.iot.amazonaws.com"}}
	statement := func(s string) string { return `{"Version":"2012-10-17","Statement":[{` + s + `}]}` }
	tests := []struct {
		name   string
		policy string
		who    Trustee
		why    string // "": trusted
		source string
	}{
		{"no policy", "", ann, "", "a role without one trusts the account"},
		{"everybody", statement(`"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"`), ann, "", "IAM: Principal"},
		{"everybody of AWS", statement(`"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:*"`), ann, "", "IAM: Principal"},
		{"one of a list", statement(`"Effect":"Allow","Principal":{"AWS":["a","000000000000"]},"Action":["sts:AssumeRole"]`), ann, "",
			"IAM: Principal"},
		{"a service", statement(`"Effect":"Allow","Principal":{"Service":"credentials.iot.amazonaws.com"},"Action":"sts:AssumeRole"`), iot, "",
			"A-253"},
		{"another service", statement(`"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"`), iot,
			"names no Principal", "A-253"},
		{"a user of that name", statement(`"Effect":"Allow","Principal":{"AWS":"credentials.iot.amazonaws.com"},"Action":"sts:AssumeRole"`), iot,
			"names no Principal", "IAM: kinds differ"},
		{"another action", statement(`"Effect":"Allow","Principal":"*","Action":"sts:AssumeRoleWithWebIdentity"`), ann,
			"does not allow sts:AssumeRole", "amazon-cognito LambdAuth#4"},
		{"deny wins", statement(`"Effect":"Allow","Principal":"*","Action":"sts:*"},{"Effect":"Deny","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"`), ann, "does not allow", "B-131"},
		{"another is denied", statement(`"Effect":"Allow","Principal":"*","Action":"sts:*"},{"Effect":"Deny","Principal":{"AWS":"111111111111"},"Action":"sts:*"`), ann, "", "B-131"},
		{"all but one", statement(`"Effect":"Deny","NotPrincipal":{"AWS":"a"},"Action":"sts:*"`), ann, "NotPrincipal is not emulated", "IAM"},
		{"no JSON", "trust me", ann, "cannot be read", "IAM"},
		{"no statement", `{"Version":"2012-10-17"}`, ann, "names no Principal", "IAM"},
		{"a bad statement", `{"Statement":["x"]}`, ann, "cannot be read", "IAM"},
		{"a bad effect", statement(`"Effect":"allow","Principal":"*","Action":"sts:*"`), ann, `Effect is "allow"`, "B-104"},
	}
	r, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			why := r.Distrust(Role{RoleName: "r", RoleArn: "arn:aws:iam::000000000000:role/r", AssumeRolePolicyDocument: tt.policy}, tt.who,
				"sts:AssumeRole", nil)
			if (why == "") != (tt.why == "") || !strings.Contains(why, tt.why) {
				t.Errorf("got %q, want %q (%s)", why, tt.why, tt.source)
			}
		})
	}
}

func FuzzTrust(f *testing.F) {
	f.Add(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"a"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"a:b":"c"}}}}`)
	f.Add(`{"Statement":[{"Principal":{"AWS":["*",1]}}]}`)
	f.Add(`{"Statement":[null],"statement":{}}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := New(Options{})
		if err != nil {
			t.Fatal(err)
		}
		role := Role{RoleName: "r", RoleArn: "arn:aws:iam::000000000000:role/r", AssumeRolePolicyDocument: text}
		values := policy.Values{"a:b": {"c"}}
		if r.Distrust(role, Trustee{"AWS", []string{"nobody at all"}}, "sts:AssumeRole", values) == "" && text != "" &&
			!strings.Contains(text, "*") && !strings.Contains(text, `\u`) && !strings.Contains(text, "nobody at all") {
			t.Errorf("got trust in somebody that %q does not name", text)
		}
	})
}
