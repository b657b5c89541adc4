package stack

import (
	"fmt"
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// event is an event of a function as resources: an iot one is a rule that invokes it, and may.
func (s *serverless) event(function string, of tree.Member, i int, v *tree.Value) []tree.Member {
	iot := v.Get("iot")
	if iot == nil {
		s.otherEvent(of.Name, v)
		return nil
	}
	m := tree.Member{Name: of.Name, At: v.At}
	if !s.unread(iot, "functions."+tree.Clip(of.Name)+".events.iot", iotKeys) {
		return nil
	}
	object := func(members ...tree.Member) *tree.Value {
		return &tree.Value{Kind: tree.Object, At: v.At, Members: members}
	}
	member := func(name string, v *tree.Value) tree.Member { return tree.Member{Name: name, At: m.At, Value: v} }
	arn := object(member("Fn::GetAtt", text(m, function+".Arn")))
	actions := &tree.Value{Kind: tree.Array, At: v.At,
		Items: []*tree.Value{object(member("Lambda", object(member("FunctionArn", arn))))}}
	payload := object(member("Actions", actions))
	for _, k := range [][2]string{{"sql", "Sql"}, {"sqlVersion", "AwsIotSqlVersion"},
		{"description", "Description"}} {
		if of := iot.Get(k[0]); of != nil {
			payload.Members = append(payload.Members, member(k[1], of))
		}
	}
	if enabled := iot.Get("enabled"); enabled != nil && enabled.Kind == tree.Opaque {
		payload.Members = append(payload.Members, member("RuleDisabled", enabled)) // which is told
	} else if enabled != nil && strings.EqualFold(enabled.Text, "false") {
		payload.Members = append(payload.Members, member("RuleDisabled", text(m, "true")))
	}
	id := fmt.Sprintf("%sIotTopicRule%d", logicalID(of.Name), i+1)
	properties := object(member("TopicRulePayload", payload))
	if name := iot.Get("name"); name != nil {
		properties.Members = append(properties.Members, member("RuleName", name))
	}
	return []tree.Member{resourceOf(id, "AWS::IoT::TopicRule", m, properties),
		resourceOf(id+"Permission", "AWS::Lambda::Permission", m, object(
			member("FunctionName", arn), member("Action", text(m, "lambda:InvokeFunction")),
			member("Principal", text(m, "iot.amazonaws.com")),
			member("SourceArn", object(member("Fn::GetAtt", text(m, id+".Arn"))))))}
}

// otherEvent says that an event is not taken.
func (s *serverless) otherEvent(function string, v *tree.Value) {
	if v.Kind == tree.Opaque {
		s.lost(v, "functions."+tree.Clip(function)+".events")
		return
	}
	name := "an event"
	if len(v.Members) > 0 {
		name = tree.Clip(v.Members[0].Name)
	}
	s.t.out.lost(v.At, "function %s: %s: such an event has no part in AWS IoT; left out", tree.Clip(function), name)
}
