package registry

import (
	"maps"
	"testing"
)

func TestAttachThingPrincipal(t *testing.T) {
	const identityID = "us-east-1:11111111-2222-3333-4444-555555555555"
	r := newRegistry(t, Options{})
	arn := must(r.CreateCertificate(sign(t, newTemplate("device"), nil).pem, Active))(t).CertificateArn
	for _, name := range []string{"a", "b"} {
		must(r.CreateThing(Thing{ThingName: name}))(t)
	}
	steps := []struct {
		name             string
		thing, principal string
		kind             string
		code, part       string
		source           string
	}{
		{"certificate", "a", arn, "", "", "", "B-325"},
		{"again", "a", arn, NonExclusiveThing, "", "", "B-325"},
		{"identity", "a", identityID, "", "", "", "A-218"},
		{"unknown thing", "x", arn, "", NotFound, `thing "x"`, "API:AttachThingPrincipal"},
		{"unknown certificate", "a", arn[:len(arn)-64] + "00", "", NotFound, "certificate", "API:AttachThingPrincipal"},
		{"an authorizer's principal", "a", "user-7", "", InvalidRequest, "is no principal", "B-328"},
		{"unknown type", "a", arn, "ONE", InvalidRequest, "thingPrincipalType is \"ONE\"", "API:AttachThingPrincipal"},
		{"the same, exclusively", "a", arn, ExclusiveThing, InvalidRequest, "thingPrincipalType is EXCLUSIVE_THING, want NON_EXCLUSIVE_THING",
			"guess"},
		{"exclusively beside another", "b", arn, ExclusiveThing, InvalidRequest, `is attached to thing "a" too`, "B-325"},
		{"exclusively", "b", "us-east-1:99999999-2222-3333-4444-555555555555", ExclusiveThing, "", "", "B-325"},
		{"another beside exclusively", "a", "us-east-1:99999999-2222-3333-4444-555555555555", "", InvalidRequest, `exclusively to thing "b"`,
			"B-325"},
	}
	for _, tt := range steps {
		expect(t, tt.name, r.AttachThingPrincipal(tt.thing, tt.principal, tt.kind), tt.code, tt.part, tt.source)
	}
	if got, want := r.PrincipalsOf("a"), map[string]string{arn: NonExclusiveThing, identityID: NonExclusiveThing}; !maps.Equal(got, want) {
		t.Errorf("PrincipalsOf: got %v, want %v (API:ListThingPrincipals)", got, want)
	}
	expect(t, "detach", r.DetachThingPrincipal("a", arn), "", "", "API")
	expect(t, "detach again", r.DetachThingPrincipal("a", arn), "", "", "API")
	expect(t, "detach from nobody", r.DetachThingPrincipal("x", arn), NotFound, "", "API:DetachThingPrincipal")
	expect(t, "attach elsewhere", r.AttachThingPrincipal("b", arn, ExclusiveThing), "", "", "B-325")
	if got, want := r.ThingsOf(arn), map[string]string{"b": ExclusiveThing}; !maps.Equal(got, want) {
		t.Errorf("ThingsOf: got %v, want %v (API:ListPrincipalThings)", got, want)
	}
}
