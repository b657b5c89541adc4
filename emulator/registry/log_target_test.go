package registry

import (
	"slices"
	"testing"
)

func TestLogTargets(t *testing.T) {
	r := newRegistry(t, Options{})
	expect(t, "options", r.SetLoggingOptions(LoggingOptions{RoleArn: logRole, DefaultLogLevel: LogWarn}), "", "", "A-340")
	tests := []struct {
		target       LogTarget
		level        string
		part, source string
	}{
		{LogTarget{TargetThingGroup, "g"}, LogDebug, "", "D:configure-logging"},
		{LogTarget{TargetSourceIP, "203.0.113.9"}, LogInfo, "", "D:configure-logging"},
		{LogTarget{TargetPrincipalID, "p"}, LogInfo, "", "D:configure-logging"},
		{LogTarget{TargetClientID, "c"}, Disabled, "", "D:configure-logging"},
		{LogTarget{TargetClientID, "c"}, LogError, "", "API:SetV2LoggingLevel"},
		{LogTarget{TargetType: TargetDefault}, LogError, "", "A-340"},
		{LogTarget{TargetType: TargetClientID}, LogError, "targetName is missing", "D:configure-logging"},
		{LogTarget{"THING", "t"}, LogError, `targetType is "THING"`, "model"},
		{LogTarget{TargetClientID, "c"}, "error", `logLevel is "error"`, "model"},
	}
	for _, tt := range tests {
		code := ""
		if tt.part != "" {
			code = InvalidRequest
		}
		expect(t, tt.target.TargetType, r.SetLogLevel(tt.target, tt.level), code, tt.part, tt.source)
	}
	want := []LogTargetLevel{
		{LogTarget{TargetType: TargetDefault}, LogError}, {LogTarget{TargetClientID, "c"}, LogError},
		{LogTarget{TargetPrincipalID, "p"}, LogInfo}, {LogTarget{TargetSourceIP, "203.0.113.9"}, LogInfo},
		{LogTarget{TargetThingGroup, "g"}, LogDebug},
	}
	if got := must(r.LogLevels())(t); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v (A-340)", got, want)
	}
	expect(t, "delete", r.DeleteLogLevel(LogTarget{TargetClientID, "c"}), "", "", "API:DeleteV2LoggingLevel")
	expect(t, "delete again", r.DeleteLogLevel(LogTarget{TargetClientID, "c"}), "", "", "guess")
	expect(t, "delete the default", r.DeleteLogLevel(LogTarget{TargetType: TargetDefault}), InvalidRequest, "targetType is DEFAULT",
		"D:configure-logging")
	expect(t, "delete without name", r.DeleteLogLevel(LogTarget{TargetType: TargetClientID}), InvalidRequest, "targetName is missing", "model")
	if got := must(r.LogLevels())(t); len(got) != 4 {
		t.Errorf("got %v, want four levels (API:DeleteV2LoggingLevel)", got)
	}
}
