package cloudformation

import (
	"fmt"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

const topicRuleType = "AWS::IoT::TopicRule"

func (t *template) addTopicRules() {
	for _, r := range t.TopicRules() {
		r = r.WithoutSecrets(func(s registry.Secret) any {
			name := r.RuleName + " " + strings.Trim(fmt.Sprint(s.At), "[]")
			return t.heldBack(s, topicRuleType, name, "topic rule "+r.RuleName)
		})
		actions := []any{}
		for _, a := range r.Actions {
			if action := t.ruleAction(r.RuleName, a); action != nil {
				actions = append(actions, action)
			}
		}
		payload := map[string]any{"Sql": r.SQL, "AwsIotSqlVersion": r.AwsIotSqlVersion, "Actions": actions,
			"RuleDisabled": r.RuleDisabled}
		if r.Description != "" {
			payload["Description"] = r.Description
		}
		if action := t.ruleAction(r.RuleName, r.ErrorAction); action != nil {
			payload["ErrorAction"] = action
		}
		t.add(topicRuleType, r.RuleName, map[string]any{"RuleName": r.RuleName, "TopicRulePayload": payload,
			"Tags": t.tagsWithValues(topicRuleType, r.RuleName, r.RuleArn)})
	}
}

// ruleAction is an action under CloudFormation's names: those of the API, with a capital.
// Nil if there is none, or none that CloudFormation knows.
func (t *template) ruleAction(rule string, a registry.RuleAction) any {
	switch a.Name() {
	case "":
		return nil
	case "salesforce":
		t.note("action salesforce of %s %s, which CloudFormation does not know", topicRuleType, rule)
		return nil
	}
	return map[string]any{capital(a.Name()): t.capitals("", a.Members())}
}

// capitals are members under names with a capital, but for the properties of a Kafka
// client, whose names are Kafka's own.
func (t *template) capitals(of string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		if _, ok := v["Fn::Sub"]; ok { // in place of a secret
			return v
		}
		out := map[string]any{}
		for name, inner := range v {
			if of == "clientProperties" {
				out[name] = t.here(inner)
			} else {
				out[capital(name)] = t.capitals(name, inner)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = t.capitals(of, inner)
		}
		return out
	case string:
		if of == "roleArn" {
			return t.role(v)
		}
		return t.hereText(v)
	}
	return v
}

func capital(name string) string { return strings.ToUpper(name[:1]) + name[1:] }
