package registry

import (
	"regexp"
	"strings"
	"testing"
)

const somePool = "us-east-1:99999999-2222-3333-4444-555555555555"

func TestPutIdentityPool(t *testing.T) {
	tests := []struct {
		name       string
		pool       IdentityPool
		code, part string
		source     string
	}{
		{"both roles", IdentityPool{IdentityPoolID: somePool, UnauthenticatedRole: "app",
			AuthenticatedRole: "arn:aws:iam::000000000000:role/app"}, "", "", "design"},
		{"no roles", IdentityPool{IdentityPoolID: somePool}, "", "", "design"},
		{"no region", IdentityPool{IdentityPoolID: strings.TrimPrefix(somePool, "us-east-1:")}, InvalidRequest, "is no id, want <region>:<uuid>",
			"A-255"},
		{"unknown role", IdentityPool{IdentityPoolID: somePool, UnauthenticatedRole: "ap"}, InvalidRequest,
			`unauthenticatedRole is "ap", want a role that exists: app`, "design"},
	}
	for _, tt := range tests {
		r := newRegistry(t, Options{})
		must(r.PutRole(Role{RoleName: "app"}))(t)
		_, err := r.PutIdentityPool(tt.pool)
		expect(t, tt.name, err, tt.code, tt.part, tt.source)
		if p, _ := r.IdentityPool(somePool); err == nil &&
			p.AuthenticatedRole != strings.TrimPrefix(tt.pool.AuthenticatedRole, "arn:aws:iam::000000000000:role/") {
			t.Errorf("%s: got role %q, want its name (%s)", tt.name, p.AuthenticatedRole, tt.source)
		}
	}
}

func TestNewIdentity(t *testing.T) {
	r := newRegistry(t, Options{})
	must(r.PutIdentityPool(IdentityPool{IdentityPoolID: somePool}))(t)
	get := func(logins map[string]string) Identity { return must(r.NewIdentity(somePool, logins))(t) }
	guest := get(nil)
	if !regexp.MustCompile(`^us-east-1:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(guest.IdentityID) ||
		len(guest.Logins) > 0 {
		t.Errorf("got %+v, want <region>:<uuid> without logins (A-255)", guest)
	}
	if again := get(nil); again.IdentityID == guest.IdentityID {
		t.Error("got the same guest twice, want a new one each call (A-255)")
	}
	ann := get(map[string]string{"accounts.example": "ann"})
	if again := get(map[string]string{"accounts.example": "ann"}); again.IdentityID != ann.IdentityID {
		t.Errorf("got %s, want %s for the same login (API:GetId)", again.IdentityID, ann.IdentityID)
	}
	if bob := get(map[string]string{"accounts.example": "bob"}); bob.IdentityID == ann.IdentityID {
		t.Error("got one identity for two users, want two (API:GetId)")
	}
	if found, ok := r.Identity(ann.IdentityID); !ok || found.Logins["accounts.example"] == "ann" {
		t.Errorf("got %+v, %v, want it with the login hashed (design: no secrets)", found, ok)
	}
	_, err := r.NewIdentity("us-east-1:x", nil)
	expect(t, "unknown pool", err, NotFound, `identity pool "us-east-1:x" does not exist`, "A-257")
	if len(r.Identities()) != 4 || len(r.IdentityPools()) != 1 {
		t.Errorf("got %d identities, want 4 (A-255)", len(r.Identities()))
	}
}

func FuzzIdentityID(f *testing.F) {
	f.Add(someIdentity)
	f.Add("us-east-1:")
	f.Fuzz(func(t *testing.T, s string) {
		if isIdentityID(s) && strings.Count(s, ":") != 1 {
			t.Errorf("got %q taken for an identity id, want one colon", s)
		}
	})
}
