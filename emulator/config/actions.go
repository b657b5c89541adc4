package config

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/neighbour"
)

// checkActions finds services that there are not, and endpoints that are none.
func (c *Config) checkActions() error {
	var all []error
	names := neighbour.Names()
	for _, name := range slices.Sorted(maps.Keys(c.Actions)) {
		if !slices.Contains(names, name) {
			want := near.Name(name, names)
			if want == "" {
				want = "one of " + strings.Join(names, ", ")
			}
			all = append(all, c.Errorf([]any{"actions", name}, "actions has %q, want %s", name, want))
			continue
		}
		if want := neighbour.CheckEndpoint(c.Actions[name]); want != "" { // its text may have a password
			all = append(all, c.Errorf([]any{"actions", name}, "actions.%s is no endpoint, want %s", name, want))
		}
	}
	return errors.Join(all...)
}
