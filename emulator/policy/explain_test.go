package policy

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// caret draws a consideration as the trace does.
func caret(c Consideration) string {
	if c.Position < 0 {
		return c.Text + "|" + c.Pattern
	}
	return c.Text + "|" + c.Pattern + "|" + strings.Repeat(" ", c.Position) + "^"
}

func TestExplainNearestPattern(t *testing.T) {
	tests := []struct {
		name      string
		statement string
		action    Action
		resource  string
		outcome   Outcome
		want      string
		variable  string
	}{
		{"design.md, example 4", statementOf("Allow", "iot:Publish", "topic/pump/7/data/*"), Publish, "pump/7/state", ResourceMismatch,
			"topic/pump/7/state|topic/pump/7/data/*|             ^", ""},
		{"other action", statementOf("Allow", "iot:Connect", "*"), Publish, "a", ActionMismatch, "|", ""},
		{"match", statementOf("Allow", "iot:Publish", "topic/x", "topic/pump/*"), Publish, "pump/7", Matched, "topic/pump/7|topic/pump/*", ""},
		{"lone star", statementOf("Allow", "iot:Publish", "*"), Publish, "a", Matched, "arn:aws:iot:us-east-1:123456789012:topic/a|*", ""},
		{"nearest of several", statementOf("Allow", "iot:Publish", "topic/x", "topic/pump/8", "topic/y"), Publish, "pump/7", ResourceMismatch,
			"topic/pump/7|topic/pump/8|           ^", ""},
		{"region", statementOf("Allow", "iot:Publish", "arn:aws:iot:us-west-1:123456789012:topic/a"), Publish, "a", ResourceMismatch,
			"arn:aws:iot:us-east-1:123456789012:topic/a|arn:aws:iot:us-west-1:123456789012:topic/a|               ^", ""},
		{"too short", statementOf("Allow", "iot:Publish", "topic/a/?"), Publish, "a/", ResourceMismatch, "topic/a/|topic/a/?|        ^", ""},
		{"characters, not bytes", statementOf("Allow", "iot:Publish", "topic/ああa"), Publish, "ああb", ResourceMismatch,
			"topic/ああb|topic/ああa|        ^", ""},
		{"variables are replaced", statementOf("Allow", "iot:Publish", "topic/${iot:ClientId}/a"), Publish, "pump-7/b", ResourceMismatch,
			"topic/pump-7/b|topic/pump-7/a|             ^", ""},
		{"undefined variable", statementOf("Allow", "iot:Publish", "topic/x", "topic/${nobody}/a"), Publish, "b/a", VariableUndefined,
			"topic/b/a|topic/${nobody}/a", "nobody"},
		{"undefined variable is not the reason", statementOf("Allow", "iot:Publish", "topic/${nobody}/a"), Publish, "b/c", ResourceMismatch,
			"topic/b/c|topic/${nobody}/a|        ^", "nobody"},
		{"excluded", `{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:iot:*:*:topic/a*"}`, Publish, "ab", ResourceMismatch,
			"topic/ab|not topic/a*", ""},
		{"not excluded", `{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:iot:*:*:topic/a*"}`, Publish, "b", Matched,
			"topic/b|not topic/a*", ""},
		{"star has no ARN", statementOf("Allow", "iot:*", "topic/a"), ListRetainedMessages, "", ResourceMismatch,
			"*|arn:aws:iot:us-east-1:123456789012:topic/a|^", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := compile(t, testContext(Values{"iot:ClientId": {"pump-7"}}), tt.statement)
			c := p.Explain(tt.action, tt.resource, nil).Considered[0]
			if got := caret(c); got != tt.want || c.Outcome != tt.outcome || c.Variable != tt.variable {
				t.Errorf("got\n%s, %v, variable %q, want\n%s, %v, variable %q", got, c.Outcome, c.Variable, tt.want, tt.outcome, tt.variable)
			}
		})
	}
}

