package cloudformation

import (
	"maps"

	"github.com/suback/suback/emulator/registry"
)

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

// noteV1Logging is for what counts as long as there is no V2 logging.
func (t *template) noteV1Logging() {
	if l := t.V1Logging(); l != (registry.V1Logging{}) {
		t.note("V1 logging options: level %s", l.LogLevel)
	}
}
