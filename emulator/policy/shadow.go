package policy

import (
	"fmt"
	"strings"
)

// A frequent mistake: iot:UpdateThingShadow and its like are for HTTPS, over MQTT a device
// needs iot:Publish, iot:Subscribe and iot:Receive on the topics of its shadow [S-8, B-126].

// shadowed is the hint for what is refused on a topic of a shadow while a statement allows
// the action of HTTPS on that shadow.
func (q request) shadowed(all []bound) (Hint, bool) {
	thing, wanted := q.shadow()
	for _, a := range wanted {
		over := q
		over.action, over.arn = a, strings.TrimSuffix(q.arn, lastField(q.arn))+"thing/"+thing
		for i := range all {
			var missing []string
			c := over.consider(&all[i], a.lower(), &missing)
			// what is wrong with a statement about the action itself is more to the point
			if c.Effect != "Allow" || c.Outcome != Matched || all[i].names(q.action.lower()) {
				continue
			}
			return Hint{fmt.Sprintf("%s allows %s, which counts over HTTPS alone: over MQTT let it have %s on %s%s",
				c.place(), a, q.action, lastField(q.arn), q.rest()), []string{"S-8", "B-126"}}, true
		}
	}
	return Hint{}, false
}

// rest is what else a device needs that asks for one of them.
func (q request) rest() string {
	if q.action == Publish {
		return ", and iot:Subscribe and iot:Receive on what is answered below it"
	}
	return ""
}

// shadow reads which shadow a topic or filter is of, "thing" or "thing/shadow", and which
// actions of HTTPS do what its requests do; none for any other topic.
func (q request) shadow() (thing string, actions []Action) {
	switch q.action {
	case Publish, Subscribe, Receive:
	default:
		return "", nil
	}
	levels := strings.Split(lastField(q.arn), "/") // topic, $aws, things, …, shadow, …
	if len(levels) < 6 || levels[1] != "$aws" || levels[2] != "things" || levels[4] != "shadow" {
		return "", nil
	}
	thing, rest := levels[3], levels[5:]
	if len(rest) > 2 && rest[0] == "name" {
		thing, rest = thing+"/"+rest[1], rest[2:]
	}
	switch rest[0] {
	case "get":
		return thing, []Action{GetThingShadow}
	case "update":
		return thing, []Action{UpdateThingShadow}
	case "delete":
		return thing, []Action{DeleteThingShadow}
	case "+", "#":
		return thing, []Action{UpdateThingShadow, GetThingShadow, DeleteThingShadow}
	}
	return "", nil
}
