package emulator

import (
	"errors"

	"github.com/suback/suback/emulator/registry"
)

// What suback.yaml says of the account's settings: logging, events, indexing, tags.

// A V2LoggingLevel is the level of one client, group, address or principal
//
type V2LoggingLevel struct {
	LogTarget LogTarget `yaml:"logTarget"`
	LogLevel  string    `yaml:"logLevel"`
}

// A LogTarget is what a V2LoggingLevel is for.
type LogTarget struct {
	TargetType string `yaml:"targetType"` // THING_GROUP, CLIENT_ID, SOURCE_IP or PRINCIPAL_ID
	TargetName string `yaml:"targetName"`
}

// V1Logging counts as long as there are no V2LoggingOptions.
type V1Logging struct {
	RoleArn  string `yaml:"roleArn"`
	LogLevel string `yaml:"logLevel"`
}

// An EventConfiguration says whether events of one type are published.
type EventConfiguration struct {
	Enabled bool `yaml:"Enabled"` // AWS writes it so
}

// A TaggedResource is a resource with its tags.
type TaggedResource struct {
	ResourceArn string            `yaml:"resourceArn"`
	Tags        map[string]string `yaml:"tags"`
}

func (c *Config) putLogging(r *registry.Registry) error {
	var v2, v1 error
	if o := c.V2LoggingOptions; o != nil {
		v2 = c.refused([]any{"v2LoggingOptions"}, r.SetLoggingOptions(*o))
	}
	levels := each(c.V2LoggingLevels, func(i int, l V2LoggingLevel) error {
		return c.refused([]any{"v2LoggingLevels", i}, r.SetLogLevel(registry.LogTarget(l.LogTarget), l.LogLevel))
	})
	if l := c.LoggingOptions; l != nil {
		v1 = c.refused([]any{"loggingOptions"}, r.SetV1Logging(registry.V1Logging(*l)))
	}
	return errors.Join(v2, levels, v1)
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

func (c *Config) putTags(r *registry.Registry) error {
	return each(c.Tags, func(i int, t TaggedResource) error {
		return c.refused([]any{"tags", i}, r.TagResource(t.ResourceArn, t.Tags))
	})
}
