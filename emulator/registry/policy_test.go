package registry

import (
	"fmt"
	"strings"
	"testing"
)

func TestCreatePolicy(t *testing.T) {
	long := func(n int) string {
		return strings.Replace(allow, "*", strings.Repeat("x", n), 1)
	}
	free := 2048 - len(strings.ReplaceAll(allow, " ", "")) + 1 // of the one * that is replaced
	tests := []struct {
		name         string
		policy, text string
		code, part   string
		source       string
	}{
		{"good", "device", allow, "", "", "API:CreatePolicy"},
		{"all characters of a name", "Az09_+=,.@-", allow, "", "", "API:CreatePolicy"},
		{"odd name", "a/b", allow, InvalidRequest, "policyName has '/' at character 2", "API:CreatePolicy"},
		{"no name", "", allow, InvalidRequest, "policyName is missing", "API:CreatePolicy"},
		{"taken name", "first", allow, AlreadyExists, `policy "first" exists already`, "API:CreatePolicy"},
		{"no JSON", "device", "{\n  x", MalformedPolicy, `policy "device": policyDocument line 2, column 3: `, "B-113"},
		{"no statement", "device", `{"Version": "2012-10-17"}`, MalformedPolicy, "policyDocument Statement ", "B-113"},
		{"2048 characters", "device", long(free), "", "", "B-127"},
		{"2049 characters", "device", long(free + 1), MalformedPolicy, "has 2049 characters without white space, want at most 2048", "B-127"},
		{"white space is not counted", "device", strings.Repeat(" \n", 3000) + allow, "", "", "B-127"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRegistry(t, Options{})
			must(r.CreatePolicy("first", allow))(t)
			got, err := r.CreatePolicy(tt.policy, tt.text)
			expect(t, tt.name, err, tt.code, tt.part, tt.source)
			if err != nil {
				return
			}
			v := got.Default()
			if got.PolicyArn != "arn:aws:iot:us-east-1:000000000000:policy/"+tt.policy || v.VersionID != "1" || v.Document != tt.text ||
				v.Parsed.Name != tt.policy {
				t.Errorf("got %s, version %+v, want its ARN and version 1 with the text as given (%s)", got.PolicyArn, v, tt.source)
			}
		})
	}
}

func TestPolicyVersions(t *testing.T) {
	r := newRegistry(t, Options{})
	must(r.CreatePolicy("p", allow))(t)
	for want := 2; want <= 5; want++ {
		v := must(r.CreatePolicyVersion("p", allow, want == 3))(t) // one text may come twice
		if v.VersionID != fmt.Sprint(want) || v.IsDefault != (want == 3) {
			t.Errorf("got %+v, want version %d (API:CreatePolicyVersion)", v, want)
		}
	}
	_, err := r.CreatePolicyVersion("p", allow, false)
	expect(t, "6th", err, VersionsLimitExceeded, "has 5 versions, want at most 5", "B-129")
	_, err = r.CreatePolicyVersion("p", "x", false)
	expect(t, "broken", err, MalformedPolicy, "policyDocument", "B-113")
	_, err = r.CreatePolicyVersion("x", allow, false)
	expect(t, "unknown", err, NotFound, `policy "x" does not exist`, "API:CreatePolicyVersion")

	expect(t, "delete the default", r.DeletePolicyVersion("p", "3"), DeleteConflict, "has version 3 as its default", "API:DeletePolicyVersion")
	expect(t, "delete", r.DeletePolicyVersion("p", "5"), "", "", "API:DeletePolicyVersion")
	expect(t, "delete again", r.DeletePolicyVersion("p", "5"), NotFound, `has no version "5"`, "API:DeletePolicyVersion")
	if v := must(r.CreatePolicyVersion("p", allow, false))(t); v.VersionID != "6" {
		t.Errorf("got version %s, want 6: numbers are not used again (API:CreatePolicyVersion)", v.VersionID)
	}
	expect(t, "another default", r.SetDefaultPolicyVersion("p", "1"), "", "", "API:SetDefaultPolicyVersion")
	expect(t, "unknown default", r.SetDefaultPolicyVersion("p", "9"), NotFound, "", "API:SetDefaultPolicyVersion")
	expect(t, "of an unknown policy", r.SetDefaultPolicyVersion("x", "1"), NotFound, "", "API:SetDefaultPolicyVersion")

	p, _ := r.Policy("p")
	var got []string
	for _, v := range p.Versions {
		got = append(got, fmt.Sprint(v.VersionID, v.IsDefault))
	}
	if want := "[1true 2false 3false 4false 6false]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s (B-129)", got, want)
	}
	if _, ok := p.Version("5"); ok {
		t.Error("got version 5, want none (API:DeletePolicyVersion)")
	}
}

func TestDeletePolicy(t *testing.T) {
	const target = "us-east-1:11111111-2222-3333-4444-555555555555"
	r := newRegistry(t, Options{})
	must(r.CreatePolicy("p", allow))(t)
	must(r.CreatePolicyVersion("p", allow, true))(t)
	expect(t, "attach", r.AttachPolicy("p", target), "", "", "API")
	must(r.PutRole(Role{RoleName: "app", Policies: []string{"p"}}))(t)
	expect(t, "2 versions", r.DeletePolicy("p"), DeleteConflict, "has 2 versions", "I:rebuy-de/aws-nuke#320")
	expect(t, "delete one", r.DeletePolicyVersion("p", "1"), "", "", "API")
	expect(t, "attached", r.DeletePolicy("p"), DeleteConflict, "is attached to "+target, "I:rebuy-de/aws-nuke#374")
	expect(t, "detach", r.DetachPolicy("p", target), "", "", "API")
	expect(t, "of a role", r.DeletePolicy("p"), DeleteConflict, `belongs to role "app"`, "design: it is an IAM policy too")
	must(r.PutRole(Role{RoleName: "app"}))(t)
	expect(t, "free", r.DeletePolicy("p"), "", "", "API:DeletePolicy")
	expect(t, "gone", r.DeletePolicy("p"), NotFound, "", "API:DeletePolicy")
	if all := r.Policies(); len(all) != 0 {
		t.Errorf("got %v, want none (API:DeletePolicy)", all)
	}
}

// What was read earlier stays as it was.
func TestPolicyIsACopy(t *testing.T) {
	r := newRegistry(t, Options{})
	before := must(r.CreatePolicy("p", allow))(t)
	must(r.CreatePolicyVersion("p", allow, true))(t)
	if !before.Versions[0].IsDefault || len(before.Versions) != 1 {
		t.Errorf("got %+v, want what it was (design: values are copies)", before)
	}
}
