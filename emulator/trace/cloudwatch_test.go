package trace

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator/cause"
)

const (
	head   = `{"timestamp":"2017-08-10 15:37:23.476","logLevel":"INFO","traceId":"t-1","accountId":"123456789012","status":"Success",`
	failed = `{"timestamp":"2017-08-10 15:37:23.476","logLevel":"ERROR","traceId":"t-1","accountId":"123456789012","status":"Failure",`
	client = `"clientId":"c1","principalId":"p1","sourceIp":"203.0.113.9","sourcePort":13490`
)

// entryOf is what is logged of an event of one connection.
func entryOf(e Event, min slog.Level) string {
	e.Time = time.Date(2017, 8, 10, 17, 37, 23, 476e6, time.FixedZone("", 2*60*60))
	e.Client, e.Principal, e.TraceID, e.Source = "c1", "p1", "t-1", "203.0.113.9:13490"
	var b bytes.Buffer
	CloudWatch(&b, "123456789012", always(min))(e)
	return strings.TrimSuffix(b.String(), "\n")
}

// always is one level for all events.
func always(l slog.Level) func(Event) slog.Level {
	return func(Event) slog.Level { return l }
}

func TestCloudWatch(t *testing.T) {
	tests := []struct {
		name   string
		event  Event
		want   string
		source string
	}{
		{"Connect", Event{Operation: Connect, Outcome: Allowed},
			head + `"eventType":"Connect","protocol":"MQTT",` + client + `}`, "B-901, B-902, B-903, A-180"},
		{"Connect with what was agreed",
			Event{Operation: Connect, Outcome: Allowed, Details: Details{Connection: &Connection{KeepAlive: 60, SessionExpiry: 0, Clean: false}}},
			head + `"eventType":"Connect","protocol":"MQTT",` + client + `,"keepAliveDuration":60,"sessionExpiry":0,"cleanSession":false}`,
			"B-904, A-176; units guess"},
		{"Connect of a thing", Event{Operation: Connect, Outcome: Allowed,
			Details: Details{Connection: &Connection{ThingName: "pump-7", KeepAlive: 60, SessionExpiry: 10, Clean: true}}},
			head + `"eventType":"Connect","protocol":"MQTT",` + strings.Replace(client, `,"principalId"`, `,"thingName":"pump-7","principalId"`, 1) +
				`,"keepAliveDuration":60,"sessionExpiry":10,"cleanSession":true}`, "B-904, A-176; place guess"},
		{"Connect refused", Event{Operation: Connect, Outcome: Refused, Cause: cause.Cause{Reason: "AUTHORIZATION_FAILURE"}, Topic: "of/a/will"},
			failed + `"eventType":"Connect","protocol":"MQTT",` + client + `,"reason":"AUTHORIZATION_FAILURE","details":"Authorization Failure"}`,
			"B-906, A-175"},
		{"Publish-In", Event{Operation: PublishIn, Outcome: Allowed, Topic: "$aws/things/T/shadow/get"},
			head + `"eventType":"Publish-In","protocol":"MQTT","topicName":"$aws/things/T/shadow/get",` + client + `}`, "B-903"},
		{"Publish-In with RETAIN", Event{Operation: PublishIn, Outcome: Allowed, Topic: "a<b", Details: Details{Retain: true}},
			head + `"eventType":"Publish-In","protocol":"MQTT","topicName":"a<b",` + client + `,"retain":"True"}`, "B-903"},
		{"Publish-In over HTTP", Event{Operation: PublishIn, Outcome: Allowed, Topic: "a", Protocol: "HTTP"},
			head + `"eventType":"Publish-In","protocol":"HTTP","topicName":"a",` + client + `}`, "B-809, B-902"},
		{"Publish-In refused", Event{Operation: PublishIn, Outcome: Refused, Topic: "a", Cause: cause.Cause{Reason: "AUTHORIZATION_FAILURE"}},
			failed + `"eventType":"Publish-In","protocol":"MQTT","topicName":"a",` + client +
				`,"reason":"AUTHORIZATION_FAILURE","details":"Authorization Failure"}`, "B-907, A-175; shape guess"},
		{"a limit", Event{Operation: PublishIn, Outcome: Refused, Topic: "a",
			Cause: cause.Cause{Reason: "CLIENT_ERROR", Detail: "QoS 2 is not supported"}},
			failed + `"eventType":"Publish-In","protocol":"MQTT","topicName":"a",` + client +
				`,"reason":"CLIENT_ERROR","details":"QoS 2 is not supported"}`, "B-902, guess"},
		{"a payload that is too large", Event{Operation: PublishIn, Outcome: Refused, Topic: "a",
			Cause: cause.Cause{Reason: "CLIENT_ERROR", Detail: "ours", Rules: []string{"B-680"}}},
			failed + `"eventType":"Publish-In","protocol":"MQTT","topicName":"a",` + client + `,"reason":"PAYLOAD_LIMIT_EXCEEDED",` +
				`"details":"Message payload exceeds size limit for message type."}`, "B-680"},
		{"Disconnect for it", Event{Operation: Disconnect, Outcome: Allowed, Cause: cause.Cause{Detail: "ours", Rules: []string{"B-680"}},
			Details: Details{DisconnectReason: "CLIENT_ERROR"}},
			failed + `"eventType":"Disconnect","protocol":"MQTT",` + client + `,"reason":"PAYLOAD_LIMIT_EXCEEDED",` +
				`"details":"Message payload exceeds size limit for message type.","disconnectReason":"CLIENT_ERROR"}`, "B-680"},
		{"Publish-Out", Event{Operation: PublishOut, Outcome: Allowed, Topic: "a/b"},
			head + `"eventType":"Publish-Out","protocol":"MQTT","topicName":"a/b",` + client + `}`, "B-903"},
		{"Publish-Out withheld", Event{Operation: PublishOut, Outcome: Withheld, Topic: "a/b",
			Cause: cause.Cause{Reason: "AUTHORIZATION_FAILURE"}},
			failed + `"eventType":"Publish-Out","protocol":"MQTT","topicName":"a/b",` + client +
				`,"reason":"AUTHORIZATION_FAILURE","details":"Authorization Failure"}`, "B-432; reason guess"},
		{"Subscribe of 3.1.1", Event{Operation: Subscribe, Outcome: Allowed, Protocol: "MQTT 3.1.1",
			Details: Details{Subscriptions: []Subscription{{"a/b", 1}, {"c/#", 0}}}},
			head + `"eventType":"Subscribe","protocol":"MQTT","topicName":"a/b,c/#",` + client + `}`, "B-903"},
		{"Subscribe of 5", Event{Operation: Subscribe, Outcome: Allowed, Protocol: "MQTT 5",
			Details: Details{Subscriptions: []Subscription{{"test/topic1", 1}, {"$invalid/reserved/topic", 143}}}},
			head + `"eventType":"Subscribe","protocol":"MQTT","topicName":"test/topic1,$invalid/reserved/topic",` +
				`"subscriptions":[{"topicName":"test/topic1","reasonCode":1},{"topicName":"$invalid/reserved/topic","reasonCode":143}],` + client + `}`,
			"B-905"},
		{"Subscribe refused", Event{Operation: Subscribe, Outcome: Refused, Cause: cause.Cause{Reason: "AUTHORIZATION_FAILURE"}, Filter: "a/b"},
			failed + `"eventType":"Subscribe","protocol":"MQTT","topicName":"a/b",` + client +
				`,"reason":"AUTHORIZATION_FAILURE","details":"Authorization Failure"}`, "B-907"},
		{"another filter of the same SUBSCRIBE", Event{Operation: Subscribe, Outcome: Refused, Filter: "c", Details: Details{Part: true}}, "",
			"B-905"},
		{"Unsubscribe", Event{Operation: Unsubscribe, Outcome: Allowed, Filter: "a/b"},
			head + `"eventType":"Unsubscribe","protocol":"MQTT",` + client + `}`, "B-903"},
		{"Disconnect by the client", Event{Operation: Disconnect, Outcome: Allowed,
			Details: Details{DisconnectReason: "CLIENT_INITIATED_DISCONNECT"}},
			head + `"eventType":"Disconnect","protocol":"MQTT",` + client + `,"disconnectReason":"CLIENT_INITIATED_DISCONNECT"}`,
			"B-903, B-908, A-177"},
		{"Disconnect by take-over", Event{Operation: Disconnect, Outcome: Allowed, Cause: cause.Cause{Detail: "ours"},
			Details: Details{DisconnectReason: "DUPLICATE_CLIENTID"}},
			failed + `"eventType":"Disconnect","protocol":"MQTT",` + client +
				`,"reason":"DUPLICATE_CLIENT_ID","details":"A new connection was established with the same client ID","disconnectReason":"DUPLICATE_CLIENTID"}`, "B-908, level guess"},
		{"Disconnect that nobody explains", Event{Operation: Disconnect, Outcome: Allowed, Details: Details{DisconnectReason: "CONNECTION_LOST"}},
			failed + `"eventType":"Disconnect","protocol":"MQTT",` + client +
				`,"reason":"CONNECTION_LOST","details":"The connection ended without a DISCONNECT","disconnectReason":"CONNECTION_LOST"}`,
			"B-908, guess"},
		{"what led to a Disconnect", Event{Operation: Disconnect, Outcome: Refused,
			Cause: cause.Cause{Reason: "DUPLICATE_CLIENTID"}}, "", "B-908"},
		{"authentication", Event{Operation: AuthNError, Outcome: Refused,
			Cause:      cause.Cause{Reason: "CUSTOM_AUTHORIZER_NOT_FOUND", Detail: "ours"},
			ServerName: "iot.example.test",
			Details:    Details{Authentication: "CUSTOM_AUTH", Target: "[::ffff:192.0.2.1]:8443"}},
			failed + `"eventType":"Connection.AuthNError","protocol":"MQTT","authenticationType":"CUSTOM_AUTH",` + client +
				`,"targetIp":"192.0.2.1","targetPort":8443,"serverNameIndication":"iot.example.test",` +
				`"reason":"CUSTOM_AUTHORIZER_NOT_FOUND","details":"Could not find custom authorizer"}`, "B-909, A-178"},
		{"Queued", Event{Operation: Queued, Outcome: Allowed, Topic: "a", Details: Details{QoS: 1}},
			head + `"eventType":"Queued","protocol":"MQTT","topicName":"a",` + client + `,"qos":"1"}`, "B-910"},
		{"not Queued", Event{Operation: Queued, Outcome: Note, Topic: "a",
			Cause: cause.Cause{Reason: "THROTTLED", Detail: "ours"}, Details: Details{QoS: 1}},
			failed + `"eventType":"Queued","protocol":"MQTT","topicName":"a",` + client +
				`,"qos":"1","reason":"THROTTLED","details":"Throttled while queueing offline message"}`, "B-910; reason guess"},
		{"Publish-In over its rate", Event{Operation: PublishIn, Outcome: Note, Topic: "a",
			Cause: cause.Cause{Reason: "THROTTLED", Detail: "too many"}},
			failed + `"eventType":"Publish-In","protocol":"MQTT","topicName":"a",` + client + `,"reason":"THROTTLED","details":"too many"}`,
			"B-681, guess"},
		{"Basic Ingest", Event{Operation: RuleNotFound, Outcome: Note, Topic: "$aws/rules/r/a", Cause: cause.Cause{Reason: "RuleNotFound",
			Detail: "Rule r not found"}, Details: Details{RuleName: "r"}},
			failed + `"eventType":"RuleNotFound","protocol":"MQTT","topicName":"$aws/rules/r/a",` + client +
				`,"ruleName":"r","reason":"RuleNotFound","details":"Rule r not found"}`, "B-1103"},
		{"rule matches", Event{Operation: RuleMatch, Outcome: Allowed, Topic: "a", Details: Details{RuleName: "r"}},
			head + `"eventType":"RuleMatch","protocol":"MQTT","topicName":"a",` + client + `,"ruleName":"r"}`, "B-912"},
		{"rule, WHERE not true", Event{Operation: RuleMatch, Outcome: Note, Topic: "a", Details: Details{RuleName: "r"}},
			head + `"eventType":"RuleMatch","protocol":"MQTT","topicName":"a",` + client + `,"ruleName":"r"}`, "B-912, R-135 guess"},
		{"action begins", Event{Operation: StartingRuleExecution, Outcome: Allowed, Topic: "a", Details: Details{RuleName: "r"}}, "",
			"B-912: DEBUG"},
		{"function of SQL", Event{Operation: FunctionExecution, Outcome: Allowed, Topic: "a", Details: Details{RuleName: "r"}}, "",
			"B-912: DEBUG"},
		{"action", Event{Operation: RuleExecution, Outcome: Allowed, Topic: "a", Details: Details{RuleName: "r", RuleAction: "RepublishAction",
			Resources: map[string]string{"RepublishTopic": "b"}}},
			head + `"eventType":"RuleExecution","protocol":"MQTT","topicName":"a",` + client +
				`,"ruleName":"r","ruleAction":"RepublishAction","resources":{"RepublishTopic":"b"}}`, "B-912, R-134"},
		{"action that fails", Event{Operation: RuleExecution, Outcome: Refused, Topic: "a", Cause: cause.Cause{Reason: "RuleExecutionFailure",
			Detail: "why"}, Details: Details{RuleName: "r", RuleAction: "RepublishAction"}},
			failed + `"eventType":"RuleExecution","protocol":"MQTT","topicName":"a",` + client +
				`,"ruleName":"r","ruleAction":"RepublishAction","reason":"RuleExecutionFailure","details":"why"}`, "B-912, reason guess"},
		{"action done nowhere", Event{Operation: RuleExecution, Outcome: Note, Topic: "a", Details: Details{RuleName: "r"}}, "", "R-123, choice"},
		{"rule throttled", Event{Operation: RuleMessageThrottled, Outcome: Note, Topic: "a", Cause: cause.Cause{Reason: "RuleExecutionThrottled",
			Detail: "why"}, Details: Details{RuleName: "r"}},
			failed + `"eventType":"RuleMessageThrottled","protocol":"MQTT","topicName":"a",` + client +
				`,"ruleName":"r","reason":"RuleExecutionThrottled","details":"why"}`, "B-912, R-134"},
		{"Ping", Event{Operation: Ping, Outcome: Allowed}, "", "B-623: DEBUG"},
		{"Note", Event{Operation: Connect, Outcome: Note}, "", "no word of CloudWatch's"},
		{"Refresh", Event{Operation: Refresh, Outcome: Allowed}, "", "no word of CloudWatch's"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := entryOf(tt.event, slog.LevelInfo); got != tt.want {
				t.Errorf("got  %s\nwant %s (%s)", got, tt.want, tt.source)
			}
		})
	}
}

