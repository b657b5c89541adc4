package config

import (
	"errors"

	"github.com/suback/suback/emulator/registry"
)

// Logging in suback.yaml.

func loggingKind() kind {
	return kind{key: "v2LoggingOptions", put: (*Config).putLogging, read: (*exporting).logging}
}

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

func (x *exporting) logging(c *Config) {
	if o, err := x.LoggingOptions(); err == nil {
		c.V2LoggingOptions = &o
	}
	levels, _ := x.LogLevels()
	for _, l := range levels {
		if l.TargetType != registry.TargetDefault {
			c.V2LoggingLevels = append(c.V2LoggingLevels, V2LoggingLevel{LogTarget(l.LogTarget), l.LogLevel})
		}
	}
	if l := x.V1Logging(); l != (registry.V1Logging{}) {
		c.LoggingOptions = &V1Logging{RoleArn: l.RoleArn, LogLevel: l.LogLevel}
	}
}
