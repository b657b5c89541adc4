package cloudformation

import (
	"slices"
	"testing"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/registry/registrytest"
)

// TestKinds: each kind comes once, and adds what the registry has that the other tests take
// around: so none is left out of TestExportTemplate.
func TestKinds(t *testing.T) {
	r := done(registry.New(registry.Options{}))(t)
	registrytest.Fill(t, r)
	var seen []string
	for _, k := range kinds() {
		if slices.Contains(seen, k.name) {
			t.Errorf("%s: got two kinds of that name", k.name)
		}
		seen = append(seen, k.name)
		if made := templateOf(r, k); k.add != nil && made == 0 {
			t.Errorf("%s: got nothing in the template, want a resource, or that it is listed", k.name)
		}
	}
}

// templateOf is how many resources and notes a kind adds to a template.
func templateOf(r *registry.Registry, k kind) int {
	t := newTemplate(r)
	if k.add != nil {
		k.add(t)
	}
	return len(t.text.Resources) + len(t.text.Metadata.Suback.NotIncluded)
}
