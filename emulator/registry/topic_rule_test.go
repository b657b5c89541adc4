package registry

import (
	"fmt"
	"strings"
	"testing"
)

func TestCreateTopicRule(t *testing.T) {
	const role = "arn:aws:iam::000000000000:role/r"
	republish := RuleAction{"republish": {"topic": "c", "roleArn": role}}
	tests := []struct {
		name   string
		rule   TopicRule
		part   string // of the error; "" means none
		source string
	}{
		{"least", TopicRule{SQL: "SELECT * FROM 'a'"}, "", "R-2"},
		{"no name", TopicRule{RuleName: "-", SQL: "SELECT 1"}, "ruleName has '-' at character 1", "R-1"},
		{"hyphen", TopicRule{RuleName: "a-b", SQL: "SELECT 1"}, `"a-b": ruleName has '-' at character 2, want 1 to 128 letters, digits or _`, "R-1"},
		{"version", TopicRule{SQL: "SELECT 1", AwsIotSqlVersion: "2016-03-24"},
			`awsIotSqlVersion is "2016-03-24", want 2015-10-08 or 2016-03-23 or beta`, "R-3"},
		{"ten actions", TopicRule{SQL: "SELECT 1", Actions: []RuleAction{republish, republish, republish, republish, republish,
			republish, republish, republish, republish, republish}}, "", "R-2"},
		{"eleven", TopicRule{SQL: "SELECT 1", Actions: []RuleAction{republish, republish, republish, republish, republish,
			republish, republish, republish, republish, republish, republish}}, "actions are 11, want at most 10", "R-2"},
		{"two in one", TopicRule{SQL: "SELECT 1", Actions: []RuleAction{{"lambda": {"functionArn": "f"}, "sqs": {}}}},
			"actions[0] has 2 members (lambda, sqs), want one", "R-8"},
		{"none in one", TopicRule{SQL: "SELECT 1", Actions: []RuleAction{{}}}, "actions[0] has no action that AWS has, want one, as cloudwatchAlarm, ", "R-8"},
		{"slip", TopicRule{SQL: "SELECT 1", Actions: []RuleAction{{"republsh": {"topic": "c"}}}},
			`actions[0] has "republsh", want republish`, "R-8"},
		{"unknown", TopicRule{SQL: "SELECT 1", Actions: []RuleAction{{"mail": {}}}}, `has "mail", want one of cloudwatchAlarm, `, "R-115"},
		{"no role", TopicRule{SQL: "SELECT 1", Actions: []RuleAction{republish, {"republish": {"topic": "c"}}}},
			"actions[1].republish has no roleArn, which it needs", "R-8"},
		{"member's slip", TopicRule{SQL: "SELECT 1", ErrorAction: RuleAction{"s3": {"roleArn": role, "bucketName": "b", "key": "k",
			"acl": "private"}}},
			`errorAction.s3 has "acl", want`, "R-8"},
		{"another type", TopicRule{SQL: "SELECT 1", Actions: []RuleAction{{"republish": {"topic": "c", "roleArn": role, "qos": "1"}}}},
			"actions[0].republish.qos is of another type, want an integer", "R-117"},
		{"choice", TopicRule{SQL: "SELECT 1", Actions: []RuleAction{{"sns": {"targetArn": "t", "roleArn": role, "messageFormat": "raw"}}}},
			`actions[0].sns.messageFormat is "raw", want RAW or JSON`, "R-120"},
		{"too large", TopicRule{SQL: "SELECT 1", Description: strings.Repeat("d", 256<<10)}, "bytes as JSON, want at most 262144", "R-10"},
		{"no SQL", TopicRule{SQL: ""}, "sql", "R-2"},
		{"no statement", TopicRule{SQL: "SELEC * FROM 'a'"}, "sql cannot be parsed", "R-7"},
		{"taken", TopicRule{RuleName: "first", SQL: "SELECT 1"}, "exists already", "R-4"},
	}
	for _, tt := range tests {
		r := newRegistry(t, Options{})
		must(r.CreateTopicRule(TopicRule{RuleName: "first", SQL: "SELECT 1"}))(t)
		tt.rule.RuleName = orElse(tt.rule.RuleName, "r")
		got, err := r.CreateTopicRule(tt.rule)
		if (err == nil) != (tt.part == "") || err != nil && !strings.Contains(err.Error(), tt.part) {
			t.Errorf("%s: got error %v, want %q (%s)", tt.name, err, tt.part, tt.source)
		}
		if err == nil && (got.AwsIotSqlVersion != "2015-10-08" || got.RuleArn != "arn:aws:iot:us-east-1:000000000000:rule/r") {
			t.Errorf("%s: got %+v, want version 2015-10-08 and its ARN (R-1, R-3)", tt.name, got)
		}
	}
}

