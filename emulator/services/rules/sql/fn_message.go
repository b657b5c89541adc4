package sql

import (
	"encoding/base64"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/suback/suback/emulator/topic"
)

// messageFunctions tell what is beside the payload.
func messageFunctions() []function {
	return []function{
		{name: "topic", max: 1, call: topicOf},
		{name: "clientid", call: func(r *run, _ []Value) Value {
			if r.message.ClientID == "" {
				return OfText("n/a")
			}
			return OfText(r.message.ClientID)
		}},
		{name: "principal", call: fact(func(r *run) string { return r.message.Principal })},
		{name: "traceid", call: fact(func(r *run) string { return r.message.TraceID })},
		{name: "sourceip", since: V2016, call: fact(func(r *run) string { return r.message.SourceIP })},
		{name: "accountid", call: fact(func(r *run) string { return r.env.Account })},
		{name: "sql_version", call: fact(func(r *run) string { return r.version.String() })},
		{name: "newuuid", call: fact(func(r *run) string {
			if r.env.UUID == nil {
				return ""
			}
			return r.env.UUID()
		})},
		{name: "get_mqtt_property", min: 1, max: 1, call: mqttProperty},
		{name: "get_user_properties", max: 1, call: userProperties},
	}
}

// fact makes a function of a text that is Undefined when empty.
func fact(f func(r *run) string) func(*run, []Value) Value {
	return func(r *run, _ []Value) Value {
		if s := f(r); s != "" {
			return OfText(s)
		}
		return Value{}
	}
}

// topicOf is the topic, without the prefix of Basic Ingest, or one of its levels, counted
// from 1. There is none beyond the last [R-79, guess].
func topicOf(r *run, args []Value) Value {
	name := r.message.Topic
	if _, rest, ok := topic.Ingest(name); ok {
		name = rest
	}
	if len(args) == 0 {
		return OfText(name)
	}
	n, ok := r.version.numeric(args[0])
	if !ok {
		return Value{}
	}
	level := index(n, apd.RoundHalfUp)
	for part := range strings.SplitSeq(name, "/") {
		if level--; level == 0 {
			return OfText(part)
		}
	}
	return Value{}
}

func mqttProperty(r *run, args []Value) Value {
	p := &r.message.Properties
	value := ""
	switch args[0].text {
	case "content_type":
		value = p.ContentType
	case "response_topic":
		value = p.ResponseTopic
	case "correlation_data":
		value = base64.StdEncoding.EncodeToString(p.CorrelationData)
	case "format_indicator":
		if value = p.FormatIndicator; value == "" {
			value = "UNSPECIFIED_BYTES"
		}
	}
	if value == "" {
		return Value{}
	}
	return OfText(value)
}

// userProperties are all, as objects of one member, or the values of one name.
func userProperties(r *run, args []Value) Value {
	var all []Value
	for _, p := range r.message.Properties.User {
		switch {
		case len(args) == 0:
			m := &members{}
			m.set(p.Name, OfText(p.Value))
			all = append(all, ofMembers(m))
		case args[0].kind == String && args[0].text == p.Name:
			all = append(all, OfText(p.Value))
		}
	}
	if len(all) == 0 || !r.grow(64*len(all)) {
		return Value{}
	}
	return ofArray(all)
}
