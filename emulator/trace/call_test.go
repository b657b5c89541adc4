package trace

import (
	"log/slog"
	"testing"
	"time"

	"github.com/suback/suback/emulator/cause"
)

func TestCloudWatchCall(t *testing.T) {
	stored := time.Date(2017, 8, 7, 20, 47, 56, 664e6, time.FixedZone("", 2*60*60))
	http := func(e Event) Event {
		e.Protocol = "HTTP"
		return e
	}
	tests := []struct {
		name  string
		event Event
		want  string
	}{
		{"GetRetainedMessage", Event{Operation: GetRetainedMessage, Outcome: Allowed, Topic: "a/b/c",
			Details: Details{QoS: 1, Call: &Call{LastModified: stored}}},
			head + `"eventType":"GetRetainedMessage","protocol":"HTTP","topicName":"a/b/c","qos":"1","lastModifiedDate":"2017-08-07 18:47:56.664"}`},
		{"GetRetainedMessage of QoS 0",
			Event{Operation: GetRetainedMessage, Outcome: Allowed, Topic: "a", Details: Details{Call: &Call{LastModified: stored}}},
			head + `"eventType":"GetRetainedMessage","protocol":"HTTP","topicName":"a","qos":"0","lastModifiedDate":"2017-08-07 18:47:56.664"}`},
		{"GetRetainedMessage refused", Event{Operation: GetRetainedMessage, Outcome: Refused, Topic: "a",
			Cause: cause.Cause{Reason: "AUTHORIZATION_FAILURE"}},
			failed + `"eventType":"GetRetainedMessage","protocol":"HTTP","topicName":"a","reason":"AUTHORIZATION_FAILURE","details":"Authorization Failure"}`},
		{"ListRetainedMessages", Event{Operation: ListRetainedMessage, Outcome: Allowed},
			head + `"eventType":"ListRetainedMessage","protocol":"HTTP"}`},
		{"DeleteConnection", Event{Operation: DeleteConnection, Outcome: Allowed},
			head + `"eventType":"DeleteConnection","protocol":"HTTP",` + client + `}`},
		{"GetConnection", Event{Operation: GetConnection, Outcome: Allowed},
			head + `"eventType":"GetConnection","protocol":"HTTP",` + client + `}`},
		{"ListSubscriptions", Event{Operation: ListSubscriptions, Outcome: Allowed, Details: Details{Call: &Call{MaxResults: 100}}},
			head + `"eventType":"ListSubscriptions","protocol":"HTTP",` + client + `,"maxResults":100}`},
		{"SendDirectMessage", Event{Operation: SendDirectMessage, Outcome: Allowed, Topic: "commands/reboot",
			Details: Details{Call: &Call{Confirmation: true, Timeout: 3}}},
			head + `"eventType":"SendDirectMessage","protocol":"HTTP","topicName":"commands/reboot","clientId":"c1","principalId":"p1","confirmation":true,` +
				`"sourceIp":"203.0.113.9","sourcePort":13490,"timeout":3}`},
		{"SendDirectMessage refused", Event{Operation: SendDirectMessage, Outcome: Refused, Topic: "t",
			Cause: cause.Cause{Reason: "DELIVERY_CONFIRMATION_TIMEOUT",
				Detail: "AWS's text"}},
			failed + `"eventType":"SendDirectMessage","protocol":"HTTP","topicName":"t","clientId":"c1","principalId":"p1","confirmation":false,` +
				`"sourceIp":"203.0.113.9","sourcePort":13490,"reason":"DELIVERY_CONFIRMATION_TIMEOUT","details":"AWS's text"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := entryOf(http(tt.event), slog.LevelInfo); got != tt.want {
				t.Errorf("got  %s\nwant %s (B-910)", got, tt.want)
			}
		})
	}
}
