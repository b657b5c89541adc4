package trace

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
)

var moment = time.Date(2026, 11, 21, 14, 2, 11, 482e6, time.UTC)

// publishState is the refusal that design.md shows.
func publishState() Event {
	return Event{
		Time: moment, Operation: PublishIn, Outcome: Refused, Client: "pump-7", Cause: cause.Cause{Reason: "AUTHORIZATION_FAILURE",
			Hint:  "the policy allows data/*, the device publishes to state",
			Rules: []string{"D-11"}},
		Source: "192.0.2.7:51234", Protocol: "MQTT 5",
		Decision: &policy.Decision{
			Action:   policy.Action("iot:Publish"),
			Resource: "arn:aws:iot:us-east-1:000000000000:topic/pump/7/state",
			Considered: []policy.Consideration{
				{Document: "LambdaPolicy[0]", Statement: 0, Effect: "Allow", Actions: []string{"iot:Connect"}, Outcome: policy.ActionMismatch},
				{Document: "LambdaPolicy[0]", Statement: 1, Effect: "Allow", Actions: []string{"iot:Publish"}, Outcome: policy.ResourceMismatch,
					Text: "topic/pump/7/state", Pattern: "topic/pump/7/data/*", Position: 13},
			},
		},
		Saw: "PUBACK 0x87, connection kept (MQTT 5, QoS 1)",
	}
}

func notFound() Event {
	return Event{
		Time: moment, Operation: AuthNError, Outcome: Refused, Source: "192.0.2.7:51234", Listener: "https", Protocol: "MQTT 3.1.1",
		ServerName: "iot.example.test", Cause: cause.Cause{Reason: "CUSTOM_AUTHORIZER_NOT_FOUND", Detail: `authorizer "pasword" does not exist`,
			Hint: `there is "password"`, Rules: []string{"X-1", "X-2"}},
		Saw: "connection closed, no CONNACK",
	}
}

func withheldMillion() Event {
	return Event{
		Time: moment, Operation: PublishOut, Outcome: Withheld, Client: "pump-7",
		Cause:    cause.Cause{Reason: "AUTHORIZATION_FAILURE", Rules: []string{"X-1"}},
		Decision: &policy.Decision{Action: "iot:Receive", Resource: "arn:aws:iot:us-east-1:000000000000:topic/a"},
		Count:    1_000_000, Last: moment.Add(time.Minute),
	}
}

