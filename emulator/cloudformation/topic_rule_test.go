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
