package emulator

import (
	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/faults"
)

// What stands in suback.yaml, under the names that package config has for it.
type (
	// A Config is the content of suback.yaml: the account that is emulated.
	Config = config.Config

	Listeners = config.Listeners // addresses to listen on
	Limits    = config.Limits    // AWS's quotas, by group
	Disorder  = config.Disorder  // where AWS promises no order
	Function  = config.Function  // a Lambda function

	Thing              = config.Thing
	ThingType          = config.ThingType
	MQTT5Configuration = config.MQTT5Configuration // of a thing type
	ThingGroup         = config.ThingGroup
	TaggedResource     = config.TaggedResource

	Policy            = config.Policy
	PolicyVersion     = config.PolicyVersion
	PolicyDocument    = config.PolicyDocument // its path, its JSON text, or keys and values
	Certificate       = config.Certificate
	CACertificate     = config.CACertificate
	ServerCertificate = config.ServerCertificate
	PEM               = config.PEM // a text, or the path of one
	Credential        = config.Credential
	Role              = config.Role
	Identity          = config.Identity

	V2LoggingLevel     = config.V2LoggingLevel
	LogTarget          = config.LogTarget // of a level
	V1Logging          = config.V1Logging
	EventConfiguration = config.EventConfiguration
)

// What is asked for beside suback.yaml.
type (
	// A Fault is a failure that is asked for, to see what a client makes of it.
	Fault = faults.Fault

	// A FaultDuration is a [time.Duration] that JSON has as a string.
	FaultDuration = faults.Duration
)

// LoadConfig reads a configuration file. Every error names the file and, where
// there is one, the line.
func LoadConfig(file string) (*Config, error) { return config.Load(file) }
