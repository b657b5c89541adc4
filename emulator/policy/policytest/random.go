package policytest

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
)

// Place is where the resources of documents are: "arn:aws:iot:us-east-1:000000000000:".
type Place string

// Documents returns up to three documents. Their variables are iot:ClientId and
// iot:Connection.Thing.ThingName, and a misspelt one.
func (at Place) Documents(rnd *rand.Rand) (texts []string) {
	for range rnd.IntN(4) {
		var statements []string
		for range 1 + rnd.IntN(3) {
			statements = append(statements, at.Statement(rnd))
		}
		text := `"Statement": [` + strings.Join(statements, ", ") + `]}`
		if len(statements) == 1 && rnd.IntN(2) == 0 {
			text = `"Statement": ` + statements[0] + `}`
		}
		if rnd.IntN(4) > 0 {
			text = `"Version": "2012-10-17", ` + text
		}
		texts = append(texts, "{"+text)
	}
	return texts
}

// Statement returns one statement.
func (at Place) Statement(rnd *rand.Rand) string {
	s := map[string]any{"Effect": "Allow"}
	action, resource := "Action", "Resource"
	switch rnd.IntN(12) {
	case 0:
		s["Effect"] = "Deny"
	case 1:
		resource = "NotResource"
	case 2:
		action = "NotAction"
	case 3:
		s["Condition"] = map[string]any{"StringEquals": map[string]any{"iot:ClientId": Pick(rnd, "pump-7",
			"pump-8")}}
	}
	var actions, resources []string
	for range 1 + rnd.IntN(2) {
		actions = append(actions, Pick(rnd, "iot:Connect", "iot:Publish", "iot:Publish", "iot:Receive",
			"iot:Subscribe",
			"iot:RetainPublish", "iot:GetRetainedMessage", "iot:*", "iot:Pub*", "iot:ListRetainedMessages"))
	}
	for range 1 + rnd.IntN(3) {
		resources = append(resources, at.resource(rnd))
	}
	s[action], s[resource] = shape(rnd, actions), shape(rnd, resources)
	text, _ := json.Marshal(s) // of texts
	return string(text)
}

// shape is a list, or its only member.
func shape(rnd *rand.Rand, list []string) any {
	if len(list) == 1 && rnd.IntN(2) == 0 {
		return list[0]
	}
	return list
}

func (at Place) resource(rnd *rand.Rand) string {
	name := Name(rnd)
	for _, swap := range [][2]string{{"pump-7", "${iot:ClientId}"}, {"t", "${iot:Connection.Thing.ThingName}"},
		{"b", "*"},
		{"+", "#"}, {"a", "${iot:clientid}"}} {
		if rnd.IntN(3) == 0 && !strings.Contains(name, "$") {
			name = strings.Replace(name, swap[0], swap[1], 1)
		}
	}
	place := Pick(rnd, string(at), string(at), "arn:aws:iot:*:*:", "arn:aws:iot:eu-west-1:*:")
	return place + Pick(rnd, "topic/", "topic/", "topicfilter/", "client/", "") + name
}

// Name returns a topic, a filter or a client id, which may be empty or not valid.
func Name(rnd *rand.Rand) string {
	levels := make([]string, 1+rnd.IntN(3))
	for i := range levels {
		levels[i] = Pick(rnd, "a", "b", "A", "pump-7", "t", "+", "", "$x", "c*", "?")
	}
	return strings.Join(levels, "/")
}

// Pick returns one of several.
func Pick[T any](rnd *rand.Rand, from ...T) T { return from[rnd.IntN(len(from))] }
