package registry

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Texts of topic rules that may be secrets
//
//   - headers of http and kafka actions, but for those by which nobody proves who they are
//   - passwords and key stores of a Kafka client
//   - not what each message or Secrets Manager gives: substitution templates without texts of their own

// A Secret is a text of a rule that may be one.
type Secret struct {
	At    []any  // where it is in the rule, as "actions", 0, "http", "headers", 1, "value"
	Name  string // as "header X-Api-Key"
	Value string
}

// WithoutSecrets is the rule with another value in place of each text that may be a secret.
func (r TopicRule) WithoutSecrets(instead func(Secret) any) TopicRule {
	actions := slices.Clone(r.Actions)
	for i, a := range actions {
		actions[i] = a.withoutSecrets([]any{"actions", i}, instead)
	}
	r.Actions, r.ErrorAction = actions, r.ErrorAction.withoutSecrets([]any{"errorAction"}, instead)
	return r
}

func (a RuleAction) withoutSecrets(at []any, instead func(Secret) any) RuleAction {
	name := a.Name()
	if name != "http" && name != "kafka" {
		return a
	}
	members := maps.Clone(a.Members())
	at = slices.Concat(at, []any{name})
	if headers, ok := members["headers"].([]any); ok {
		members["headers"] = withoutHeaders(headers, at, instead)
	}
	if properties, ok := members["clientProperties"].(map[string]any); ok {
		members["clientProperties"] = withoutPasswords(properties, at, instead)
	}
	return RuleAction{name: members}
}

func withoutHeaders(headers, at []any, instead func(Secret) any) []any {
	out := slices.Clone(headers)
	for i := range out {
		header, _ := out[i].(map[string]any)
		key, _ := header["key"].(string)
		value, _ := header["value"].(string)
		if isHarmless(key) || !mayBeSecret(value) {
			continue
		}
		header = maps.Clone(header)
		header["value"] = instead(Secret{slices.Concat(at, []any{"headers", i, "value"}), "header " + key, value})
		out[i] = header
	}
	return out
}

// isHarmless tells headers that say what is sent.
func isHarmless(key string) bool {
	return slices.Contains([]string{"accept", "accept-charset", "accept-encoding", "accept-language",
		"cache-control", "content-encoding", "content-language", "content-type", "user-agent"},
		strings.ToLower(key))
}

func withoutPasswords(properties map[string]any, at []any, instead func(Secret) any) map[string]any {
	out := maps.Clone(properties)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		value, _ := properties[name].(string)
		if (strings.Contains(name, "password") || strings.HasSuffix(name, "store")) && mayBeSecret(value) {
			out[name] = instead(Secret{slices.Concat(at, []any{"clientProperties", name}), "property " + name, value})
		}
	}
	return out
}

var templatesAlone = regexp.MustCompile(`\A(\$\{[^}]*\})+\z`)

// mayBeSecret reports whether a text has something of its own. In a template with get_secret, texts are the
// names of what is elsewhere.
func mayBeSecret(value string) bool {
	isTemplate := templatesAlone.MatchString(value) &&
		(strings.Contains(value, "get_secret(") || !strings.ContainsAny(value, `'"`))
	return value != "" && !isTemplate
}
