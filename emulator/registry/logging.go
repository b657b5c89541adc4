package registry

import (
	"fmt"
	"slices"
)

// Options of AWS IoT's logging; logtarget.go has the levels of single
// resources, loglevel.go says which one counts.

const logKind kind = "logging"

// The levels, beside Disabled.
const (
	LogError = "ERROR"
	LogWarn  = "WARN"
	LogInfo  = "INFO"
	LogDebug = "DEBUG"
)

// logLevels has the most verbose one last.
var logLevels = []string{Disabled, LogError, LogWarn, LogInfo, LogDebug}

// logging is all that is set; the zero value is nothing.
type logging struct {
	options LoggingOptions
	v1      V1Logging
	levels  map[LogTarget]string // without TargetDefault
}

// LoggingOptions are those of V2 logging.
type LoggingOptions struct {
	RoleArn             string         `json:"roleArn" yaml:"roleArn"` // is not used
	DefaultLogLevel     string         `json:"defaultLogLevel" yaml:"defaultLogLevel"`
	DisableAllLogs      bool           `json:"disableAllLogs" yaml:"disableAllLogs"`
	EventConfigurations []EventLogging `json:"eventConfigurations,omitempty" yaml:"eventConfigurations"`
}

// EventLogging goes before the default level, for one type of event.
type EventLogging struct {
	EventType      string `json:"eventType" yaml:"eventType"` // such as Publish-In
	LogLevel       string `json:"logLevel,omitempty" yaml:"logLevel"`
	LogDestination string `json:"logDestination,omitempty" yaml:"logDestination"` // a log group; is not used
}

// V1Logging is the older form. It counts as long as there are no LoggingOptions.
type V1Logging struct {
	RoleArn, LogLevel string
}

// SetLoggingOptions changes the options: "" and nil keep what is, which is not
// possible the first time. The error is an *Error.
func (r *Registry) SetLoggingOptions(o LoggingOptions) error {
	_, err := quietly(r, func() (struct{}, error) {
		old := r.logging.options
		o.RoleArn = orElse(o.RoleArn, old.RoleArn)
		o.DefaultLogLevel = orElse(o.DefaultLogLevel, old.DefaultLogLevel)
		if o.EventConfigurations == nil {
			o.EventConfigurations = old.EventConfigurations
		}
		if err := o.check(); err != nil {
			return struct{}{}, err
		}
		r.logging.options = o
		return struct{}{}, nil
	})
	return err
}

func (o LoggingOptions) check() error {
	role := ""
	if o.RoleArn == "" {
		role = "is missing, want the ARN of a role the first time"
	}
	if err := firstOf(
		logKind.invalid("options", "roleArn", role),
		logKind.invalid("options", "defaultLogLevel", wantOneOf(o.DefaultLogLevel, logLevels...)),
	); err != nil {
		return err
	}
	for i, e := range o.EventConfigurations {
		if err := logKind.invalid("options", fmt.Sprintf("eventConfigurations[%d]", i), e.problem()); err != nil {
			return err
		}
	}
	return nil
}

func (e EventLogging) problem() string {
	switch {
	case e.EventType == "":
		return "has no eventType, want one such as Publish-In"
	case e.LogLevel != "" && wantOneOf(e.LogLevel, logLevels...) != "":
		return "has a logLevel that " + wantOneOf(e.LogLevel, logLevels...)
	}
	return prefixed("has a logDestination that ", wantNameOrNothing(e.LogDestination, ".-_/#", 512))
}

// LoggingOptions returns the options. The error is an *Error as long as there
// are none.
func (r *Registry) LoggingOptions() (LoggingOptions, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	o := r.logging.options
	o.EventConfigurations = slices.Clone(o.EventConfigurations)
	return o, r.wantLogging()
}

func (r *Registry) wantLogging() error {
	if r.logging.options.DefaultLogLevel == "" {
		return logKind.refuse(NotConfigured, "options", "are not set, want SetV2LoggingOptions first")
	}
	return nil
}

// SetV1Logging sets the options of V1 logging; a level of "" keeps what is, at
// first Disabled. The error is an *Error.
func (r *Registry) SetV1Logging(l V1Logging) error {
	_, err := quietly(r, func() (struct{}, error) {
		l.LogLevel = orElse(l.LogLevel, orElse(r.logging.v1.LogLevel, Disabled))
		if err := logKind.invalid("options", "logLevel", wantOneOf(l.LogLevel, logLevels...)); err != nil {
			return struct{}{}, err
		}
		r.logging.v1 = l
		return struct{}{}, nil
	})
	return err
}

// V1Logging returns the options of V1 logging, empty as long as there are none.
func (r *Registry) V1Logging() V1Logging {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.logging.v1
}
