package control

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
	"github.com/suback/suback/emulator/registry"
)

const logRole = "arn:aws:iam::000000000000:role/log"

func TestV2LoggingOptions(t *testing.T) {
	b := newBench(t)
	_, err := b.GetV2LoggingOptions(ctx, &iot.GetV2LoggingOptionsInput{})
	wants(t, "before", err, refusal{404, "NotConfiguredException", ""}, "A-340")
	events := []types.LogEventConfiguration{{EventType: aws.String("Publish-In"), LogLevel: "DEBUG", LogDestination: aws.String("/my/group")}}
	tests := []struct {
		name   string
		in     iot.SetV2LoggingOptionsInput
		want   refusal
		state  string
		source string
	}{
		{"without role", iot.SetV2LoggingOptionsInput{DefaultLogLevel: "WARN"}, refusal{400, invalidRequest, "roleArn is missing"}, "",
			"A-340, guess"},
		{"first", iot.SetV2LoggingOptionsInput{RoleArn: aws.String(logRole), DefaultLogLevel: "WARN", EventConfigurations: events}, good,
			"WARN false 1", "A-340"},
		{"off", iot.SetV2LoggingOptionsInput{DisableAllLogs: true}, good, "WARN true 1", "A-340"},
		{"on", iot.SetV2LoggingOptionsInput{DefaultLogLevel: "INFO"}, good, "INFO false 1", "A-340"},
		{"odd level", iot.SetV2LoggingOptionsInput{DefaultLogLevel: "TRACE"}, refusal{400, invalidRequest, "'defaultLogLevel'"}, "INFO false 1",
			"A-326"},
		{"no events", iot.SetV2LoggingOptionsInput{EventConfigurations: []types.LogEventConfiguration{}}, good, "INFO false 0", "A-340, guess"},
	}
	for _, tt := range tests {
		_, err := b.SetV2LoggingOptions(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
		if tt.state == "" {
			continue
		}
		out := must[*iot.GetV2LoggingOptionsOutput](t)(b.GetV2LoggingOptions(ctx, &iot.GetV2LoggingOptionsInput{}))
		is(t, tt.name, fmt.Sprint(out.DefaultLogLevel, " ", out.DisableAllLogs, " ", len(out.EventConfigurations)), tt.state, tt.source)
		is(t, tt.name, *out.RoleArn, logRole, tt.source)
	}
}

func TestVerboseLoggingOptions(t *testing.T) {
	b := newBench(t)
	must[*iot.SetV2LoggingOptionsOutput](t)(b.SetV2LoggingOptions(ctx,
		&iot.SetV2LoggingOptionsInput{RoleArn: aws.String(logRole), DefaultLogLevel: "WARN",
			EventConfigurations: []types.LogEventConfiguration{{EventType: aws.String("Publish-In"), LogLevel: "DEBUG"},
				{EventType: aws.String("Ping"), LogDestination: aws.String("pings")}}}))
	out := must[*iot.GetV2LoggingOptionsOutput](t)(b.GetV2LoggingOptions(ctx, &iot.GetV2LoggingOptionsInput{Verbose: true}))
	got := map[string]types.LogLevel{}
	for _, e := range out.EventConfigurations {
		got[*e.EventType] = e.LogLevel
	}
	is(t, "types", len(got), len(loggedEvents), "A-342")
	for event, want := range map[string]types.LogLevel{"Publish-In": "DEBUG", "Ping": "WARN", "Connect": "WARN",
		"Connection.AuthNError": "WARN"} {
		is(t, event, got[event], want, "A-342")
	}
}

func TestV2LoggingLevels(t *testing.T) {
	b := newBench(t)
	client := &types.LogTarget{TargetType: "CLIENT_ID", TargetName: aws.String("pump")}
	_, err := b.SetV2LoggingLevel(ctx, &iot.SetV2LoggingLevelInput{LogTarget: client, LogLevel: "DEBUG"})
	wants(t, "set before", err, refusal{404, "NotConfiguredException", ""}, "A-340")
	_, err = b.ListV2LoggingLevels(ctx, &iot.ListV2LoggingLevelsInput{})
	wants(t, "list before", err, refusal{404, "NotConfiguredException", ""}, "A-340")
	must[*iot.SetV2LoggingOptionsOutput](t)(b.SetV2LoggingOptions(ctx,
		&iot.SetV2LoggingOptionsInput{RoleArn: aws.String(logRole), DefaultLogLevel: "WARN"}))
	tests := []struct {
		name   string
		target *types.LogTarget
		level  types.LogLevel
		want   refusal
		source string
	}{
		{"client", client, "DEBUG", good, "API:SetV2LoggingLevel"},
		{"group", &types.LogTarget{TargetType: "THING_GROUP", TargetName: aws.String("hall")}, "INFO", good, "API:SetV2LoggingLevel"},
		{"default", &types.LogTarget{TargetType: "DEFAULT"}, "ERROR", good, "API:LogTarget"},
		{"odd level", client, "ALL", refusal{400, invalidRequest, "'logLevel'"}, "A-326"},
		{"odd type", &types.LogTarget{TargetType: "THING"}, "INFO", refusal{400, invalidRequest, "'logTarget.targetType'"}, "A-326"},
		{"no name", &types.LogTarget{TargetType: "SOURCE_IP"}, "INFO", refusal{400, invalidRequest, "targetName is missing"},
			"D:configure-logging"},
	}
	for _, tt := range tests {
		_, err := b.SetV2LoggingLevel(ctx, &iot.SetV2LoggingLevelInput{LogTarget: tt.target, LogLevel: tt.level})
		wants(t, tt.name, err, tt.want, tt.source)
	}
	is(t, "level", b.registry.LogLevel(registry.LogSubject{ClientID: "pump"}), "DEBUG", "A-341")
	is(t, "all", b.levels(""), "DEFAULT - ERROR, CLIENT_ID pump DEBUG, THING_GROUP hall INFO, ", "A-340")
	is(t, "groups", b.levels("THING_GROUP"), "THING_GROUP hall INFO, ", "API:ListV2LoggingLevels")
	for _, tt := range []struct {
		kind, name string
		want       refusal
	}{{"CLIENT_ID", "pump", good}, {"CLIENT_ID", "pump", good}, {"DEFAULT", "x", refusal{400, invalidRequest, "targetType is DEFAULT"}},
		{"THING", "x", refusal{400, invalidRequest, "'targetType'"}}} {
		_, err := b.DeleteV2LoggingLevel(ctx, &iot.DeleteV2LoggingLevelInput{TargetType: types.LogTargetType(tt.kind), TargetName: &tt.name})
		wants(t, tt.kind, err, tt.want, "API:DeleteV2LoggingLevel")
	}
	is(t, "without the client", b.levels(""), "DEFAULT - ERROR, THING_GROUP hall INFO, ", "API:DeleteV2LoggingLevel")
}

// levels lists all levels, one per page.
func (b *bench) levels(kind types.LogTargetType) (text string) {
	b.t.Helper()
	pages := iot.NewListV2LoggingLevelsPaginator(b, &iot.ListV2LoggingLevelsInput{TargetType: kind, MaxResults: aws.Int32(1)})
	for pages.HasMorePages() {
		for _, l := range must[*iot.ListV2LoggingLevelsOutput](b.t)(pages.NextPage(ctx)).LogTargetConfigurations {
			name := "-"
			if l.LogTarget.TargetName != nil {
				name = *l.LogTarget.TargetName
			}
			text += fmt.Sprintf("%s %s %s, ", l.LogTarget.TargetType, name, l.LogLevel)
		}
	}
	return text
}

func TestV1LoggingOptions(t *testing.T) {
	b := newBench(t)
	out := must[*iot.GetLoggingOptionsOutput](t)(b.GetLoggingOptions(ctx, &iot.GetLoggingOptionsInput{}))
	is(t, "before", []any{out.RoleArn == nil, string(out.LogLevel)}, []any{true, ""}, "A-342, guess")
	for _, tt := range []struct {
		level types.LogLevel
		want  refusal
	}{{"ERROR", good}, {"ALL", refusal{400, invalidRequest, "'loggingOptionsPayload.logLevel'"}}} {
		_, err := b.SetLoggingOptions(ctx,
			&iot.SetLoggingOptionsInput{LoggingOptionsPayload: &types.LoggingOptionsPayload{RoleArn: aws.String(logRole), LogLevel: tt.level}})
		wants(t, string(tt.level), err, tt.want, "API:SetLoggingOptions")
	}
	out = must[*iot.GetLoggingOptionsOutput](t)(b.GetLoggingOptions(ctx, &iot.GetLoggingOptionsInput{}))
	is(t, "after", []string{*out.RoleArn, string(out.LogLevel)}, []string{logRole, "ERROR"}, "CLI example")
	is(t, "level", b.registry.LogLevel(registry.LogSubject{}), "ERROR", "A-342, guess")
}
