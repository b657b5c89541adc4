package config

import (
	"github.com/suback/suback/emulator/registry"
)

// Event configurations in suback.yaml.

func eventKind() kind {
	return kind{key: "eventConfigurations", put: (*Config).putEvents, read: (*exporting).events}
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
