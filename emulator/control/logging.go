package control

import (
	"cmp"
	"context"
	"slices"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

// Logging options
//
//   - what is set here changes what is logged at once
//   - V1's options are others; they count as long as there are none of V2

func (s *service) loggingOperations() operations {
	return operations{
		"SetV2LoggingOptions":  register(s.setV2LoggingOptions),
		"GetV2LoggingOptions":  register(s.getV2LoggingOptions),
		"SetV2LoggingLevel":    register(s.setV2LoggingLevel),
		"ListV2LoggingLevels":  register(s.listV2LoggingLevels),
		"DeleteV2LoggingLevel": register(s.deleteV2LoggingLevel),
		"SetLoggingOptions":    register(s.setLoggingOptions),
		"GetLoggingOptions":    register(s.getLoggingOptions),
	}
}

type loggingOptions struct {
	RoleArn             string                  `json:"roleArn"`
	DefaultLogLevel     string                  `json:"defaultLogLevel"`
	DisableAllLogs      bool                    `json:"disableAllLogs"`
	EventConfigurations []registry.EventLogging `json:"eventConfigurations,omitempty"`
}

func (s *service) setV2LoggingOptions(_ context.Context, in loggingOptions) (none, error) {
	return none{}, s.registry.SetLoggingOptions(registry.LoggingOptions(in))
}

type getV2LoggingInput struct {
	Verbose bool `json:"verbose"`
}

func (s *service) getV2LoggingOptions(_ context.Context, in getV2LoggingInput) (loggingOptions, error) {
	o, err := s.registry.LoggingOptions()
	if in.Verbose {
		o.EventConfigurations = complete(o)
	}
	return loggingOptions(o), err
}

// loggedEvents are the types of events that the emulator logs.
var loggedEvents = []trace.Operation{
	trace.Connect, trace.AuthNError, trace.DeleteConnection, trace.Disconnect, trace.GetConnection,
	trace.GetRetainedMessage,
	trace.ListRetainedMessage, trace.ListSubscriptions, trace.Ping, trace.PublishIn, trace.PublishOut,
	trace.Queued,
	trace.FunctionExecution, trace.RuleExecution, trace.RuleMatch,
	trace.RuleMessageThrottled, trace.RuleNotFound,
	trace.SendDirectMessage, trace.StartingRuleExecution, trace.Subscribe, trace.Unsubscribe,
}

// complete adds all types of events, with the level that they have.
func complete(o registry.LoggingOptions) []registry.EventLogging {
	all := o.EventConfigurations
	for _, event := range loggedEvents {
		if !slices.ContainsFunc(all, func(e registry.EventLogging) bool { return e.EventType == string(event) }) {
			all = append(all, registry.EventLogging{EventType: string(event)})
		}
	}
	for i := range all {
		all[i].LogLevel = cmp.Or(all[i].LogLevel, o.DefaultLogLevel)
	}
	return all
}

type logTarget struct {
	TargetType string `json:"targetType"`
	TargetName string `json:"targetName,omitempty"`
}

type logTargetConfiguration struct {
	LogTarget logTarget `json:"logTarget"`
	LogLevel  string    `json:"logLevel"`
}

func (s *service) setV2LoggingLevel(_ context.Context, in logTargetConfiguration) (none, error) {
	return none{}, s.registry.SetLogLevel(registry.LogTarget(in.LogTarget), in.LogLevel)
}

type listV2LoggingLevelsInput struct {
	listing
	TargetType string `json:"targetType"`
}

type listV2LoggingLevelsOutput struct {
	LogTargetConfigurations []logTargetConfiguration `json:"logTargetConfigurations"`
	NextToken               string                   `json:"nextToken,omitempty"`
}

func (s *service) listV2LoggingLevels(
	_ context.Context, in listV2LoggingLevelsInput,
) (listV2LoggingLevelsOutput, error) {
	all, err := s.registry.LogLevels()
	if err != nil {
		return listV2LoggingLevelsOutput{}, err
	}
	all = slices.DeleteFunc(all, func(l registry.LogTargetLevel) bool {
		return in.TargetType != "" &&
			in.TargetType != l.TargetType
	})
	part, next, err := page("ListV2LoggingLevels", in.listing, all, byTarget, ascending)
	out := listV2LoggingLevelsOutput{[]logTargetConfiguration{}, next}
	for _, l := range part {
		out.LogTargetConfigurations = append(out.LogTargetConfigurations,
			logTargetConfiguration{logTarget(l.LogTarget), l.LogLevel})
	}
	return out, err
}

// byTarget is a key for page that has the default first.
func byTarget(l registry.LogTargetLevel) string {
	if l.TargetType == registry.TargetDefault {
		return ""
	}
	return l.TargetType + " " + l.TargetName
}

func (s *service) deleteV2LoggingLevel(_ context.Context, in logTarget) (none, error) {
	return none{}, s.registry.DeleteLogLevel(registry.LogTarget(in))
}

type v1LoggingOptions struct {
	RoleArn  string `json:"roleArn,omitempty"`
	LogLevel string `json:"logLevel,omitempty"`
}

type setLoggingOptionsInput struct {
	LoggingOptionsPayload v1LoggingOptions `json:"loggingOptionsPayload"`
}

func (s *service) setLoggingOptions(_ context.Context, in setLoggingOptionsInput) (none, error) {
	return none{}, s.registry.SetV1Logging(registry.V1Logging(in.LoggingOptionsPayload))
}

func (s *service) getLoggingOptions(context.Context, none) (v1LoggingOptions, error) {
	return v1LoggingOptions(s.registry.V1Logging()), nil
}
