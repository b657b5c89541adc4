package registry

import "testing"

const logRole = "arn:aws:iam::000000000000:role/log"

func TestSetLoggingOptions(t *testing.T) {
	first := LoggingOptions{RoleArn: logRole, DefaultLogLevel: LogWarn,
		EventConfigurations: []EventLogging{{EventType: "Connect", LogLevel: LogDebug}}}
	event := func(e EventLogging) LoggingOptions {
		return LoggingOptions{EventConfigurations: []EventLogging{e}}
	}
	tests := []struct {
		name        string
		had         bool // first was set before
		set         LoggingOptions
		wantLevel   string
		wantEvents  int
		part        string
		source      string
		wantDisable bool
	}{
		{"first", false, first, LogWarn, 1, "", "A-340", false},
		{"first without role", false, LoggingOptions{DefaultLogLevel: LogWarn}, "", 0, "roleArn is missing", "A-340", false},
		{"first without level", false, LoggingOptions{RoleArn: logRole}, "", 0, `defaultLogLevel is ""`, "A-340", false},
		{"level", true, LoggingOptions{DefaultLogLevel: LogError}, LogError, 1, "", "A-340", false},
		{"nothing", true, LoggingOptions{}, LogWarn, 1, "", "A-340", false},
		{"no events", true, LoggingOptions{EventConfigurations: []EventLogging{}}, LogWarn, 0, "", "A-340, guess", false},
		{"off", true, LoggingOptions{DisableAllLogs: true}, LogWarn, 1, "", "A-340", true},
		{"odd level", true, LoggingOptions{DefaultLogLevel: "TRACE"}, "", 0, `defaultLogLevel is "TRACE"`, "model", false},
		{"event without type", true, event(EventLogging{LogLevel: LogInfo}), "", 0, "eventConfigurations[0] has no eventType",
			"API:LogEventConfiguration", false},
		{"event with odd level", true, event(EventLogging{EventType: "Connect", LogLevel: "info"}), "", 0, "has a logLevel that is",
			"API:LogEventConfiguration", false},
		{"event with odd group", true, event(EventLogging{EventType: "Connect", LogDestination: "a b"}), "", 0,
			"has a logDestination that has ' '", "API:LogEventConfiguration", false},
	}
	for _, tt := range tests {
		r := newRegistry(t, Options{})
		if tt.had {
			expect(t, tt.name, r.SetLoggingOptions(first), "", "", "A-340")
		}
		code := ""
		if tt.part != "" {
			code = InvalidRequest
		}
		expect(t, tt.name, r.SetLoggingOptions(tt.set), code, tt.part, tt.source)
		if tt.part != "" {
			continue
		}
		got := must(r.LoggingOptions())(t)
		if got.RoleArn != logRole || got.DefaultLogLevel != tt.wantLevel || len(got.EventConfigurations) != tt.wantEvents ||
			got.DisableAllLogs != tt.wantDisable {
			t.Errorf("%s: got %+v, want level %s, %d events, disabled %v (%s)", tt.name, got, tt.wantLevel, tt.wantEvents, tt.wantDisable, tt.source)
		}
	}
}

func TestLoggingNotConfigured(t *testing.T) {
	r := newRegistry(t, Options{})
	_, err := r.LoggingOptions()
	expect(t, "LoggingOptions", err, NotConfigured, "want SetV2LoggingOptions first", "A-340")
	_, err = r.LogLevels()
	expect(t, "LogLevels", err, NotConfigured, "", "A-340")
	expect(t, "SetLogLevel", r.SetLogLevel(LogTarget{TargetClientID, "c"}, LogInfo), NotConfigured, "", "A-340")
}

func TestV1Logging(t *testing.T) {
	r := newRegistry(t, Options{})
	if got := r.V1Logging(); got != (V1Logging{}) {
		t.Errorf("got %+v, want nothing (A-342, guess)", got)
	}
	expect(t, "odd", r.SetV1Logging(V1Logging{logRole, "ALL"}), InvalidRequest, `logLevel is "ALL"`, "model")
	for _, tt := range []struct{ level, want string }{{"", Disabled}, {LogInfo, LogInfo}, {"", LogInfo}} {
		expect(t, tt.level, r.SetV1Logging(V1Logging{logRole, tt.level}), "", "", "API:SetLoggingOptions")
		if got := r.V1Logging(); got != (V1Logging{logRole, tt.want}) {
			t.Errorf("%q: got %+v, want %s (A-342, guess)", tt.level, got, tt.want)
		}
	}
}