func TestText(t *testing.T) {
	decision := func(change func(*policy.Decision)) Event {
		e := publishState()
		e.Saw, e.Hint, e.Rules = "", "", nil
		change(e.Decision)
		return e
	}
	statement := func(c policy.Consideration) Event {
		return decision(func(d *policy.Decision) { d.Considered = []policy.Consideration{c} })
	}
	tests := []struct {
		name   string
		event  Event
		want   string
		source string
	}{
		{"a refused publish", publishState(), `
14:02:11.482 pump-7 Publish-In REFUSED AUTHORIZATION_FAILURE
  iot:Publish on topic/pump/7/state: no statement allows it
    LambdaPolicy[0].Statement[0] Allow iot:Connect   action does not match
    LambdaPolicy[0].Statement[1] Allow iot:Publish   resource does not match
        topic/pump/7/state
        topic/pump/7/data/*
                     ^
  sent: PUBACK 0x87, connection kept (MQTT 5, QoS 1)
  hint: the policy allows data/*, the device publishes to state (D-11)`, "the design's own example"},

		{"a failed authentication without a client id", notFound(), `
14:02:11.482 (192.0.2.7:51234) Connection.AuthNError REFUSED CUSTOM_AUTHORIZER_NOT_FOUND
  authorizer "pasword" does not exist
  from: 192.0.2.7:51234, listener https, MQTT 3.1.1, server name iot.example.test
  sent: connection closed, no CONNACK
  hint: there is "password" (X-1, X-2)`, "without a decision, the connection is what to look at"},

		{"a withheld message, counted", withheldMillion(), `
14:02:11.482 pump-7 Publish-Out WITHHELD AUTHORIZATION_FAILURE
  iot:Receive on topic/a: there is no statement that could allow it
  rules: X-1
  1000000 messages so far, the last at 14:03:11.482`, "one event stands for a million"},

		{"nothing but a note", Event{Time: moment, Operation: Transport, Outcome: Note}, `
14:02:11.482 - Transport NOTE`, "every field is optional"},

		{"an explicit deny, with a Sid", decision(func(d *policy.Decision) {
			d.Explicit = true
			d.Considered = []policy.Consideration{{Document: "p", Sid: "NoState", Effect: "Deny", Actions: []string{"iot:*"},
				Outcome: policy.Matched}}
		}), `
14:02:11.482 pump-7 Publish-In REFUSED AUTHORIZATION_FAILURE
  iot:Publish on topic/pump/7/state: a statement denies it
    p.Statement[0] (NoState) Deny iot:*   matches`, "the design names statements by place; the Sid helps to find it"},

		{"an undefined variable", statement(policy.Consideration{Document: "p", Effect: "Allow", Actions: []string{"iot:Publish"},
			Outcome: policy.VariableUndefined, Variable: "iot:Connection.Thing.ThingName"}), `
14:02:11.482 pump-7 Publish-In REFUSED AUTHORIZATION_FAILURE
  iot:Publish on topic/pump/7/state: no statement allows it
    p.Statement[0] Allow iot:Publish   ` + policy.VariableUndefined.String() + `: ${iot:Connection.Thing.ThingName}`, "the variable is what to look at"},

		{"a NotResource", statement(policy.Consideration{Document: "p", Effect: "Allow", Actions: []string{"iot:Publish"},
			Outcome: policy.ResourceMismatch, Text: "topic/a", Pattern: "not topic/*", Position: -1}), `
14:02:11.482 pump-7 Publish-In REFUSED AUTHORIZATION_FAILURE
  iot:Publish on topic/pump/7/state: no statement allows it
    p.Statement[0] Allow iot:Publish   resource does not match: not topic/*`, "no place breaks it, so there is no picture"},

		{"a failed condition, and many actions", statement(policy.Consideration{Document: "p", Effect: "Allow",
			Actions: []string{"iot:Publish", "iot:Receive", "iot:Subscribe", "iot:Connect"},
			Outcome: policy.ConditionFailed, Condition: "IpAddress aws:SourceIp"}), `
14:02:11.482 pump-7 Publish-In REFUSED AUTHORIZATION_FAILURE
  iot:Publish on topic/pump/7/state: no statement allows it
    p.Statement[0] Allow iot:Publish, iot:Receive, iot:Subscribe, …   ` + policy.ConditionFailed.String() + `: IpAddress aws:SourceIp`, "the condition is what to look at"},

		{"more statements than a screen", decision(func(d *policy.Decision) {
			for i := range 20 {
				d.Considered = append(d.Considered,
					policy.Consideration{Document: "p", Statement: i, Effect: "Allow", Actions: []string{"iot:Connect"}, Outcome: policy.ActionMismatch})
			}
		}), `
14:02:11.482 pump-7 Publish-In REFUSED AUTHORIZATION_FAILURE
  iot:Publish on topic/pump/7/state: no statement allows it
    LambdaPolicy[0].Statement[1] Allow iot:Publish   resource does not match
        topic/pump/7/state
        topic/pump/7/data/*
                     ^
    and 21 more for other actions`, "10 documents of 10 statements stay readable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, want := tt.event.Text(), strings.TrimPrefix(tt.want, "\n"); got != want {
				t.Errorf("Text() =\n%s\nwant\n%s\n(%s)", got, want, tt.source)
			}
		})
	}
}

