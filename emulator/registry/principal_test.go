package registry

import (
	"regexp"
	"testing"
)

func TestUsersAndRoles(t *testing.T) {
	r := newRegistry(t, Options{Account: "123456789012"})
	must(r.CreatePolicy("p", allow))(t)
	u := must(r.PutUser(User{UserName: "me@example", Policies: []string{"p"}}))(t)
	o := must(r.PutRole(Role{RoleName: "app", Policies: []string{"p"}}))(t)
	for _, tt := range []struct{ got, want, source string }{
		{u.UserArn, `^arn:aws:iam::123456789012:user/me@example$`, "IAM"},
		{u.UserID, `^AIDA[A-Z0-9]{17}$`, "A-261"},
		{o.RoleArn, `^arn:aws:iam::123456789012:role/app$`, "IAM"},
		{o.RoleID, `^AROA[A-Z0-9]{17}$`, "A-261"},
	} {
		if !regexp.MustCompile(tt.want).MatchString(tt.got) {
			t.Errorf("got %s, want %s (%s)", tt.got, tt.want, tt.source)
		}
	}
	if again := must(r.PutRole(Role{RoleName: "app"}))(t); again.RoleID != o.RoleID {
		t.Errorf("got id %s, want %s as before (design: ids outlive a reload)", again.RoleID, o.RoleID)
	}
	for _, name := range []string{"app", o.RoleArn} {
		if got, ok := r.Role(name); !ok || got.RoleName != "app" {
			t.Errorf("Role(%s): got %v, %v, want app (API:AssumeRole names the ARN)", name, got, ok)
		}
	}
	if _, ok := r.User("me@example"); !ok || len(r.Users()) != 1 || len(r.Roles()) != 1 {
		t.Error("got no user or role, want one of each (A-216)")
	}
	_, err := r.PutUser(User{UserName: "u", Policies: []string{"q"}})
	expect(t, "unknown policy", err, InvalidRequest, `user "u": policies names "q", want policies that exist: p`, "design")
	_, err = r.PutRole(Role{RoleName: "a/b"})
	expect(t, "odd name", err, InvalidRequest, "roleName has '/'", "IAM")
}
