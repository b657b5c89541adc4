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
//   - passwords and key stores of a Kafka client, the token of salesforce
//   - who signs in and the query of a URL, in any action and in a destination
//   - not what each message or Secrets Manager gives: substitution templates without texts of their own

// A Secret is a text of a rule that may be one.
type Secret struct {
	At    []any  // where it is in the rule, as "actions", 0, "http", "headers", 1, "value"
	Name  string // as "header X-Api-Key"
	Value string

	Before, After string // what stands around Value in its text
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
	if name == "" {
		return a
	}
	members := maps.Clone(a.Members())
	at = slices.Concat(at, []any{name})
	for _, member := range slices.Sorted(maps.Keys(members)) {
		text, _ := members[member].(string)
		s, ok := URLSecret(text)
		switch {
		case ok:
			s.At, s.Name = slices.Concat(at, []any{member}), member+"'s "+s.Name
		case name == "salesforce" && member == "token" && text != "":
			s = Secret{At: slices.Concat(at, []any{member}), Name: member, Value: text}
		default:
			continue
		}
		members[member] = instead(s)
	}
	if name != "http" && name != "kafka" {
		return RuleAction{name: members}
	}
	if headers, ok := members["headers"].([]any); ok {
		members["headers"] = withoutHeaders(headers, at, instead)
	}
	if properties, ok := members["clientProperties"].(map[string]any); ok {
		members["clientProperties"] = withoutPasswords(properties, at, instead)
	}
	return RuleAction{name: members}
}

// URLSecret finds what of a URL may let somebody in: from who signs in, or the query, on.
func URLSecret(text string) (s Secret, ok bool) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok {
		return s, false
	}
	scheme += "://"
	authority := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority = rest[:i]
	}
	before, query, _ := strings.Cut(rest, "?")
	secret := slices.ContainsFunc(strings.Split(query, "&"), func(pair string) bool {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			value = name
		}
		return mayBeSecret(value)
	})
	switch i := strings.LastIndex(authority, "@"); {
	case i > 0 && secret:
		return Secret{Name: "user and query", Value: rest, Before: scheme}, true
	case i > 0:
		return Secret{Name: "user", Value: rest[:i], Before: scheme, After: rest[i:]}, true
	}
	return Secret{Name: "query", Value: query, Before: scheme + before + "?"}, secret
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
		header["value"] = instead(Secret{At: slices.Concat(at, []any{"headers", i, "value"}), Name: "header " + key,
			Value: value})
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
			out[name] = instead(Secret{At: slices.Concat(at, []any{"clientProperties", name}),
				Name: "property " + name, Value: value})
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
