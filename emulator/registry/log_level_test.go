package registry

import "testing"

func TestLogLevel(t *testing.T) {
	v2 := func(r *Registry) { r.SetLoggingOptions(LoggingOptions{RoleArn: logRole, DefaultLogLevel: LogWarn}) }
	event := func(level string) func(*Registry) {
		return func(r *Registry) {
			r.SetLoggingOptions(LoggingOptions{EventConfigurations: []EventLogging{{EventType: "Publish-In", LogLevel: level}}})
		}
	}
	level := func(kind, name, level string) func(*Registry) {
		return func(r *Registry) { r.SetLogLevel(LogTarget{kind, name}, level) }
	}
	type set = []func(*Registry)
	tests := []struct {
		name   string
		set    set
		want   string
		source string
	}{
		{"nothing", nil, "", "A-341, emulator"},
		{"V1", set{func(r *Registry) { r.SetV1Logging(V1Logging{logRole, LogInfo}) }}, LogInfo, "A-342, guess"},
		{"V2 before V1", set{func(r *Registry) { r.SetV1Logging(V1Logging{logRole, LogInfo}) }, v2}, LogWarn, "A-342, guess"},
		{"default", set{v2}, LogWarn, "A-341"},
		{"event", set{v2, event(LogDebug)}, LogDebug, "A-341"},
		{"event without level", set{v2, event("")}, LogWarn, "D:configure-logging"},
		{"client", set{v2, event(LogDebug), level(TargetClientID, "pump", LogError)}, LogError, "A-341"},
		{"another client", set{v2, level(TargetClientID, "pump-2", LogError)}, LogWarn, "A-341"},
		{"principal", set{v2, level(TargetPrincipalID, "p", LogInfo)}, LogInfo, "A-341"},
		{"address", set{v2, level(TargetSourceIP, "203.0.113.9", LogInfo)}, LogInfo, "A-341"},
		{"client before principal", set{v2, level(TargetPrincipalID, "p", LogDebug), level(TargetClientID, "pump", Disabled)}, Disabled,
			"A-341, guess"},
		{"address before group", set{v2, level(TargetThingGroup, "hall", LogDebug), level(TargetSourceIP, "203.0.113.9", LogError)}, LogError,
			"A-341, guess"},
		{"group", set{v2, level(TargetThingGroup, "hall", LogDebug)}, LogDebug, "A-341"},
		{"group above", set{v2, level(TargetThingGroup, "plant", LogDebug)}, LogDebug, "A-341"},
		{"group before the one above", set{v2, level(TargetThingGroup, "plant", LogDebug), level(TargetThingGroup, "hall", LogError)}, LogError,
			"A-341"},
		{"two groups", set{v2, level(TargetThingGroup, "hall", LogError), level(TargetThingGroup, "other", LogInfo)}, LogInfo, "A-341, guess"},
		{"foreign group", set{v2, level(TargetThingGroup, "foreign", LogDebug)}, LogWarn, "A-341"},
		{"all off", set{v2, level(TargetClientID, "pump", LogDebug),
			func(r *Registry) { r.SetLoggingOptions(LoggingOptions{DisableAllLogs: true}) }}, Disabled, "A-341"},
	}
	for _, tt := range tests {
		r := newRegistry(t, Options{})
		must(r.CreateThing(Thing{ThingName: "pump"}))(t)
		for _, g := range []ThingGroup{{ThingGroupName: "plant"}, {ThingGroupName: "hall", ParentGroupName: "plant"}, {ThingGroupName: "other"},
			{ThingGroupName: "foreign"}} {
			must(r.CreateThingGroup(g))(t)
		}
		for _, name := range []string{"hall", "other"} {
			expect(t, name, r.AddThingToThingGroup("pump", name), "", "", "API")
		}
		for _, f := range tt.set {
			f(r)
		}
		if got := r.LogLevel(LogSubject{EventType: "Publish-In", ClientID: "pump", PrincipalID: "p", SourceIP: "203.0.113.9"}); got != tt.want {
			t.Errorf("%s: got %q, want %q (%s)", tt.name, got, tt.want, tt.source)
		}
	}
}

// The thing that a certificate has to itself counts, whatever the client id.
func TestLogLevelOfExclusiveThing(t *testing.T) {
	r := newRegistry(t, Options{})
	c := must(r.CreateCertificate(sign(t, newTemplate("device"), nil).pem, Active))(t)
	must(r.CreateThing(Thing{ThingName: "pump"}))(t)
	must(r.CreateThingGroup(ThingGroup{ThingGroupName: "hall"}))(t)
	expect(t, "add", r.AddThingToThingGroup("pump", "hall"), "", "", "API")
	expect(t, "options", r.SetLoggingOptions(LoggingOptions{RoleArn: logRole, DefaultLogLevel: LogWarn}), "", "", "A-340")
	expect(t, "level", r.SetLogLevel(LogTarget{TargetThingGroup, "hall"}, LogDebug), "", "", "A-340")
	for _, tt := range []struct{ attachment, want string }{{NonExclusiveThing, LogWarn}, {ExclusiveThing, LogDebug}} {
		expect(t, tt.attachment, r.AttachThingPrincipal("pump", c.CertificateArn, tt.attachment), "", "", "B-325")
		if got := r.LogLevel(LogSubject{ClientID: "other", PrincipalID: c.CertificateID}); got != tt.want {
			t.Errorf("%s: got %s, want %s (A-341, B-325)", tt.attachment, got, tt.want)
		}
		expect(t, tt.attachment, r.DetachThingPrincipal("pump", c.CertificateArn), "", "", "API")
	}
}
