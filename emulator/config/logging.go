package config

import (
	"errors"
	"maps"

	"github.com/suback/suback/emulator/registry"
)

// Logging in suback.yaml and in a CloudFormation template.

func loggingKind() kind {
	return kind{key: "v2LoggingOptions", put: (*Config).putLogging, read: (*exporting).logging,
		add: (*template).addLogging, finish: func(t *template) {
			if l := t.V1Logging(); l != (registry.V1Logging{}) {
				t.note("V1 logging options: level %s", l.LogLevel)
			}
		}}
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

func (t *template) addLogging() {
	o, err := t.LoggingOptions()
	if err != nil {
		return // nothing is set
	}
	properties := map[string]any{"AccountId": map[string]any{"Ref": "AWS::AccountId"},
		"RoleArn": t.role(o.RoleArn), "DefaultLogLevel": o.DefaultLogLevel}
	if o.DisableAllLogs {
		properties["DefaultLogLevel"] = registry.Disabled
		t.note("disableAllLogs of the logging options: the default level is made DISABLED instead of %s",
			o.DefaultLogLevel)
	}
	var events []any
	for _, e := range o.EventConfigurations {
		event := map[string]any{"EventType": e.EventType, "LogLevel": e.LogLevel,
			"LogDestination": e.LogDestination}
		maps.DeleteFunc(event, func(_ string, v any) bool { return v == "" })
		events = append(events, event)
	}
	if events != nil {
		properties["EventConfigurations"] = events
	}
	logging := t.add("AWS::IoT::Logging", "", properties)
	levels, _ := t.LogLevels()
	for _, l := range levels {
		if l.TargetType == registry.TargetDefault {
			continue
		}
		dependsOn := []string{logging}
		if l.TargetType == registry.TargetThingGroup {
			dependsOn = append(dependsOn, t.ifThere(groupResource, l.TargetName)...)
		}
		t.add("AWS::IoT::ResourceSpecificLogging", l.TargetType+" "+l.TargetName, map[string]any{
			"TargetType": l.TargetType, "TargetName": l.TargetName, "LogLevel": l.LogLevel}, dependsOn...)
	}
}
