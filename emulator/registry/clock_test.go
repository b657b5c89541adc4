package registry

import (
	"testing"
	"time"
)

func TestInherit(t *testing.T) {
	old := newRegistry(t, Options{})
	must(old.PutIdentityPool(IdentityPool{IdentityPoolID: somePool}))(t)
	i := must(old.NewIdentity(somePool, nil))(t)
	for _, name := range []string{"stays", "goes"} {
		must(old.CreatePolicy(name, allow))(t)
		expect(t, "attach", old.AttachPolicy(name, i.IdentityID), "", "", "A-218")
	}
	short := old.IssueCredential(Credential{RoleName: "app"}, time.Hour)
	must(old.PutCredential(Credential{AccessKeyID: "AKIAOLD", SecretAccessKey: "secret"}))(t)
	old.Advance(time.Minute)

	next := newRegistry(t, Options{})
	must(next.CreatePolicy("stays", allow))(t)
	next.Inherit(old)
	if _, ok := next.Credential(short.AccessKeyID); !ok {
		t.Error("got no temporary keys, want them to live on (design: reload)")
	}
	if _, ok := next.Credential("AKIAOLD"); ok {
		t.Error("got long-term keys that are no longer configured, want none (design: reload)")
	}
	if _, ok := next.Identity(i.IdentityID); !ok {
		t.Error("got no identity, want it to live on (design: reload)")
	}
	if got := docNames(next.AttachedDocuments(i.IdentityID)); got != "stays" {
		t.Errorf("got policies %q, want the one that is still there (design: reload)", got)
	}
	if d := time.Until(next.Now()); d < 59*time.Second {
		t.Errorf("got a clock %v ahead, want a minute as before (design: reload)", d)
	}
}