// The design's example again, with the decision of the real policy engine: what AWS
// hides is told [B-1203, guess].
func TestTextOfARealDecision(t *testing.T) {
	doc, err := policy.Parse("LambdaPolicy[0]", []byte(`{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:us-east-1:000000000000:client/pump-7"},
		{"Effect": "Allow", "Action": "iot:Publish", "Resource": "arn:aws:iot:us-east-1:000000000000:topic/pump/7/data/*"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	p := policy.Compile([]*policy.Document{doc}, policy.Context{Partition: "aws", Region: "us-east-1", Account: "000000000000"})
	d := p.Explain(policy.Publish, "pump/7/state", nil)
	r := New(Options{})
	r.Record(Event{Time: moment, Operation: PublishIn, Outcome: Refused, Client: "pump-7",
		Cause: cause.Cause{Reason: "AUTHORIZATION_FAILURE"}, Decision: &d})
	got, hint, _ := strings.Cut(r.Events(Filter{})[0].Text(), "\n  hint: ")
	want, _, _ := strings.Cut(publishState().Text(), "\n  sent: ")
	if got != want || hint == "" {
		t.Errorf("got\n%s\nhint %q, want\n%s\nand some hint", got, hint, want)
	}
}

func TestVerdict(t *testing.T) {
	tests := []struct {
		decision policy.Decision
		want     string
	}{
		{policy.Decision{Allowed: true}, "allowed"},
		{policy.Decision{Explicit: true}, "a statement denies it"},
		{policy.Decision{Considered: make([]policy.Consideration, 1)}, "no statement allows it"},
		{policy.Decision{}, "there is no statement that could allow it"},
	}
	for _, tt := range tests {
		if got := verdict(&tt.decision); got != tt.want {
			t.Errorf("verdict(%+v) = %q, want %q (B-131)", tt.decision, got, tt.want)
		}
	}
}

// What a client chose can neither begin a line of its own nor end one.
func TestTextCannotBeForged(t *testing.T) {
	forged := "x\n14:02:11.482 admin Connect ALLOWED\r\x1b[2K\u202e\u2028\xff"
	e := publishState()
	e.Decision.Considered[1].Text = forged
	e.Decision.Considered[1].Pattern = forged
	e.Decision.Considered[1].Sid = forged
	e.Decision.Resource = "arn:aws:iot:us-east-1:000000000000:topic/" + forged
	e.Client, e.Detail, e.Saw, e.Hint, e.Reason = forged, forged, forged, forged, forged
	plain := publishState()
	plain.Detail = "x"
	got, want := e.Text(), plain.Text()
	if strings.Count(got, "\n") != strings.Count(want, "\n") {
		t.Errorf("a client id, topic or detail made lines:\n%s", got)
	}
	for _, bad := range []string{"\r", "\x1b", "\u202e", "\u2028", "\xff"} {
		if strings.Contains(got, bad) {
			t.Errorf("%q is not escaped in\n%s", bad, got)
		}
	}
	if !strings.HasPrefix(got, `14:02:11.482 "x\n14:02:11.482 admin Connect ALLOWED`) {
		t.Errorf("the client id is not quoted: %s", got)
	}
}

// The caret stands under the character that broke the match, whatever stands
// before it.
func TestPicture(t *testing.T) {
	long := strings.Repeat("level/", 60)
	tests := []struct {
		name, text, pattern string
		position            int
		under               string // the character above the caret, in the text
	}{
		{"at the start", "topic/a", "client/a", 0, "t"},
		{"at the end, the text is too short", "topic/a", "topic/a/b", 7, ""},
		{"wide runes are one column", "topic/温度/x", "topic/温度/y", 9, "x"},
		{"escapes are as wide as they look", "topic/\n\xff/x", "topic/\n\xff/y", 9, "x"},
		{"a long text", "topic/" + long + "x/" + long, "topic/" + long + "y", len("topic/" + long), "x"},
		{"a position beyond the text", "topic/a", "topic/ab", 99, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			writePicture(&b, policy.Consideration{Text: tt.text, Pattern: tt.pattern, Position: tt.position})
			lines := strings.Split(b.String(), "\n")
			text, caret := []rune(lines[1]), len([]rune(lines[3]))-1
			under := ""
			if caret < len(text) {
				under = string(text[caret])
			}
			if under != tt.under {
				t.Errorf("the caret is under %q, want %q:%s", under, tt.under, b.String())
			}
			if len(text) > 8+before+after {
				t.Errorf("the line has %d columns, want at most %d", len(text), 8+before+after)
			}
		})
	}
}

func ExampleEvent_Text() {
	e := Event{
		Time:      time.Date(2026, 11, 21, 14, 2, 11, 482e6, time.UTC),
		Operation: Connect,
		Outcome:   Refused,
		Client:    "pump 8",
		Cause: cause.Cause{Reason: "AUTHORIZATION_FAILURE",
			Hint: "iot:Connect is for client/pump-8"},
		Saw: "connection closed, no CONNACK (MQTT 3.1.1)",
	}
	fmt.Println(e.Text())
	// Output:
	// 14:02:11.482 "pump 8" Connect REFUSED AUTHORIZATION_FAILURE
	//   sent: connection closed, no CONNACK (MQTT 3.1.1)
	//   hint: iot:Connect is for client/pump-8
}