func TestExplainReadsEverything(t *testing.T) {
	p := compile(t, testContext(nil),
		statementOf("Deny", "iot:Publish", "*"),
		statementOf("Allow", "iot:*", "topic/${x}", "*")+
			`, {"Sid": "cond", "Effect": "Allow", "Action": "iot:*", "Resource": "*", "Condition": {"StringEquals": {"iot:ClientId": ["a", "${y}"]}}}`,
		`{"Effect": "Allow", "NotAction": ["iot:Publish"], "Resource": "arn:aws:iot:*:*:topic/${z}"}`)
	d := p.Explain(Publish, "a", Values{"iot:ClientId": {"b"}})
	var got []string
	for _, c := range d.Considered {
		got = append(got, strings.Join([]string{c.place(), c.Sid, c.Effect, strings.Join(c.Actions, ","), c.Outcome.String(), c.Condition,
			c.Variable}, ";"))
	}
	want := []string{
		"P[0].Statement[0];;Deny;iot:Publish;matches;;",
		"P[1].Statement[0];;Allow;iot:*;matches;;",
		`P[1].Statement[1];cond;Allow;iot:*;variable is undefined;StringEquals iot:ClientId is "b", want "a" or "${y}";y`,
		"P[2].Statement[0];;Allow;not iot:Publish;action does not match;;",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if d.Allowed || !d.Explicit || !slices.Equal(d.Missing, []string{"x", "y"}) {
		t.Errorf("got allowed %v, explicit %v, missing %q, want an explicit deny, x and y", d.Allowed, d.Explicit, d.Missing)
	}
}

func TestExplainConditions(t *testing.T) {
	tests := []struct{ condition, want string }{
		{`{"StringEquals": {"iot:ClientId": "a"}}`, `StringEquals iot:ClientId is "pump-7", want "a"`},
		{`{"StringNotLike": {"iot:ClientId": "pump-*"}}`, `StringNotLike iot:ClientId is "pump-7", want anything but "pump-*"`},
		{`{"StringNotLike": {"iot:ClientId": ["x", "pump-*"]}}`, `StringNotLike iot:ClientId is "pump-7", want none of "x", "pump-*"`},
		{`{"Bool": {"iot:Connection.Thing.IsAttached": "true"}}`, `Bool iot:Connection.Thing.IsAttached is absent, want "true"`},
		{`{"Null": {"iot:ClientId": "true"}}`, `Null iot:ClientId is "pump-7", want "true"`},
		{`{"ForAnyValue:StringEquals": {"iot:ClientId": []}}`, `ForAnyValue:StringEquals iot:ClientId is "pump-7", want no value`},
	}
	for _, tt := range tests {
		p := compile(t, testContext(Values{"iot:ClientId": {"pump-7"}}), `{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": `+
			tt.condition+`}`)
		c := p.Explain(Publish, "a", nil).Considered[0]
		if c.Outcome != ConditionFailed || c.Condition != tt.want {
			t.Errorf("got %v: %s, want %s", c.Outcome, c.Condition, tt.want)
		}
	}
}

func TestExplainARN(t *testing.T) {
	p := compile(t, testContext(nil), statementOf("Allow", "iot:Publish", "arn:aws:iot:eu-west-1:*:topic/a/*"))
	tests := []struct {
		arn, name string
		want      bool
	}{
		{"arn:aws:iot:eu-west-1:9:topic/a/b", "a/b", true},
		{"arn:aws:iot:us-east-1:9:topic/a/b", "a/b", false},
		{"*", "", false},
		{"topic/a/b", "a/b", false},
		{"", "", false},
		{"arn:aws:iot:eu-west-1:9", "", false},
	}
	for _, tt := range tests {
		d := p.ExplainARN(Publish, tt.arn, nil)
		if d.Allowed != tt.want || d.Name != tt.name || d.Resource != tt.arn {
			t.Errorf("%q: got %v, name %q, want %v, name %q", tt.arn, d.Allowed, d.Name, tt.want, tt.name)
		}
	}
	if all := compile(t, testContext(nil), statementOf("Allow", "*", "*")); !all.ExplainARN(ListRetainedMessages, "*", nil).Allowed {
		t.Error("* on * was refused (B-112)")
	}
}

func TestDecisionString(t *testing.T) {
	p := compile(t, testContext(nil), statementOf("Allow", "iot:Publish", "topic/a:b"), statementOf("Deny", "iot:Publish", "topic/c"))
	for name, want := range map[string]string{
		"a:b": "ALLOW iot:Publish topic/a:b", "b": "DENY (implicit) iot:Publish topic/b", "c": "DENY (explicit) iot:Publish topic/c",
	} {
		if got := p.Explain(Publish, name, nil).String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := p.Explain("iot:listretainedmessages", "", nil).String(); got != "DENY (implicit) iot:ListRetainedMessages *" {
		t.Errorf("got %s", got)
	}
}

func TestDecisionJSON(t *testing.T) {
	p := compile(t, testContext(nil), statementOf("Allow", "iot:Publish", "topic/a"))
	for name, want := range map[string]string{
		"a": `{"action":"iot:Publish","resource":"arn:aws:iot:us-east-1:123456789012:topic/a","name":"a","allowed":true,"explicit":false,` +
			`"considered":[{"document":"P[0]","statement":0,"effect":"Allow","actions":["iot:Publish"],"outcome":"matches","pattern":"topic/a","text":"topic/a","position":-1}]}`,
		"b": `{"action":"iot:Publish","resource":"arn:aws:iot:us-east-1:123456789012:topic/b","name":"b","allowed":false,"explicit":false,` +
			`"considered":[{"document":"P[0]","statement":0,"effect":"Allow","actions":["iot:Publish"],"outcome":"resource does not match","pattern":"topic/a","text":"topic/b","position":6}],` +
			`"hint":{"text":"P[0].Statement[0] allows iot:Publish on topic/a, the device publishes to topic/b","rules":["D-11"]}}`,
	} {
		got, err := json.Marshal(p.Explain(Publish, name, nil))
		if err != nil || string(got) != want {
			t.Errorf("got  %s, %v\nwant %s", got, err, want)
		}
	}
}

func TestOutcomeText(t *testing.T) {
	for o := ActionMismatch; o <= Matched; o++ {
		var got Outcome
		if err := got.UnmarshalText([]byte(o.String())); err != nil || got != o {
			t.Errorf("%v: got %v, %v", o, got, err)
		}
	}
	if new(Outcome).UnmarshalText([]byte("x")) == nil || Outcome(9).String() != "Outcome(9)" {
		t.Error("an unknown outcome was accepted")
	}
}