func TestChangeTopicRule(t *testing.T) {
	r := newRegistry(t, Options{})
	first := must(r.CreateTopicRule(TopicRule{RuleName: "r", SQL: "SELECT 1", Description: "d"}))(t)
	got := must(r.ReplaceTopicRule(TopicRule{RuleName: "r", SQL: "SELECT * FROM 'a/#'", AwsIotSqlVersion: "2016-03-23"}))(t)
	if got.Description != "" || got.CreatedAt != first.CreatedAt || got.RuleArn != first.RuleArn || got.TopicPattern() != "a/#" {
		t.Errorf("got %+v, want the content replaced as a whole, name, ARN and age kept (R-4)", got)
	}
	_, err := r.ReplaceTopicRule(TopicRule{RuleName: "r", SQL: "SELECT"})
	expect(t, "no statement", err, SQLParse, "sql cannot be parsed", "R-7")
	if got, _ := r.TopicRule("r"); got.TopicPattern() != "a/#" {
		t.Errorf("got %+v, want the rule as it was (R-7)", got)
	}
	for _, disabled := range []bool{true, true, false} {
		change := r.EnableTopicRule
		if disabled {
			change = r.DisableTopicRule
		}
		expect(t, "switch", change("r"), "", "", "R-4")
		if got, _ := r.TopicRule("r"); got.RuleDisabled != disabled {
			t.Errorf("got disabled %v, want %v (R-4)", got.RuleDisabled, disabled)
		}
	}
	_, err = r.ReplaceTopicRule(TopicRule{RuleName: "x", SQL: "SELECT 1"})
	expect(t, "unknown", err, NotFound, "", "R-5")
	expect(t, "unknown", r.DisableTopicRule("x"), NotFound, "", "R-5")
	expect(t, "unknown", r.DeleteTopicRule("x"), "", "", "R-4")
	expect(t, "delete", r.DeleteTopicRule("r"), "", "", "R-4")
	for i := range 1000 {
		must(r.CreateTopicRule(TopicRule{RuleName: fmt.Sprint("n", i), SQL: "SELECT 1"}))(t)
	}
	_, err = r.CreateTopicRule(TopicRule{RuleName: "z", SQL: "SELECT 1"})
	expect(t, "1001st", err, LimitExceeded, "there are 1000, want at most 1000", "R-10, guess")
}

// Who asks again learns only of what has changed, the oldest rule first.
func TestTopicRulesByAge(t *testing.T) {
	r := newRegistry(t, Options{})
	rule := func(name string) TopicRule { return TopicRule{RuleName: name, SQL: "SELECT 1"} }
	var known Revision
	for _, tt := range []struct {
		what   string
		change func() error
		want   string // names in order; "-": as before
	}{
		{"nothing", func() error { return nil }, "-"},
		{"create", func() error { _, err := r.CreateTopicRule(rule("b")); return err }, "b"},
		{"create another", func() error { _, err := r.CreateTopicRule(rule("a")); return err }, "b a"},
		{"a thing", func() error { _, err := r.CreateThing(Thing{ThingName: "t"}); return err }, "-"},
		{"replace", func() error { _, err := r.ReplaceTopicRule(rule("b")); return err }, "b a"},
		{"disable", func() error { return r.DisableTopicRule("a") }, "b a"},
		{"delete", func() error { return r.DeleteTopicRule("b") }, "a"},
		{"delete again", func() error { return r.DeleteTopicRule("b") }, "-"},
		{"reload", func() error { return r.Replace(func(live State) State { return live }) }, "a"},
	} {
		expect(t, tt.what, tt.change(), "", "", "R-4")
		rules, now := r.TopicRulesByAge(known)
		var names []string
		for _, rule := range rules {
			names = append(names, rule.RuleName)
		}
		if got := strings.Join(names, " "); (now == known) != (tt.want == "-") || now != known && got != tt.want {
			t.Errorf("%s: got %q, changed %v, want %q (R-22)", tt.what, got, now != known, tt.want)
		}
		known = now
	}
}
