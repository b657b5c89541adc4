package learn

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// The three kinds of lines, each as whoever writes it writes it [issue 14, part 5; B-903, B-905].
func TestRead(t *testing.T) {
	decision := policy.Compile(nil, policy.Context{Partition: "aws", Region: "eu-west-1", Account: "123456789012"}).
		Explain(policy.Receive, "a/b", nil)
	event := func(e trace.Event) string {
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(text))
	}
	note := trace.Event{Client: "a", Operation: trace.PublishOut, Outcome: trace.Note, Decision: &decision, Resource: decision.Resource,
		Action: decision.Action, Details: trace.Details{Retain: true, Subscriptions: []trace.Subscription{{Filter: "x"}}}}
	tests := []struct {
		name, text string
		want       string // "client action name allowed account", for each
		rest       string // omitted, other lines, partial
	}{
		{"questions", `{"seq":1,"client":"a","action":"iot:Publish","name":"t","resource":"arn:aws:iot:eu-west-1:1:topic/t","allowed":true}` +
			"\n\n" + `{"omitted":3}`, "a iot:Publish t true 1", "3 0 false"},
		{"an event", event(note), "a iot:Receive a/b false 123456789012", "0 0 true"},
		{"of the program's log", `{"time":"2026-11-21T14:02:11Z","level":"INFO","msg":"trace","trace":` + event(note) + `}` + "\n" +
			`{"time":"2026-11-21T14:02:11Z","level":"INFO","msg":"configuration reloaded"}`, "a iot:Receive a/b false 123456789012", "0 1 true"},
		{"a connect", event(trace.Event{Client: "a", Operation: trace.Connect, Outcome: trace.Allowed,
			Details: trace.Details{Connection: &trace.Connection{}}}), "a iot:Connect a true ", "0 0 true"},
		{"another event", event(trace.Event{Client: "a", Operation: trace.Transport, Outcome: trace.Note}), "", "0 1 false"},
		{"entries", `{"eventType":"Connect","accountId":"1","clientId":"a","thingName":"t","cleanSession":true}
			{"eventType":"Publish-In","accountId":"1","clientId":"a","topicName":"x","retain":"True"}
			{"eventType":"Subscribe","accountId":"1","clientId":"a","topicName":"x,y"}
			{"eventType":"Subscribe","accountId":"1","clientId":"a","topicName":"z","subscriptions":[{"topicName":"z,z","reasonCode":1}]}
			{"eventType":"Publish-Out","accountId":"1","clientId":"a","topicName":"x"}
			{"eventType":"Disconnect","accountId":"1","clientId":"a"}`,
			"a iot:Connect a true 1|a iot:Publish x true 1|a iot:RetainPublish x true 1|a iot:Subscribe x true 1|a iot:Subscribe y true 1|" +
				"a iot:Subscribe z,z true 1|a iot:Receive x true 1", "0 1 false"},
		{"no JSON", "{}\nhello", "", "line 2: invalid character 'h' looking for beginning of value, want a record in JSON"},
		{"too long", strings.Repeat("x", maxLine+1), "", "line 1 has more than 16777216 bytes, want a record"},
	}
	for _, tt := range tests {
		rec, err := Read(strings.NewReader(tt.text), "eu-west-1")
		if err != nil {
			if err.Error() != tt.rest {
				t.Errorf("%s: got %v, want %s", tt.name, err, tt.rest)
			}
			continue
		}
		var got []string
		for _, r := range rec.Requests {
			account := ""
			if fields := strings.Split(r.Resource, ":"); len(fields) > 4 {
				account = fields[4]
			}
			got = append(got, fmt.Sprintf("%s %s %s %v %s", r.Client, r.Action, r.Name, r.Allowed, account))
			if tt.name == "entries" && r.Values[thingName][0] != "t" {
				t.Errorf("got the values %v, want the thing of its Connect", r.Values)
			}
		}
		if text, rest := strings.Join(got, "|"), fmt.Sprint(rec.Omitted, rec.Other, rec.Partial); text != tt.want || rest != tt.rest {
			t.Errorf("%s: got  %s, %s\nwant %s, %s", tt.name, text, rest, tt.want, tt.rest)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"client":"a","action":"iot:Publish","name":"t"}`)
	f.Add(`{"trace":{"operation":"Connect","outcome":"ALLOWED","client":"a"}}`)
	f.Add(`{"eventType":"Subscribe","topicName":"a,b"}`)
	f.Fuzz(func(t *testing.T, text string) {
		rec, err := Read(strings.NewReader(text), "us-east-1")
		if err != nil {
			return
		}
		l, err := From(rec.Requests, Options{})
		if err == nil && len(l.Documents) > 1 {
			t.Errorf("%q: got %d documents, want one", text, len(l.Documents))
		}
	})
}
