package scenario

import (
	"encoding/json"
	"slices"
	"strings"
)

// Policies with the names of an account that others use too.

// An owner is whose ARNs they become.
type owner struct{ partition, region, id string }

// variables are those whose values are names that get the prefix.
func variables() []string { return []string{"${iot:ClientId}", "${iot:Connection.Thing.ThingName}"} }

// document is a policy's document there.
func (n *names) document(o owner, text json.RawMessage) json.RawMessage {
	var d map[string]any
	if json.Unmarshal(text, &d) != nil {
		return text
	}
	each(d["Statement"], func(s map[string]any) {
		for _, key := range []string{"Resource", "NotResource"} {
			if s[key] != nil {
				s[key] = texts(s[key], func(r string) string { return n.resource(o, r) })
			}
		}
		conditions, _ := s["Condition"].(map[string]any)
		for _, operator := range conditions {
			keys, _ := operator.(map[string]any)
			for key, value := range keys {
				keys[key] = texts(value, func(text string) string {
					if slices.Contains(variables(), "${"+key+"}") {
						return n.idPattern(text)
					}
					return n.resource(o, text)
				})
			}
		}
	})
	changed, err := json.Marshal(d)
	if err != nil {
		return text
	}
	return changed
}

// each shows the statements of a document: a list, or one.
func each(statements any, show func(map[string]any)) {
	switch s := statements.(type) {
	case []any:
		for _, one := range s {
			each(one, show)
		}
	case map[string]any:
		show(s)
	}
}

// texts has a text, or those of a list, as a function makes them.
func texts(v any, as func(string) string) any {
	switch v := v.(type) {
	case string:
		return as(v)
	case []any:
		for i := range v {
			v[i] = texts(v[i], as)
		}
	}
	return v
}

func (n *names) resource(o owner, arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[2] != "iot" {
		return arn
	}
	for i, as := range map[int][2]string{
		1: {"aws", o.partition}, 3: {"us-east-1", o.region}, 4: {"000000000000", o.id},
	} {
		if parts[i] == as[0] {
			parts[i] = as[1]
		}
	}
	kind, rest, _ := strings.Cut(parts[5], "/")
	switch kind {
	case "client", "thing":
		parts[5] = kind + "/" + n.idPattern(rest)
	case "topic", "topicfilter":
		parts[5] = kind + "/" + n.pattern(rest)
	}
	return strings.Join(parts, ":")
}

// idPattern is a pattern of client ids or things. What begins with a wildcard fits as it is,
// and a variable has the prefix in its value.
func (n *names) idPattern(s string) string {
	if s == "" || strings.ContainsAny(s[:1], "*?$") {
		return s
	}
	return n.id(s)
}

// pattern is one of topics or filters.
func (n *names) pattern(s string) string {
	switch {
	case s == "" || strings.ContainsAny(s[:1], "*?") || !n.change():
		return s
	case strings.HasPrefix(s, "${"):
		return n.prefix + n.between() + n.levels(s)
	}
	return n.topic(s)
}
