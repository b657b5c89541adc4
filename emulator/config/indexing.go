package config

import (
	"errors"

	"github.com/suback/suback/emulator/registry"
)

// What is indexed, in suback.yaml.

func indexingKind() kind {
	return kind{key: "thingIndexingConfiguration", put: (*Config).putIndexing, read: (*exporting).indexing}
}

func (c *Config) putIndexing(r *registry.Registry) error {
	var things, groups error
	if t := c.ThingIndexing; t != nil {
		things = c.refused([]any{"thingIndexingConfiguration"}, r.UpdateIndexing(t, nil))
	}
	if g := c.ThingGroupIndexing; g != nil {
		groups = c.refused([]any{"thingGroupIndexingConfiguration"}, r.UpdateIndexing(nil, g))
	}
	return errors.Join(things, groups)
}

func (x *exporting) indexing(c *Config) {
	of := x.Indexing()
	if of.Thing.ThingIndexingMode != registry.IndexingOff {
		c.ThingIndexing = &of.Thing
	}
	if of.ThingGroup.ThingGroupIndexingMode != registry.IndexingOff {
		c.ThingGroupIndexing = &of.ThingGroup
	}
}