// AWS's texts for failed authentication [A-178, B-909].
func TestAuthNErrorTexts(t *testing.T) {
	for reason, want := range map[string]string{
		"CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR": "Custom authorizer Lambda invocation failed",
		"CUSTOM_AUTHORIZER_NOT_FOUND":              "Could not find custom authorizer",
		"CUSTOM_AUTHORIZER_PARAMETER_INVALID":      "Custom authentication parameter is invalid",
		"DEVICE_CERTIFICATE_INACTIVE":              "Device certificate is not active",
		"DEVICE_CERTIFICATE_NOT_REGISTERED":        "Device certificate is not registered",
		"DEVICE_CERTIFICATE_REVOKED":               "Device certificate is revoked",
		"DOMAIN_CONFIGURATION_DISABLED":            "Domain configuration for the Server Name Indication (SNI) provided is disabled",
		"DOMAIN_CONFIGURATION_INVALID":             "The endpoint type in domain configuration is invalid",
		"INTERNAL_SERVER_ERROR":                    "Internal server error",
		"NOT_AUTHENTICATED":                        "The credentials provided could not be authenticated",
		"SECURITY_TOKEN_EXPIRED":                   "The security token is expired",
		"SECURITY_TOKEN_INVALID":                   "The security token included in the request is invalid",
		"SECURITY_TOKEN_SIGNATURE_MISMATCH":        "Request signature does not match the signature provided",
		"SNI_MISUSED":                              "The client used an SNI that is not associated with this account",
	} {
		got := entryOf(Event{Operation: AuthNError, Outcome: Refused, Cause: cause.Cause{Reason: reason, Detail: "ours"}}, slog.LevelInfo)
		if !strings.Contains(got, `"reason":"`+reason+`","details":"`+want+`"`) {
			t.Errorf("got %s, want %s with %q (A-178, B-909)", got, reason, want)
		}
	}
}

