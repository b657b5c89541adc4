package cloudformation

import (
	"slices"
	"strings"
)

// noteEvents lists the event configurations, of which CloudFormation has none.
func (t *template) noteEvents() {
	var on []string
	for name, enabled := range t.EventConfigurations().Enabled {
		if enabled {
			on = append(on, name)
		}
	}
	if slices.Sort(on); len(on) > 0 {
		t.note("event configurations: %s", strings.Join(on, ", "))
	}
}
