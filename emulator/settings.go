package emulator

import "github.com/suback/suback/emulator/registry"

// What suback.yaml says of the account's settings: logging, events, tags.

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
	if o := c.V2LoggingOptions; o != nil {
		if err := r.SetLoggingOptions(*o); err != nil {
			return c.refused([]any{"v2LoggingOptions"}, err)
		}
	}
	for i, l := range c.V2LoggingLevels {
		if err := r.SetLogLevel(registry.LogTarget(l.LogTarget), l.LogLevel); err != nil {
			return c.refused([]any{"v2LoggingLevels", i}, err)
		}
	}
	if l := c.LoggingOptions; l != nil {
		if err := r.SetV1Logging(registry.V1Logging(*l)); err != nil {
			return c.refused([]any{"loggingOptions"}, err)
		}
	}
	return nil
}

func (c *Config) putEvents(r *registry.Registry) error {
	if len(c.EventConfigurations) == 0 {
		return nil
	}
	enabled := map[string]bool{}
	for name, e := range c.EventConfigurations {
		enabled[name] = e.Enabled
	}
	if err := r.UpdateEventConfigurations(enabled); err != nil {
		return c.refused(nil, err)
	}
	return nil
}

func (c *Config) putTags(r *registry.Registry) error {
	for i, t := range c.Tags {
		if err := r.TagResource(t.ResourceArn, t.Tags); err != nil {
			return c.refused([]any{"tags", i}, err)
		}
	}
	return nil
}