// A level leaves out what is below it.
func TestCloudWatchLevel(t *testing.T) {
	ping := Event{Operation: Ping, Outcome: Allowed}
	want := strings.Replace(head, "INFO", "DEBUG", 1) + `"eventType":"Ping","protocol":"MQTT",` + client +
		`,"latency":0,"requestTimestamp":"2017-08-10 15:37:23.476","responseTimestamp":"2017-08-10 15:37:23.476"}`
	if got := entryOf(ping, slog.LevelDebug); got != want {
		t.Errorf("got  %s\nwant %s (B-623, B-910; form guess)", got, want)
	}
	if got := entryOf(Event{Operation: PublishIn, Outcome: Allowed}, slog.LevelError); got != "" {
		t.Errorf("got %s at level ERROR, want nothing", got)
	}
}

// The level may be another for each event.
func TestCloudWatchLevelOfEvent(t *testing.T) {
	var b bytes.Buffer
	record := CloudWatch(&b, "123456789012", func(e Event) slog.Level {
		return Level(map[string]string{"quiet": "DISABLED", "careful": "ERROR"}[e.Client], slog.LevelInfo)
	})
	tests := []struct {
		client  string
		outcome Outcome
		want    bool
		source  string
	}{
		{"quiet", Allowed, false, "A-341"},
		{"quiet", Refused, false, "A-341"},
		{"careful", Allowed, false, "A-341"},
		{"careful", Refused, true, "A-341"},
		{"other", Allowed, true, "A-341"},
	}
	for _, tt := range tests {
		b.Reset()
		record(Event{Operation: PublishIn, Outcome: tt.outcome, Client: tt.client, TraceID: "t"})
		if got := b.Len() > 0; got != tt.want {
			t.Errorf("%s, %s: got an entry: %v, want %v (%s)", tt.client, tt.outcome, got, tt.want, tt.source)
		}
	}
}

