package config

import (
	"reflect"
	"slices"
	"testing"

	"github.com/suback/suback/emulator/registry/registrytest"
)

// TestKinds: each kind has a key of suback.yaml, needs only kinds that there are, and is
// in the registry that the other tests take around: so none is left out of
// TestExportRoundTrip.
func TestKinds(t *testing.T) {
	a := opened(t, &Config{})
	registrytest.Fill(t, a.registry)
	keys := keysOf(reflect.TypeFor[Config](), "config.Config")
	var seen []string
	for _, k := range kinds() {
		if !slices.Contains(keys, k.key) || slices.Contains(seen, k.key) {
			t.Errorf("%s: got a key of no list in Config, or of two kinds", k.key)
		}
		seen = append(seen, k.key)
		for _, other := range k.after {
			if !slices.ContainsFunc(kinds(), func(k kind) bool { return k.key == other }) {
				t.Errorf("%s: comes after %s, want a kind that there is", k.key, other)
			}
		}
		x := &exporting{Present: Present{Registry: a.registry, Running: &Config{}, Code: a.code}, secrets: true}
		c := &Config{}
		if k.read(x, c); reflect.DeepEqual(c, &Config{}) {
			t.Errorf("%s: got nothing of what registrytest.Fill has made", k.key)
		}
	}
	for kind, values := range a.registry.State() {
		if len(values) == 0 {
			t.Errorf("%s: got none, want registrytest.Fill to make one", kind)
		}
	}
}

// TestKindsAreInOrder: what a kind needs is put before it.
func TestKindsAreInOrder(t *testing.T) {
	done := map[string]bool{}
	for _, k := range inOrder(kinds()) {
		for _, other := range k.after {
			if !done[other] {
				t.Errorf("%s: is put before %s, which it needs", k.key, other)
			}
		}
		done[k.key] = true
	}
	if len(done) != len(kinds()) {
		t.Errorf("got %d kinds, want %d", len(done), len(kinds()))
	}
}
