package registry

import (
	"fmt"
	"testing"
)

func TestCreateRoleAlias(t *testing.T) {
	const arn = "arn:aws:iam::000000000000:role/app"
	tests := []struct {
		name         string
		alias        RoleAlias
		wantDuration int
		code, part   string
		source       string
	}{
		{"default duration", RoleAlias{RoleAlias: "a", RoleArn: arn}, 3600, "", "", "A-253"},
		{"name of a role", RoleAlias{RoleAlias: "a", RoleArn: "app"}, 3600, "", "", "design"},
		{"shortest", RoleAlias{RoleAlias: "a", RoleArn: arn, CredentialDurationSeconds: 900}, 900, "", "", "A-253"},
		{"longest", RoleAlias{RoleAlias: "a", RoleArn: arn, CredentialDurationSeconds: 43200}, 43200, "", "", "A-253"},
		{"too short", RoleAlias{RoleAlias: "a", RoleArn: arn, CredentialDurationSeconds: 899}, 0, InvalidRequest,
			"credentialDurationSeconds is 899, want 900 to 43200", "A-253"},
		{"too long", RoleAlias{RoleAlias: "a", RoleArn: arn, CredentialDurationSeconds: 43201}, 0, InvalidRequest, "is 43201", "A-253"},
		{"no role", RoleAlias{RoleAlias: "a", RoleArn: "nobody"}, 0, InvalidRequest,
			`roleArn is "nobody", want arn:aws:iam::<account>:role/<name>`, "API:CreateRoleAlias"},
		{"odd name", RoleAlias{RoleAlias: "a.b", RoleArn: arn}, 0, InvalidRequest, "roleAlias has '.'", "API:CreateRoleAlias"},
		{"taken name", RoleAlias{RoleAlias: "first", RoleArn: arn}, 0, AlreadyExists, "", "API:CreateRoleAlias"},
	}
	for _, tt := range tests {
		r := newRegistry(t, Options{})
		must(r.PutRole(Role{RoleName: "app"}))(t)
		must(r.CreateRoleAlias(RoleAlias{RoleAlias: "first", RoleArn: arn}))(t)
		got, err := r.CreateRoleAlias(tt.alias)
		expect(t, tt.name, err, tt.code, tt.part, tt.source)
		if err == nil && (got.CredentialDurationSeconds != tt.wantDuration || got.RoleArn != arn ||
			got.RoleAliasArn != "arn:aws:iot:us-east-1:000000000000:rolealias/a") {
			t.Errorf("%s: got %+v, want %d seconds of %s (%s)", tt.name, got, tt.wantDuration, arn, tt.source)
		}
	}
}

func TestUpdateAndDeleteRoleAlias(t *testing.T) {
	r := newRegistry(t, Options{})
	const arn = "arn:aws:iam::000000000000:role/app"
	must(r.CreateRoleAlias(RoleAlias{RoleAlias: "a", RoleArn: arn, CredentialDurationSeconds: 1000}))(t)
	if got := must(r.UpdateRoleAlias("a", arn+"2", 0))(t); got.RoleArn != arn+"2" || got.CredentialDurationSeconds != 1000 {
		t.Errorf("got %+v, want another role for 1000 seconds (API:UpdateRoleAlias)", got)
	}
	_, err := r.UpdateRoleAlias("a", "", 1)
	expect(t, "too short", err, InvalidRequest, "credentialDurationSeconds", "A-253")
	_, err = r.UpdateRoleAlias("b", "", 1000)
	expect(t, "unknown", err, NotFound, "", "API:UpdateRoleAlias")
	for i := range 99 {
		must(r.CreateRoleAlias(RoleAlias{RoleAlias: fmt.Sprint("n", i), RoleArn: arn}))(t)
	}
	_, err = r.CreateRoleAlias(RoleAlias{RoleAlias: "z", RoleArn: arn})
	expect(t, "101st", err, LimitExceeded, "there are 100, want at most 100", "Q")
	expect(t, "delete", r.DeleteRoleAlias("a"), "", "", "API:DeleteRoleAlias")
	expect(t, "gone", r.DeleteRoleAlias("a"), NotFound, "", "API:DeleteRoleAlias")
	if _, ok := r.RoleAlias("a"); ok || len(r.RoleAliases()) != 99 {
		t.Error("got the alias that was deleted, want none (API:DeleteRoleAlias)")
	}
}