func TestLevel(t *testing.T) {
	for name, want := range map[string]slog.Level{
		"DEBUG": slog.LevelDebug, "INFO": slog.LevelInfo, "WARN": slog.LevelWarn, "ERROR": slog.LevelError, "DISABLED": Disabled, "": 3,
	} {
		if got := Level(name, 3); got != want {
			t.Errorf("%q: got %v, want %v (A-341)", name, got, want)
		}
	}
}

// What never got as far as a CONNECT has no trace id, and AWS logs nothing of it.
func TestCloudWatchWithoutTraceID(t *testing.T) {
	var b bytes.Buffer
	CloudWatch(&b, "123456789012", always(slog.LevelDebug))(Event{Operation: Connect, Outcome: Refused,
		Cause: cause.Cause{Reason: "CLIENT_ERROR"}})
	if b.Len() > 0 {
		t.Errorf("got %s, want nothing (guess)", b.String())
	}
}

// Lines stay whole, whatever clients choose and however many write at once.
func TestCloudWatchLines(t *testing.T) {
	var b bytes.Buffer
	record := CloudWatch(&b, "123456789012", always(slog.LevelInfo))
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for range 100 {
				record(Event{Operation: PublishIn, Outcome: Allowed, TraceID: "t", Client: "a\n{\"eventType\":\"Connect\"}", Topic: "\x1b[2J\xff"})
			}
		})
	}
	writers.Wait()
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != 400 {
		t.Fatalf("got %d lines, want 400", len(lines))
	}
	for _, line := range lines {
		if line != lines[0] && !strings.HasSuffix(line, lines[0][len(`{"timestamp":"2017-08-10 15:37:23.476"`):]) {
			t.Fatalf("got %q beside %q", line, lines[0])
		}
	}
}
