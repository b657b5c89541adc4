package registry

import "testing"

func TestLinkIdentity(t *testing.T) {
	const pool = "us-east-1:11111111-2222-3333-4444-555555555555"
	r, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.PutIdentityPool(IdentityPool{IdentityPoolID: pool}); err != nil {
		t.Fatal(err)
	}
	guest, err := r.NewIdentity(pool, nil)
	if err != nil || guest.Has("example.test", "ann") || guest.Has("example.test", "") {
		t.Fatalf("got %+v, %v, want an identity without logins (A-255)", guest, err)
	}
	linked, err := r.LinkIdentity(guest.IdentityID, map[string]string{"example.test": "ann"})
	if err != nil || linked.IdentityID != guest.IdentityID || !linked.Has("example.test", "ann") || linked.Has("example.test", "bob") {
		t.Errorf("got %+v, %v, want %s with the login of ann (A-218)", linked, err, guest.IdentityID)
	}
	again, err := r.NewIdentity(pool, map[string]string{"example.test": "ann"})
	if err != nil || again.IdentityID != guest.IdentityID {
		t.Errorf("got %s, %v, want %s: the same login (A-255)", again.IdentityID, err, guest.IdentityID)
	}
	if got, err := r.LinkIdentity("us-east-1:0", nil); err == nil {
		t.Errorf("got %+v, want an error", got)
	}
}
