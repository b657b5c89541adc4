package stack

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/tree"
)

// Topic rules, and their destinations
//
//   - an action whose members are not all known is left out, the others stay
//   - members have the types that the API wants, where a template may have a text

func topicRuleKind() kind {
	return kind{attribute: byName("RuleName", "iot", "rule/", "Arn"), take: func(r *resource) {
		name, ok := r.called("RuleName")
		payload := r.property("TopicRulePayload")
		if !ok {
			return
		}
		if payload == nil || payload.Kind != tree.Object {
			r.leave("it has no TopicRulePayload")
			return
		}
		if o := opaqueIn(payload.Get("Sql")); o != nil {
			r.leave("TopicRulePayload.Sql: %s", o.Text)
			return
		}
		e := r.add("topicRules", name)
		e.set("ruleName", textNode(name))
		r.payload(e, payload)
		r.tag("rule/" + name)
	}}
}

// payload takes a TopicRulePayload.
func (r *resource) payload(e *entry, payload *tree.Value) {
	const at = "TopicRulePayload"
	r.insideOf(e, payload, at, "Description AwsIotSqlVersion Sql RuleDisabled:bool", "Actions", "ErrorAction")
	actions := &yaml.Node{Kind: yaml.SequenceNode}
	for i, item := range payload.Get("Actions").List() {
		if n := r.action(item, fmt.Sprintf("%s.Actions[%d]", at, i)); n != nil {
			actions.Content = append(actions.Content, n)
		}
	}
	if len(actions.Content) > 0 {
		e.set("actions", actions)
	}
	if v := payload.Get("ErrorAction"); v != nil {
		if n := r.action(v, at+".ErrorAction"); n != nil {
			e.set("errorAction", n)
		}
	}
}

// insideOf puts members of an object into the entry itself, but for those that are taken
// otherwise.
func (r *resource) insideOf(e *entry, v *tree.Value, path, spec string, but ...string) {
	rest := *v
	isOther := func(m tree.Member) bool { return slices.Contains(but, m.Name) }
	rest.Members = slices.DeleteFunc(slices.Clone(v.Members), isOther)
	n := r.members(&rest, path, spec)
	for i := 0; n != nil && i+1 < len(n.Content); i += 2 {
		e.set(n.Content[i].Value, n.Content[i+1])
	}
}

// action is an action under the API's names; nil if it is none that is known, which is told.
func (r *resource) action(v *tree.Value, path string) *yaml.Node {
	if o := opaqueIn(v); o != nil {
		r.drop(v.At, path, "%s", o.Text)
		return nil
	}
	if v.Kind != tree.Object || len(v.Members) != 1 || v.Members[0].Value.Kind != tree.Object {
		r.drop(v.At, path, "want an object with one action")
		return nil
	}
	name, members := lower(v.Members[0].Name), v.Members[0].Value
	types := typesOf(name)
	out := mapping()
	for _, m := range members.Members {
		form := "names"
		switch types[lower(m.Name)] {
		case "boolean":
			form = "bool"
		case "integer":
			form = "int"
		case "text":
			form = "text"
		}
		if m.Name == "ClientProperties" {
			form = "map" // names of Kafka's
		}
		if n := r.node(m.Value, path+"."+v.Members[0].Name+"."+tree.Clip(m.Name), form); n != nil {
			put(out, lower(m.Name), n)
		}
	}
	action := mapping()
	put(action, name, out)
	return action
}

// typesOf are the types of an action's members; text of those that are texts.
func typesOf(action string) map[string]string {
	types := map[string]string{}
	for _, m := range registry.RuleActionMembers()[action] {
		name, of, _ := strings.Cut(m, ":")
		if of == "" || strings.Contains(of, "|") {
			of = "text"
		}
		types[strings.TrimSuffix(name, "!")] = of
	}
	return types
}

func topicRuleDestinationKind() kind {
	const list = "topicRuleDestinations"
	return kind{take: func(r *resource) {
		e := r.add(list, "")
		r.fill(e, "Status")
		for _, p := range [][2]string{
			{"HttpUrlProperties", "ConfirmationUrl"},
			{"VpcProperties", "VpcId SubnetIds:list SecurityGroups:list RoleArn"},
		} {
			property, spec := p[0], p[1]
			v := r.property(property)
			if o := opaqueIn(v); o != nil {
				r.leave("%s: %s", property, o.Text)
				r.t.out.remove(list, e)
				return
			}
			if n := r.members(v, property, spec); n != nil {
				e.set(lower(property), n)
			}
		}
	}}
}
