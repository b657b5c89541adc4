package rules

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/topic"
	"github.com/suback/suback/hooks"
)

// republish
//
//   - the message is a new one: not retained, with a trace id of its own; other rules see
//     it
//   - $$ at the beginning of the topic is the $ of a reserved one, as is a $ that ${…} gives;
//     topics of jobs are not supported
//   - a topic below an answer of a shadow is the rule's own
//   - QoS is 0 where none is given; headers are MQTT 5's properties
//   - the role needs iot:Publish

func (x *run) republish(v values) (done, error) {
	name, err := republishTopic(v.text("topic"))
	d := done{resource: name, log: map[string]string{"RepublishTopic": name}}
	if err != nil {
		return d, err
	}
	m := &session.Message{Topic: name, Payload: x.result.Payload}
	if qos, _ := v["qos"].(float64); qos == 1 {
		m.QoS = 1
	}
	headers, _ := v["headers"].(map[string]any)
	if err := setHeaders(m, headers); err != nil {
		return d, err
	}
	if err := x.mayPublish(v.text("roleArn"), name); err != nil {
		return d, err
	}
	err = x.Publish(m, hooks.Origin{Kind: hooks.FromRule, By: x.rule.RuleName, Depth: x.from.Depth + 1})
	if err != nil {
		return d, refuse(x.unpublishedHint(name, err), "R-117", "the message is not published: %v", err)
	}
	d.answer = "message " + m.TraceID(uuid.NewString)
	return d, nil
}

// hasLoneDollar tells a topic that is written with one $, which neither $$ nor ${…} is.
func hasLoneDollar(text any) bool {
	s, _ := text.(string)
	return strings.HasPrefix(s, "$") && !strings.HasPrefix(s, "$$") && !strings.HasPrefix(s, "${")
}

// refuseLoneDollar is republish to such a topic.
func (x *run) refuseLoneDollar(v values) (done, error) {
	name := v.text("topic")
	return done{resource: name, log: map[string]string{"RepublishTopic": name}},
		refuse("write $"+name, "R-117", "the topic %q begins with one $, want $$ for a reserved topic", name)
}

// unpublishedHint is what to do about a message that is none.
func (x *run) unpublishedHint(name string, err error) string {
	switch {
	case errors.Is(err, hooks.ErrTooLarge):
		return "select less of the message"
	case errors.Is(err, hooks.ErrLoop):
		return "republish to a topic that the rule's FROM does not match"
	case errors.Is(err, hooks.ErrProperties):
		return "mend the headers of the action"
	}
	return fmt.Sprintf("the topic is %q: mend the template %q", name, x.rule.text("republish", "topic"))
}

// text is a parameter as the rule has it, for a hint.
func (r *rule) text(action, name string) string {
	for _, a := range slices.Concat(r.Actions, []registry.RuleAction{r.ErrorAction}) {
		if text, ok := a[action][name].(string); ok {
			return text
		}
	}
	return ""
}

// republishTopic is the topic that a parameter means.
func republishTopic(text string) (string, error) {
	name := text
	if strings.HasPrefix(text, "$$") {
		name = text[1:]
	}
	levels := strings.Split(name, "/")
	switch {
	case name == "":
		return name, refuse("a field that the payload has not is an empty text in a template: write one that is there",
			"R-107", "the topic is empty")
	case topic.HasWildcard(name):
		return name, refuse("a topic that is published to has neither + nor #", "R-117",
			"the topic %q is a filter", name)
	case len(levels) > 3 && levels[0] == "$aws" && levels[1] == "things" && levels[3] == "jobs":
		return name, refuse("AWS republishes to no topic of jobs: publish from a device, or use the Jobs API", "R-117",
			"the topic %q is one of jobs", name)
	case topic.IsReserved(name) && !topic.RulesMay(name):
		return name, refuse("republish to a topic that clients may publish to, as $$aws/things/<thing>/shadow/update",
			"R-117", "nobody but AWS IoT publishes to %q", name)
	}
	return name, nil
}

// setHeaders sets MQTT 5's properties.
func setHeaders(m *session.Message, headers map[string]any) error {
	v, p := values(headers), &packets.Properties{}
	m.Properties = p
	p.ContentType, p.ResponseTopic = v.text("contentType"), v.text("responseTopic")
	switch format := v.text("payloadFormatIndicator"); format {
	case "", "UNSPECIFIED_BYTES":
		p.PayloadFormatFlag = format != ""
	case "UTF8_DATA":
		p.PayloadFormatFlag, p.PayloadFormat = true, 1
	default:
		return refuse("write UTF8_DATA or UNSPECIFIED_BYTES", "R-117", "payloadFormatIndicator is %q", format)
	}
	if text := v.text("correlationData"); text != "" {
		data, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return refuse("correlationData is base64: write ${encode(…, 'base64')}", "R-117",
				"correlationData is %q, which is not base64", text)
		}
		p.CorrelationData = data
	}
	if text := v.text("messageExpiry"); text != "" {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seconds < 0 {
			return refuse("messageExpiry is whole seconds, as \"60\"", "R-117",
				"messageExpiry is %q, which is no number of seconds", text)
		}
		m.Expires = hooks.ExpiresIn(seconds)
	}
	user, _ := v["userProperties"].([]any)
	for _, of := range user {
		pair, _ := of.(map[string]any)
		p.User = append(p.User,
			packets.UserProperty{Key: values(pair).text("key"), Val: values(pair).text("value")})
	}
	return nil
}
