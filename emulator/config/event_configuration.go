package config

import (
	"slices"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// Event configurations in suback.yaml; CloudFormation has none.

func eventKind() kind {
	return kind{key: "eventConfigurations", put: (*Config).putEvents, read: (*exporting).events,
		finish: func(t *template) {
			var on []string
			for name, enabled := range t.EventConfigurations().Enabled {
				if enabled {
					on = append(on, name)
				}
			}
			if slices.Sort(on); len(on) > 0 {
				t.note("event configurations: %s", strings.Join(on, ", "))
			}
		}}
}

func (x *exporting) events(c *Config) {
	for name, on := range x.EventConfigurations().Enabled {
		if on {
			if c.EventConfigurations == nil {
				c.EventConfigurations = map[string]EventConfiguration{}
			}
			c.EventConfigurations[name] = EventConfiguration{Enabled: true}
		}
	}
}

// An EventConfiguration says whether events of one type are published.
type EventConfiguration struct {
	Enabled bool `yaml:"Enabled"` // AWS writes it so
}

func (c *Config) putEvents(r *registry.Registry) error {
	if len(c.EventConfigurations) == 0 {
		return nil
	}
	enabled := map[string]bool{}
	for name, e := range c.EventConfigurations {
		enabled[name] = e.Enabled
	}
	return c.refused(nil, r.UpdateEventConfigurations(enabled))
}
