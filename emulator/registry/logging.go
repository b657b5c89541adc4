package registry

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Options of AWS IoT's logging; log_target.go has the levels of single
// resources, log_level.go says which one counts.

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

// logging is all that is set, at first nothing. The level of each target is kept by
// itself. Whoever changes something has it noted.
type logging struct {
	options LoggingOptions
	v1      V1Logging
	levels  map[LogTarget]string // without TargetDefault

	note func(key string, value func() json.RawMessage)
}

// The keys in a State; a level has its target behind it.
const (
	keyOfOptions = "options"
	keyOfV1      = "v1"
	keyOfLevel   = "level "
)

func addLogging(r *Registry) *logging {
	journal := r.journal
	l := &logging{levels: map[LogTarget]string{},
		note: func(key string, value func() json.RawMessage) { journal.note("logging", key, value) }}
	r.parts = append(r.parts, part{kind: "logging", save: l.save, load: l.load})
	return l
}

func (l *logging) save() map[string]json.RawMessage {
	values := map[string]json.RawMessage{
		keyOfOptions: formOf[LoggingOptions]().encode(l.options),
		keyOfV1:      formOf[V1Logging]().encode(l.v1),
	}
	for t, level := range l.levels {
		values[t.key()] = LogTargetLevel{t, level}.encode()
	}
	return values
}

func (l *logging) load(key string, text json.RawMessage) (err error) {
	switch key {
	case keyOfOptions:
		l.options, err = formOf[LoggingOptions]().decode(text)
	case keyOfV1:
		l.v1, err = formOf[V1Logging]().decode(text)
	default:
		var level LogTargetLevel
		level, err = formOf[LogTargetLevel]().decode(text)
		l.levels[level.LogTarget] = level.LogLevel
	}
	return err
}

func (t LogTarget) key() string { return keyOfLevel + t.TargetType + " " + t.TargetName }

func (l LogTargetLevel) encode() json.RawMessage { return formOf[LogTargetLevel]().encode(l) }

func (l *logging) setOptions(o LoggingOptions) {
	l.options = o
	l.note(keyOfOptions, func() json.RawMessage { return formOf[LoggingOptions]().encode(o) })
}

func (l *logging) setV1(v1 V1Logging) {
	l.v1 = v1
	l.note(keyOfV1, func() json.RawMessage { return formOf[V1Logging]().encode(v1) })
}

func (l *logging) setLevel(t LogTarget, level string) {
	l.levels[t] = level
	l.note(t.key(), LogTargetLevel{t, level}.encode)
}

func (l *logging) deleteLevel(t LogTarget) {
	delete(l.levels, t)
	l.note(t.key(), nil)
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
		r.logging.setOptions(o)
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
		r.logging.setV1(l)
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
