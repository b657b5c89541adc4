package registry

import "testing"

func TestIdentifiers(t *testing.T) {
	here := newRegistry(t, Options{})
	again := newRegistry(t, Options{})
	there := newRegistry(t, Options{Region: "eu-west-1"})
	if a, b := here.uuidOf(thing, "x"), again.uuidOf(thing, "x"); a != b {
		t.Errorf("got %s and %s, want one id for one name (design: ids outlive a reload)", a, b)
	}
	for _, other := range []string{here.uuidOf(thing, "y"), here.uuidOf(thingGroup, "x"), there.uuidOf(thing, "x")} {
		if a := here.uuidOf(thing, "x"); a == other {
			t.Errorf("got %s twice, want another id for another name, kind or region (design)", a)
		}
	}
	for n := range 40 {
		if got := here.lettersOf(domain, "x", n); len(got) != n {
			t.Errorf("lettersOf %d: got %q (A-265)", n, got)
		}
	}
}
