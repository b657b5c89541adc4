package registry

import "testing"

func TestDefaultAuthorizer(t *testing.T) {
	r := newRegistry(t, Options{})
	expect(t, "clear none", r.ClearDefaultAuthorizer(), NotFound, "has no default authorizer", "A-67")
	if err := r.SetDefaultAuthorizer("pumps"); err != nil || r.DefaultAuthorizer() != "pumps" {
		t.Errorf("got %q, %v, want pumps (A-77)", r.DefaultAuthorizer(), err)
	}
	expect(t, "again", r.SetDefaultAuthorizer("pumps"), AlreadyExists, `defaultAuthorizerName is "pumps" already`, "A-67")
	want := `account "000000000000": defaultAuthorizerName is "pump", want an authorizer that exists: pumps`
	expect(t, "unknown", r.SetDefaultAuthorizer("pump"), NotFound, want, "A-67")
	if err := r.ClearDefaultAuthorizer(); err != nil || r.DefaultAuthorizer() != "" {
		t.Errorf("cleared: got %q, %v, want none (A-67)", r.DefaultAuthorizer(), err)
	}
}
