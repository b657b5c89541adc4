package cloudformation

import (
	"strings"
	"testing"

	"github.com/suback/suback/emulator/registry"
)

// TestTemplateHeaders: a rule's key is a parameter of the template, which AWS asks for and shows nobody.
func TestTemplateHeaders(t *testing.T) {
	r := done(registry.New(registry.Options{}))(t)
	header := func(key, value string) any { return map[string]any{"key": key, "value": value} }
	rule := registry.TopicRule{RuleName: "alarms", SQL: "SELECT * FROM 'a'", Actions: []registry.RuleAction{{"http": {
		"url": "http://localhost:9000/x", "headers": []any{header("X-Api-Key", "s3cr3t"), header("X-Api-Key", "s3cr3t2")}}}}}
	done(r.CreateTopicRule(rule))(t)
	text := written(t, r)
	for _, want := range []string{
		"TopicRuleAlarmsActions0HttpHeaders0Value:\n    Type: String\n    Description: header X-Api-Key of topic rule alarms\n" +
			"    NoEcho: true\n", "Ref: TopicRuleAlarmsActions0HttpHeaders0Value\n", "Ref: TopicRuleAlarmsActions0HttpHeaders1Value\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("got\n%s\nwant %q in it", text, want)
		}
	}
	if strings.Contains(text, "s3cr3t") {
		t.Errorf("got\n%s\nwant no key in it", text)
	}
}

// TestTemplateURLs: so is a query, in what stands around it.
func TestTemplateURLs(t *testing.T) {
	r := done(registry.New(registry.Options{}))(t)
	const url, confirmed = "http://localhost:9000/${topic()}?token=s3cr3t", "http://localhost:9000/"
	rule := registry.TopicRule{RuleName: "alarms", SQL: "SELECT * FROM 'a'", Actions: []registry.RuleAction{{"http": {"url": url,
		"confirmationUrl": confirmed}}}}
	done(r.CreateTopicRule(rule))(t)
	for _, token := range []string{"s3cr3t", "s3cr3t2"} {
		done(r.CreateTopicRuleDestination(registry.TopicRuleDestination{
			HttpUrlProperties: &registry.HTTPDestination{ConfirmationURL: "http://localhost:9000/y?" + token}}))(t)
	}
	text := written(t, r)
	for _, want := range []string{"TopicRuleAlarmsActions0HttpUrl:\n    Type: String\n    Description: url's query of topic rule alarms\n" +
		"    NoEcho: true\n", "Fn::Sub: http://localhost:9000/${!topic()}?${TopicRuleAlarmsActions0HttpUrl}\n",
		"Description: query of topic rule destination http://localhost:9000/y?(not shown)\n    NoEcho: true\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("got\n%s\nwant %q in it", text, want)
		}
	}
	if n := strings.Count(text, "Type: AWS::IoT::TopicRuleDestination"); strings.Contains(text, "s3cr3t") || n != 2 {
		t.Errorf("got\n%s\nwant no key in it, and the two destinations", text)
	}
}
